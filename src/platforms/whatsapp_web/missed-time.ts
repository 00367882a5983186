import type { CatchUpResult } from './catch-up.ts';

export interface MissedTimeParts {
  /** Reads what was said since then; milliseconds since 1970. */
  readonly read: (since: number) => Promise<CatchUpResult>;
  readonly retryAfterMs: number;
  /** After each reading: whether nothing is missing by now. */
  readonly tell: (isComplete: boolean) => void;
}

const triesAtOnce = 3;

/** Has what was missed read, one time after the other. Until that could be read it counts as not delivered. */
export class MissedTime {
  readonly #parts: MissedTimeParts;
  #waiting: number | undefined;
  #reading: number | undefined;
  #failures = 0;
  #isCut = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: MissedTimeParts) {
    this.#parts = parts;
  }

  /** What was said after this has not been read yet; `undefined` when all was. */
  oldest(): number | undefined {
    return this.#reading === undefined ? this.#waiting : earlier(this.#waiting, this.#reading);
  }

  /** One that is being read is not disturbed: this comes after it. */
  readSince(since: number): void {
    this.#waiting = earlier(this.#waiting, since);
    this.#failures = 0;
    this.#begin();
  }

  /** What waits is not forgotten: see `oldest`. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    const since = this.#waiting;
    if (this.#isStopped || this.#reading !== undefined || since === undefined) return;
    this.#waiting = undefined;
    this.#reading = since;
    this.#parts
      .read(since)
      .catch(() => 'failed' as const)
      .then(result => this.#end(since, result))
      .catch(() => undefined);
  }

  #end(since: number, result: CatchUpResult): void {
    this.#reading = undefined;
    this.#isCut ||= result === 'cut';
    if (result === 'failed') {
      this.#waiting = earlier(this.#waiting, since);
      this.#failures++;
    } else this.#failures = 0;
    this.#parts.tell(result !== 'failed' && !this.#isCut);
    if (this.#isStopped) return;
    if (this.#failures === 0) this.#begin();
    else if (this.#failures < triesAtOnce)
      this.#timer = setTimeout(() => this.#begin(), this.#parts.retryAfterMs);
  }
}

const earlier = (one: number | undefined, other: number) => Math.min(one ?? other, other);
