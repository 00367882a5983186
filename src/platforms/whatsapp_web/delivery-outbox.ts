import type { SessionPort } from './session-protocol.ts';

interface Waiting {
  readonly sequence: number;
  readonly key: string;
  readonly body: Buffer;
  readonly since: number;
  isHandedOver: boolean;
}

const mostAtOnce = 200;
const mostBytesAtOnce = 8 * 1024 * 1024;
const keysRemembered = 20_000;

/**
 * What waits to be stored. A body is kept until the line says that it is durable; only so many are with the line at a time,
 * so that an outage of the database fills this process's memory and not that of everybody.
 */
export class DeliveryOutbox {
  readonly #send: SessionPort;
  readonly #waiting = new Map<number, Waiting>();
  readonly #keys = new Set<string>();
  readonly #listeners = new Map<string, (() => void)[]>();
  #next = 0;

  constructor(send: SessionPort) {
    this.#send = send;
  }

  /** What was given under this key before has no effect. */
  add(key: string, body: Buffer): void {
    if (this.#keys.has(key)) return;
    this.#remember(key);
    const sequence = this.#next++;
    this.#waiting.set(sequence, { sequence, key, body, since: Date.now(), isHandedOver: false });
    this.#handOver();
  }

  acknowledge(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const key = this.#waiting.get(sequence)?.key ?? '';
      this.#waiting.delete(sequence);
      for (const tell of this.#listeners.get(key) ?? []) tell();
      this.#listeners.delete(key);
    }
    this.#handOver();
  }

  /** When the oldest that is not durable yet was given; `undefined` when all is. */
  oldest(): number | undefined {
    const [first] = this.#waiting.values();
    return first?.since;
  }

  /** Resolves when nothing waits under this key. */
  delivered(key: string): Promise<void> {
    if (![...this.#waiting.values()].some(waiting => waiting.key === key)) return Promise.resolve();
    return new Promise(resolve => {
      this.#listeners.set(key, [...(this.#listeners.get(key) ?? []), resolve]);
    });
  }

  #handOver(): void {
    let count = 0;
    let bytes = 0;
    const items: { sequence: number; key: string; body: Buffer }[] = [];
    for (const waiting of this.#waiting.values()) {
      // One goes however large it is.
      if (count >= mostAtOnce || (count > 0 && bytes + waiting.body.length > mostBytesAtOnce)) break;
      count++;
      bytes += waiting.body.length;
      if (waiting.isHandedOver) continue;
      waiting.isHandedOver = true;
      items.push({ sequence: waiting.sequence, key: waiting.key, body: waiting.body });
    }
    if (items.length > 0) this.#send({ type: 'bodies', items });
  }

  #remember(key: string): void {
    this.#keys.add(key);
    if (this.#keys.size <= keysRemembered) return;
    const [oldest] = this.#keys;
    if (oldest !== undefined) this.#keys.delete(oldest);
  }
}
