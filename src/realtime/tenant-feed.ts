import type { TenantEvent } from '../contract/events.ts';

export interface TenantFeedOptions {
  /** Events after `after`, in order, from the tenant's outbox. */
  readonly read: (after: number, limit: number) => Promise<readonly TenantEvent[]>;
  readonly emit: (event: TenantEvent) => void;
  readonly onFailure: (error: unknown) => void;
}

const PAGE = 500;
/** Two commits of this process may report in the wrong order; so long a hole is waited for before it is read. */
const SETTLE_MS = 5;
const RETRY_MS = 500;

/**
 * One tenant's events in this process, handed on in order, each once, none skipped. What this process committed comes from
 * memory; what others committed, or came out of order, is read from the outbox.
 */
export class TenantFeed {
  readonly #options: TenantFeedOptions;
  readonly #early = new Map<number, TenantEvent>();
  #last: number;
  #known: number;
  #isReading = false;
  #isClosed = false;

  /** `last`: events up to this number need not be handed on. */
  constructor(last: number, options: TenantFeedOptions) {
    this.#last = last;
    this.#known = last;
    this.#options = options;
  }

  offer(events: readonly TenantEvent[]): void {
    if (this.#isClosed) return;
    for (const event of events) {
      if (event.seq > this.#last) this.#early.set(event.seq, event);
      this.#known = Math.max(this.#known, event.seq);
    }
    this.#advance();
  }

  /** Another process committed up to `seq`. */
  hear(seq: number): void {
    this.#known = Math.max(this.#known, seq);
    this.#advance();
  }

  #hand(event: TenantEvent): void {
    this.#last = event.seq;
    this.#early.delete(event.seq);
    this.#options.emit(event);
  }

  #advance(): void {
    for (let next = this.#early.get(this.#last + 1); next; next = this.#early.get(this.#last + 1))
      this.#hand(next);
    if (this.#known > this.#last && !this.#isReading && !this.#isClosed) void this.#readHole();
  }

  async #readHole(): Promise<void> {
    this.#isReading = true;
    let pause = SETTLE_MS;
    try {
      while (this.#known > this.#last && !this.#isClosed) {
        await new Promise(resolve => setTimeout(resolve, pause).unref());
        if (this.#isClosed || this.#early.has(this.#last + 1) || this.#known <= this.#last) break;
        const from = this.#last;
        try {
          for (const event of await this.#options.read(from, PAGE))
            if (event.seq === this.#last + 1 && !this.#isClosed) this.#hand(event);
        } catch (error) {
          this.#options.onFailure(error);
        }
        // What was announced may not be there (a database restored from a backup): it is not asked for without end.
        pause = this.#last > from ? 0 : RETRY_MS;
      }
    } finally {
      this.#isReading = false;
    }
    this.#advance();
  }

  close(): void {
    this.#isClosed = true;
    this.#early.clear();
  }
}
