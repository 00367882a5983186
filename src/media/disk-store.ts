import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteRange, MediaMissing, type MediaStore } from './media-store.ts';

/** Files in a folder: one folder for each tenant. */
export class DiskStore implements MediaStore {
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Written beside its place and moved there when it is on the disk. */
  async put(key: string, content: Readable): Promise<void> {
    const path = this.#path(key);
    const part = `${path}.${randomUUID()}.part`;
    // It may fail before anybody reads it; whoever reads it then is told.
    content.on('error', () => undefined);
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(part, { mode: 0o600, flush: true }));
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    const folder = await open(dirname(path));
    await folder.sync().finally(() => folder.close());
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(this.#path(key));
      return file.createReadStream(range);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new MediaMissing(`${key} is not there.`);
      throw error;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(key => rm(this.#path(key), { force: true })));
  }

  async removeTenant(tenantId: string): Promise<void> {
    await rm(this.#path(tenantId), { recursive: true, force: true });
  }

  #path(key: string): string {
    if (!/^[0-9a-f-]{36}(\/[0-9a-f-]{36}(\.thumbnail)?)?$/.test(key))
      throw new Error(`${key} is no key of ours.`);
    return join(this.#folder, key);
  }
}
