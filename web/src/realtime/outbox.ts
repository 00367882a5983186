import type { SendMessageBody } from '../../../src/contract/index.ts';
import { newClientId } from './client-id.ts';
import { Store } from './store.ts';

/** A message that the agent has sent and the server has not yet taken. */
export interface OutgoingMessage {
  readonly clientId: string;
  readonly conversationId: number;
  readonly body: SendMessageBody;
  /** The names of its files, for whoever waits. */
  readonly files?: readonly string[] | undefined;
  /** What it says where the body only names it, as a template. */
  readonly words?: string | undefined;
  readonly createdAt: string;
  /** `waiting`: it goes out by itself as soon as it can; `refused`: the server said no, with the reason. */
  readonly state: 'sending' | 'waiting' | 'refused';
  readonly reason: string | null;
}

/** What the outbox needs of a browser's storage. */
export interface MessageStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface OutboxOptions {
  readonly storage: MessageStorage;
  /** Each message has a key of its own below this one: tabs do not overwrite each other. */
  readonly prefix: string;
  readonly send: (conversationId: number, body: SendMessageBody) => Promise<void>;
  readonly isPassing: (error: unknown) => boolean;
  readonly sentenceOf: (error: unknown) => string;
  readonly retryAfterMs: (error: unknown) => number | null;
}

const firstRetryMs = 2000;
const slowestRetryMs = 30_000;

/**
 * Sends in the order of writing, per conversation. What could not be sent stays, also over a reload, and is tried again
 * with the same clientId: the server takes each of them once.
 */
export class Outbox {
  readonly store: Store<readonly OutgoingMessage[]>;
  readonly #options: OutboxOptions;
  readonly #busy = new Set<number>();
  #failures = 0;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.store = new Store(this.#read());
  }

  add(
    conversationId: number,
    body: Omit<SendMessageBody, 'clientId'>,
    files?: readonly string[],
    words?: string,
  ): OutgoingMessage {
    const clientId = newClientId();
    const item: OutgoingMessage = {
      clientId,
      conversationId,
      body: { ...body, clientId },
      files,
      words,
      createdAt: new Date().toISOString(),
      state: 'sending',
      reason: null,
    };
    this.#write([...this.store.get(), item]);
    void this.#next(conversationId);
    return item;
  }

  retry(clientId: string): void {
    const item = this.store.get().find(other => other.clientId === clientId);
    if (!item) return;
    this.#change(clientId, { state: 'sending', reason: null });
    void this.#next(item.conversationId);
  }

  /** The agent gives it up. */
  remove(clientId: string): void {
    this.#write(this.store.get().filter(item => item.clientId !== clientId));
  }

  /** The server has these: whatever still stands for them here is done. */
  settle(clientIds: readonly (string | null)[]): void {
    for (const item of this.store.get()) if (clientIds.includes(item.clientId)) this.remove(item.clientId);
  }

  /** Tries everything that waits; called when the connection is back. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const waiting = new Set(
      this.store
        .get()
        .filter(item => item.state !== 'refused')
        .map(item => item.conversationId),
    );
    for (const conversationId of waiting) void this.#next(conversationId);
  }

  /** Whoever wrote this has left the page: it stays in the storage until they are back, and nobody else sends it. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #next(conversationId: number): Promise<void> {
    if (this.#isClosed || this.#busy.has(conversationId)) return;
    const item = this.store
      .get()
      .find(other => other.conversationId === conversationId && other.state !== 'refused');
    if (!item) return;
    this.#busy.add(conversationId);
    this.#change(item.clientId, { state: 'sending', reason: null });
    const goesOn = await this.#send(item);
    this.#busy.delete(conversationId);
    if (goesOn) await this.#next(conversationId);
  }

  async #send(item: OutgoingMessage): Promise<boolean> {
    try {
      await this.#options.send(item.conversationId, item.body);
      this.#failures = 0;
      this.remove(item.clientId);
      return true;
    } catch (error) {
      // The storage says `sending`, which the next session reads as waiting.
      if (this.#isClosed) return false;
      const reason = this.#options.sentenceOf(error);
      if (!this.#options.isPassing(error)) {
        this.#change(item.clientId, { state: 'refused', reason });
        return true;
      }
      this.#change(item.clientId, { state: 'waiting', reason });
      const delayMs =
        this.#options.retryAfterMs(error) ?? Math.min(slowestRetryMs, firstRetryMs * 2 ** this.#failures);
      this.#failures += 1;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), delayMs * (0.75 + Math.random() / 2));
      return false;
    }
  }

  #change(clientId: string, change: Pick<OutgoingMessage, 'state' | 'reason'>): void {
    this.#write(this.store.get().map(item => (item.clientId === clientId ? { ...item, ...change } : item)));
  }

  #read(): readonly OutgoingMessage[] {
    const { storage, prefix } = this.#options;
    const items: OutgoingMessage[] = [];
    for (let index = 0; index < storage.length; index += 1) {
      const key = storage.key(index);
      if (!key?.startsWith(prefix)) continue;
      const item = parsed(storage.getItem(key));
      if (item) items.push(item.state === 'sending' ? { ...item, state: 'waiting' } : item);
    }
    return items.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  #write(items: readonly OutgoingMessage[]): void {
    const { storage, prefix } = this.#options;
    const before = this.store.get();
    this.store.set(items);
    try {
      for (const item of before)
        if (!items.some(other => other.clientId === item.clientId))
          storage.removeItem(prefix + item.clientId);
      for (const item of items)
        if (!before.includes(item)) storage.setItem(prefix + item.clientId, JSON.stringify(item));
    } catch {
      // A full or forbidden storage costs the reload safety, not the sending.
    }
  }
}

function parsed(text: string | null): OutgoingMessage | null {
  try {
    return JSON.parse(text ?? 'null') as OutgoingMessage | null;
  } catch {
    return null;
  }
}
