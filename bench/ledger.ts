import { setTimeout as delay } from 'node:timers/promises';

/** A backlog that others' load or a small budget made may take its time. */
const PATIENCE_MS = 60_000;

export interface LedgerCheck {
  readonly answered: number;
  readonly delivered: number;
  /** Answered 200, and never on the socket. */
  readonly lost: number;
  readonly repeated: number;
  readonly refused: number;
}

/** What became of each message of a round, by its number: posted, answered, seen on the agent's socket. */
export class Ledger {
  readonly #base: number;
  readonly #startedAt: Float64Array;
  readonly #arrivedAt: Float64Array;
  readonly #arrivals: Uint8Array;
  readonly #isAnswered: Uint8Array;
  #answered = 0;
  #refused = 0;
  /** Answered and arrived. */
  #complete = 0;
  #lastAt = 0;

  constructor(base: number, size: number) {
    this.#base = base;
    this.#startedAt = new Float64Array(size);
    this.#arrivedAt = new Float64Array(size);
    this.#arrivals = new Uint8Array(size);
    this.#isAnswered = new Uint8Array(size);
  }

  start(numbers: readonly number[]): void {
    const now = performance.now();
    for (const number of numbers) this.#startedAt[number - this.#base] = now;
  }

  answer(numbers: readonly number[], status: number): void {
    if (status !== 200) {
      this.#refused += numbers.length;
      return;
    }
    this.#answered += numbers.length;
    for (const number of numbers) {
      const index = number - this.#base;
      this.#isAnswered[index] = 1;
      if (this.#arrivals[index] === 1) this.#complete++;
    }
    this.#lastAt = performance.now();
  }

  arrive(number: number): void {
    const index = number - this.#base;
    if (!(index >= 0 && index < this.#arrivals.length)) return;
    this.#arrivals[index] = (this.#arrivals[index] ?? 0) + 1;
    if (this.#arrivals[index] !== 1) return;
    this.#lastAt = performance.now();
    this.#arrivedAt[index] = this.#lastAt;
    if (this.#isAnswered[index] === 1) this.#complete++;
  }

  /** Resolves when all that was answered has arrived, or nothing more comes. Returns when the last one was complete. */
  async settle(): Promise<number> {
    const until = performance.now() + PATIENCE_MS;
    while (this.#complete < this.#answered && performance.now() < until) await delay(5);
    const lastAt = this.#lastAt;
    // One that comes twice comes soon.
    await delay(50);
    return lastAt;
  }

  /** From the start of the POST to the socket, in milliseconds, of those that were answered too. */
  latencies(): number[] {
    const latencies: number[] = [];
    this.#arrivals.forEach((arrivals, index) => {
      if (arrivals > 0 && this.#isAnswered[index] === 1)
        latencies.push((this.#arrivedAt[index] ?? 0) - (this.#startedAt[index] ?? 0));
    });
    return latencies;
  }

  check(): LedgerCheck {
    let lost = 0;
    let repeated = 0;
    this.#isAnswered.forEach((isAnswered, index) => {
      if (isAnswered === 1 && this.#arrivals[index] === 0) lost++;
      if ((this.#arrivals[index] ?? 0) > 1) repeated++;
    });
    return {
      answered: this.#answered,
      delivered: this.#complete,
      lost,
      repeated,
      refused: this.#refused,
    };
  }
}
