import type { Readable } from 'node:stream';

/** The store has no file under this key. */
export class MediaMissing extends Error {
  override readonly name = 'MediaMissing';
}

/** Both ends are included, as in an HTTP range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where files live. Keys are ours: `<tenant id>/<uuid>`, never a name that somebody gave. A file is there wholly or not
 * at all; putting it again replaces it.
 */
export interface MediaStore {
  /** Resolves when the file is durable. Nothing is left when `content` fails. */
  put(key: string, content: Readable): Promise<void>;
  /** Throws MediaMissing. */
  open(key: string, range?: ByteRange): Promise<Readable>;
  /** What is not there is no fault. */
  remove(keys: readonly string[]): Promise<void>;
  removeTenant(tenantId: string): Promise<void>;
}
