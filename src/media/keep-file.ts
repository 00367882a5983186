import { pipeline, Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import type { FileKind } from '../contract/channels.ts';
import { formatBytes } from '../contract/file-rules.ts';
import type { MediaStore } from './media-store.ts';

/** The file has more bytes than it may have. Nothing of it is kept. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
  readonly maximumBytes: number;
  constructor(maximumBytes: number) {
    super(`The file is larger than ${formatBytes(maximumBytes)}.`);
    this.maximumBytes = maximumBytes;
  }
}

export interface Claimed {
  /** What the sender calls it; believed only where the bytes do not contradict and nothing can come of it. */
  readonly mimeType: string | undefined;
  readonly kind?: FileKind;
}
export interface KeptFile {
  readonly key: string;
  readonly size: number;
  readonly mimeType: string;
  readonly kind: FileKind;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly thumbnailKey: string | undefined;
}

/** All that the store holds of a file. */
export function keysOf({ key, thumbnailKey }: KeptFile): string[] {
  return thumbnailKey === undefined ? [key] : [key, thumbnailKey];
}

/** As many as file-type wants to see of a file. */
const headBytes = 4100;
const thumbnailEdge = 480;
/** A picture of a few bytes may unfold to gigabytes. */
const mostPixels = 64_000_000;
const imageSeconds = 20;

/**
 * Streams a file into the store, at most `maximumBytes` of it, and finds out by its bytes what it is. Pictures get their
 * size and a thumbnail; one that cannot be read is kept as it is, without. Throws FileTooLarge, or the error of `content`.
 */
export async function keepFile(
  store: MediaStore,
  key: string,
  content: Readable,
  maximumBytes: number,
  claimed: Claimed,
): Promise<KeptFile> {
  const meter = new Meter(maximumBytes);
  // What fails on either side, or only breaks off, ends the other one; `put` hears of it from the meter.
  pipeline(content, meter, () => undefined);
  await store.put(key, meter);
  const detected = (await fileTypeFromBuffer(meter.head))?.mime;
  const mimeType = mimeTypeOf(detected, claimed.mimeType);
  const picture = isPicture(mimeType) ? await describePicture(store, key) : undefined;
  return {
    key,
    size: meter.bytesSeen,
    mimeType,
    kind: kindOf(mimeType, claimed.kind),
    width: picture?.width,
    height: picture?.height,
    thumbnailKey: picture?.thumbnailKey,
  };
}

class Meter extends Transform {
  /** Not `size`: the client of a bucket would take that for the length of the whole stream. */
  bytesSeen = 0;
  #head: Buffer[] = [];
  readonly #maximumBytes: number;
  constructor(maximumBytes: number) {
    super();
    this.#maximumBytes = maximumBytes;
  }
  get head(): Buffer {
    return Buffer.concat(this.#head).subarray(0, headBytes);
  }
  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void) {
    if (this.bytesSeen < headBytes) this.#head.push(chunk.subarray(0, headBytes - this.bytesSeen));
    this.bytesSeen += chunk.length;
    if (this.bytesSeen > this.#maximumBytes) done(new FileTooLarge(this.#maximumBytes));
    else done(null, chunk);
  }
}

/** Of these, bytes say nothing, and no browser does anything with them. */
const plainTypes = /^(text\/(plain|csv|vcard|x-vcard|calendar)|application\/json)$/;
/** Documents that are archives of their own kind: the bytes say only which archive. */
const archives = /^application\/(zip|x-cfb)$/;
const archived = /^application\/(vnd\.[a-z0-9.+-]+|msword|x-zip-compressed|epub\+zip)$/;

/** One thing under two names: platforms and browsers know the second one. */
const commonNames: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
  'image/apng': 'image/png',
};

export function mimeTypeOf(detected: string | undefined, claimed = ''): string {
  const claim = withoutParameters(claimed);
  if (detected === undefined) return plainTypes.test(claim) ? claim : 'application/octet-stream';
  const own = withoutParameters(detected);
  const type = commonNames[own] ?? own;
  if (archives.test(type) && archived.test(claim)) return claim;
  // Sound alone in a container that may hold pictures as well.
  const family = /^video\/(mp4|webm|ogg|3gpp)$/.exec(type)?.[1];
  if (family && claim.startsWith('audio/')) return `audio/${family}`;
  return type;
}

/** `audio/ogg; codecs=opus` is `audio/ogg` wherever types are compared. */
function withoutParameters(mimeType: string): string {
  return (mimeType.split(';')[0] ?? '').trim().toLowerCase();
}

/** What the sender says it is, where the bytes can be that; else what they are. */
export function kindOf(mimeType: string, claimed?: FileKind): FileKind {
  const [family] = mimeType.split('/');
  const own = family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
  if (claimed === 'document') return claimed;
  if (claimed === 'sticker' && (own === 'image' || own === 'video')) return claimed;
  return own;
}

const isPicture = (mimeType: string) => /^image\/(jpeg|png|webp|gif|avif|tiff)$/.test(mimeType);

async function describePicture(store: MediaStore, key: string) {
  try {
    // sharp would hold all of it as well, and does not hear when a stream into it breaks off.
    const bytes = await buffer(await store.open(key));
    const image = sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' });
    const thumbnail = image
      .clone()
      .autoOrient()
      .resize(thumbnailEdge, thumbnailEdge, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 78 })
      .timeout({ seconds: imageSeconds });
    const [{ autoOrient }, small] = await Promise.all([image.metadata(), thumbnail.toBuffer()]);
    const thumbnailKey = `${key}.thumbnail`;
    await store.put(thumbnailKey, Readable.from([small]));
    return { width: autoOrient.width, height: autoOrient.height, thumbnailKey };
  } catch {
    return undefined;
  }
}
