import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes on after a call has returned: it can be waited for, and ended. */
export class BackgroundWork {
  readonly #running = new Set<Promise<unknown>>();
  readonly #end = new AbortController();

  constructor() {
    // Every wait listens to this one signal; many of them are no leak.
    setMaxListeners(0, this.#end.signal);
  }

  /** Aborted by `close`. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Counts as running until it settles. `work` handles its own failures. */
  track<Result>(work: Promise<Result>): Promise<Result> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return work;
  }

  /** Does it later, unless `close` comes first. */
  after(delayMs: number, work: () => void): void {
    void this.track(
      this.wait(delayMs).then(isOver => {
        if (isOver) work();
      }),
    );
  }

  /** `false` when `close` came first. */
  async wait(delayMs: number): Promise<boolean> {
    if (this.#end.signal.aborted) return false;
    if (delayMs <= 0) return true;
    return sleep(delayMs, true, { signal: this.#end.signal }).catch(() => false);
  }

  /** Resolves when nothing runs, including what the running work has begun in the meantime. */
  async whenIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  close(): void {
    this.#end.abort();
  }
}
