import type { Clock } from '../kit/clock.ts';

/** Counts requests from the first one on for so long, as platforms do that allow some in a minute or a day. */
export class RequestQuota {
  readonly limit: number;
  readonly #windowMs: number;
  readonly #clock: Clock;
  #windowEndsAt = 0;
  #used = 0;

  constructor(limit: number, windowMs: number, clock: Clock) {
    this.limit = limit;
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** How many more may come; `undefined`: this one was too much. */
  take(): number | undefined {
    const now = this.#clock.now().getTime();
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + this.#windowMs;
      this.#used = 0;
    }
    if (this.#used >= this.limit) return undefined;
    this.#used += 1;
    return this.limit - this.#used;
  }
}
