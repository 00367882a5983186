import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../kit/backoff.ts';
import { type LineHost, LineLost } from '../adapter.ts';
import type { FromSession, SessionState, ToSession } from './session-protocol.ts';

type Item = Extract<FromSession, { type: 'bodies' }>['items'][number];
type Stored = Extract<FromSession, { type: 'state' | 'bodies' | 'save' | 'loggedOut' }>;

const mostAtOnce = 100;
const patience = { baseMs: 500, maximumMs: 30_000 };

/**
 * Hands what a session says to the host, and tells the session what is durable. Bodies are tried until they are; of states
 * only the newest counts. When the line is another process's, `lost` is called.
 */
export class LineStore {
  readonly #host: LineHost;
  readonly #answer: (message: ToSession) => void;
  readonly #lost: (error: LineLost) => void;
  readonly #items: Item[] = [];
  readonly #stopping = new AbortController();
  #delivering: Promise<void> | undefined;
  #telling: Promise<void> | undefined;
  #state: SessionState | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(host: LineHost, answer: (message: ToSession) => void, lost: (error: LineLost) => void) {
    this.#host = host;
    this.#answer = answer;
    this.#lost = lost;
  }

  hear(message: Stored): void {
    switch (message.type) {
      case 'bodies':
        this.#items.push(...message.items);
        this.#delivering ??= this.#deliver().finally(() => {
          this.#delivering = undefined;
        });
        return;
      case 'state':
        this.#state = message.state;
        this.#telling ??= this.#tell().finally(() => {
          this.#telling = undefined;
        });
        return;
      case 'save':
        return this.#keep(message.request, () => this.#host.session.save(asBuffer(message.profile)));
      case 'loggedOut':
        return this.#keep(message.request, () => this.#host.session.end());
    }
  }

  /** The session is gone. What it has left is handed on, and nothing is tried twice any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#delivering, this.#telling, this.#saving]);
  }

  async #deliver(): Promise<void> {
    for (let failures = 0; this.#items.length > 0; ) {
      const items = this.#items.slice(0, mostAtOnce);
      try {
        await this.#host.deliver(items.map(({ key, body }) => ({ key, body: asBuffer(body) })));
        this.#items.splice(0, items.length);
        this.#answer({ type: 'acknowledge', sequences: items.map(item => item.sequence) });
        failures = 0;
      } catch (error) {
        if (this.#isLost(error) || this.#stopping.signal.aborted) return;
        await this.#wait(++failures);
      }
    }
  }

  async #tell(): Promise<void> {
    for (let failures = 0; this.#state !== undefined; ) {
      const state = this.#state;
      try {
        await this.#host.tell(state);
        if (this.#state === state) this.#state = undefined;
        failures = 0;
      } catch (error) {
        if (this.#isLost(error) || this.#stopping.signal.aborted) return;
        await this.#wait(++failures);
      }
    }
  }

  #keep(request: number, work: () => Promise<void>): void {
    this.#saving = this.#saving.then(async () => {
      const isSaved = await work().then(
        () => true,
        error => {
          this.#isLost(error);
          return false;
        },
      );
      this.#answer({ type: 'saved', request, isSaved });
    });
  }

  #isLost(error: unknown): boolean {
    if (!(error instanceof LineLost)) return false;
    this.#stopping.abort();
    this.#lost(error);
    return true;
  }

  async #wait(failures: number): Promise<void> {
    const { signal } = this.#stopping;
    await delay(backoffMs(failures, patience, Math.random), undefined, { signal }).catch(() => undefined);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
