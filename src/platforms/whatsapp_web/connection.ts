import { isConnected } from './web-state.ts';

export interface ConnectionParts {
  /** After a return what was missed meanwhile still comes in for so long. */
  readonly settleMs: number;
  /** It is connected again for long enough; it was surely so at `since`, and nobody knows what came between. */
  readonly missed: (since: number) => void;
}

/**
 * Whether WhatsApp Web gets through to WhatsApp, and until when it surely did. Only its own word counts: an outage begins
 * when it was last heard, not when it is noticed.
 */
export class Connection {
  readonly #parts: ConnectionParts;
  #state = '';
  #isConnected = false;
  #heardAt = 0;
  #returnedAt: number | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }
  /** What it said last. */
  get state(): string {
    return this.#state;
  }
  /** Until then, in milliseconds since 1970, everything reached us that WhatsApp had. */
  get connectedUntil(): number {
    return this.#heardAt;
  }

  /** It is ready for the first time. */
  begin(): void {
    this.#state = 'CONNECTED';
    this.#isConnected = true;
    this.#heardAt = Date.now();
  }

  hear(state: string | null): void {
    if (state !== null) this.#state = state;
    if (!isConnected(state)) return this.doubt();
    if (!this.#isConnected) {
      this.#isConnected = true;
      this.#returnedAt = Date.now();
    }
    if (this.#returnedAt !== undefined) {
      if (Date.now() - this.#returnedAt < this.#parts.settleMs) return;
      this.#returnedAt = undefined;
      this.#parts.missed(this.#heardAt);
    }
    this.#heardAt = Date.now();
  }

  /** It did not answer. */
  doubt(): void {
    this.#isConnected = false;
    this.#returnedAt = undefined;
  }
}
