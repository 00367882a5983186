import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type ByteRange, MediaMissing, type MediaStore } from './media-store.ts';

export interface S3Settings {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
const mostAtOnce = 1000;

/** Files in a bucket of S3 or of a server that speaks like it. */
export class S3Store implements MediaStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ endpoint, bucket, region, accessKeyId, secretAccessKey }: S3Settings) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      endpoint,
      region,
      // Most servers beside Amazon's own know buckets by path only, and no checksums that S3 learned lately.
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  async put(key: string, content: Readable): Promise<void> {
    // It may fail before anybody reads it; whoever reads it then is told.
    content.on('error', () => undefined);
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: key, Body: content, ContentType: 'application/octet-stream' },
    });
    try {
      await upload.done();
    } catch (error) {
      content.destroy();
      // What went wrong first, when giving up the upload went wrong as well.
      throw content.errored ?? error;
    }
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(range && { Range: `bytes=${range.start}-${range.end}` }),
        }),
      );
      return Body as Readable;
    } catch (error) {
      if (error instanceof NoSuchKey) throw new MediaMissing(`${key} is not there.`);
      throw error;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let first = 0; first < keys.length; first += mostAtOnce) {
      const Objects = keys.slice(first, first + mostAtOnce).map(Key => ({ Key }));
      const { Errors = [] } = await this.#client.send(
        new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors.length > 0) throw new Error(`The bucket kept ${Errors[0]?.Key}: ${Errors[0]?.Message}`);
    }
  }

  async removeTenant(tenantId: string): Promise<void> {
    for (;;) {
      const { Contents = [] } = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: `${tenantId}/`, MaxKeys: mostAtOnce }),
      );
      if (Contents.length === 0) return;
      await this.remove(Contents.flatMap(({ Key }) => Key ?? []));
    }
  }
}
