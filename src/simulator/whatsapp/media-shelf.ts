import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../kit/clock.ts';

export interface ShelvedFile {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** As long as a link that Graph gives for a file can be used. */
const linkLifeMs = 5 * 60_000;

/** The files of customers, each readable by its own account only, through links that run out. */
export class MediaShelf {
  readonly #clock: Clock;
  readonly #files = new Map<string, ShelvedFile>();
  readonly #links = new Map<string, { readonly file: ShelvedFile; readonly expiresAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(phoneNumberId: string, mimeType: string, bytes: Buffer): ShelvedFile {
    const id = BigInt(`0x${randomUUID().replaceAll('-', '').slice(0, 14)}`).toString();
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const file: ShelvedFile = { id, phoneNumberId, mimeType, bytes, sha256 };
    this.#files.set(id, file);
    return file;
  }

  find(id: string): ShelvedFile | undefined {
    return this.#files.get(id);
  }

  /** The last part of a link to the file. */
  link(file: ShelvedFile): string {
    const now = this.#clock.now().getTime();
    for (const [key, { expiresAt }] of this.#links) if (expiresAt <= now) this.#links.delete(key);
    const key = randomUUID();
    this.#links.set(key, { file, expiresAt: now + linkLifeMs });
    return key;
  }

  follow(link: string): ShelvedFile | undefined {
    const found = this.#links.get(link);
    return found !== undefined && found.expiresAt > this.#clock.now().getTime() ? found.file : undefined;
  }
}
