import { createRequire } from 'node:module';
import type { S3Settings } from '../../src/media/s3-store.ts';
import { makeTemporaryDataDir } from './temporary-data-dir.ts';

/** As much of the package as we use; it brings no types. */
type S3rver = new (options: {
  readonly address: string;
  readonly port: number;
  readonly silent: boolean;
  readonly directory: string;
  readonly configureBuckets: readonly { readonly name: string }[];
}) => { run(): Promise<{ port: number }>; close(): Promise<void> };

export interface S3Server {
  readonly settings: S3Settings;
  /** Where it keeps its buckets. */
  readonly folder: string;
  close(): Promise<void>;
}

/** A server that speaks S3, with one bucket, on loopback. */
export async function startS3Server(bucket = 'media'): Promise<S3Server> {
  const Server = createRequire(import.meta.url)('s3rver') as S3rver;
  const folder = await makeTemporaryDataDir();
  const server = new Server({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder.path,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket,
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
    },
    folder: folder.path,
    async close() {
      await server.close();
      await folder.remove();
    },
  };
}
