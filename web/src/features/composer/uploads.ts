import type { Attachment, UploadOptions } from '../../api/upload.ts';

/** A file that the agent has chosen for the next message of a conversation. */
export interface Upload {
  readonly key: number;
  readonly file: File;
  readonly isVoice: boolean;
  /** From 0 to 1. */
  readonly progress: number;
  readonly attachment: Attachment | null;
  /** Why it did not go up; it can be tried again. */
  readonly error: string | null;
}

export interface UploadsOptions {
  readonly send: (file: File, options: UploadOptions) => Promise<Attachment>;
  readonly sentenceOf: (error: unknown) => string;
}

const none: readonly Upload[] = [];

/** The files of one person's unsent messages, by conversation. They go up at once, whatever is looked at meanwhile. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #held = new Map<number, readonly Upload[]>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();
  #lastKey = 0;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** The same list until it changes. */
  of(conversationId: number): readonly Upload[] {
    return this.#held.get(conversationId) ?? none;
  }

  add(conversationId: number, file: File, isVoice = false): void {
    const key = ++this.#lastKey;
    const upload: Upload = { key, file, isVoice, progress: 0, attachment: null, error: null };
    this.#set(conversationId, [...this.of(conversationId), upload]);
    void this.#send(conversationId, upload);
  }

  retry(conversationId: number, key: number): void {
    const upload = this.of(conversationId).find(other => other.key === key);
    if (!upload) return;
    this.#change(conversationId, key, { error: null, progress: 0 });
    void this.#send(conversationId, upload);
  }

  remove(conversationId: number, key: number): void {
    this.#aborts.get(key)?.abort();
    this.#set(
      conversationId,
      this.of(conversationId).filter(upload => upload.key !== key),
    );
  }

  /** They have been sent. */
  clear(conversationId: number): void {
    this.#set(conversationId, none);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #send(conversationId: number, { key, file, isVoice }: Upload): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(key, abort);
    try {
      const attachment = await this.#options.send(file, {
        isVoice,
        signal: abort.signal,
        onProgress: progress => this.#change(conversationId, key, { progress }),
      });
      this.#change(conversationId, key, { attachment, progress: 1 });
    } catch (error) {
      if (!abort.signal.aborted)
        this.#change(conversationId, key, { error: this.#options.sentenceOf(error) });
    } finally {
      this.#aborts.delete(key);
    }
  }

  #change(conversationId: number, key: number, change: Partial<Upload>): void {
    this.#set(
      conversationId,
      this.of(conversationId).map(upload => (upload.key === key ? { ...upload, ...change } : upload)),
    );
  }

  #set(conversationId: number, uploads: readonly Upload[]): void {
    if (uploads.length === 0) this.#held.delete(conversationId);
    else this.#held.set(conversationId, uploads);
    for (const listener of this.#listeners) listener();
  }
}
