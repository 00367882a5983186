import { backoffMs } from '../kit/backoff.ts';
import type { Logger } from '../observability/logger.ts';

export interface Visit {
  /** More is waiting: come again at once, after the others. */
  readonly isUnfinished: boolean;
  /** Come again after this time. */
  readonly retryInMs?: number | undefined;
}
export interface TenantLanesOptions<Hint> {
  /** Tenants visited at the same time. */
  readonly lanes: number;
  readonly visit: (tenantId: string, hint: Hint | undefined) => Promise<Visit>;
  /** Two wake-ups of one tenant before its visit: what the visit is told. */
  readonly merge: (one: Hint | undefined, other: Hint | undefined) => Hint | undefined;
  readonly log: Logger;
}
interface Entry<Hint> {
  state: 'idle' | 'queued' | 'running';
  wokenAgain: boolean;
  hint: Hint | undefined;
  failures: number;
  timer: NodeJS.Timeout | undefined;
  waiters: (() => void)[];
}

/**
 * Work per tenant in this process: one visit of a tenant at a time, a few tenants at once, first come first served. Waking
 * is cheap and never lost: a tenant that is woken while it is visited is visited again. A visit that fails is repeated
 * with back-off.
 */
export class TenantLanes<Hint = undefined> {
  readonly #options: TenantLanesOptions<Hint>;
  readonly #entries = new Map<string, Entry<Hint>>();
  readonly #queue: string[] = [];
  #running = 0;
  #isClosed = false;
  #idle: (() => void)[] = [];

  constructor(options: TenantLanesOptions<Hint>) {
    this.#options = options;
  }

  wake(tenantId: string, hint?: Hint): void {
    if (this.#isClosed) return;
    const entry = this.#entries.get(tenantId) ?? {
      state: 'idle',
      wokenAgain: false,
      hint: undefined,
      failures: 0,
      timer: undefined,
      waiters: [],
    };
    this.#entries.set(tenantId, entry);
    entry.hint = this.#options.merge(entry.hint, hint);
    if (entry.state === 'running') entry.wokenAgain = true;
    if (entry.state !== 'idle') return;
    clearTimeout(entry.timer);
    entry.timer = undefined;
    entry.state = 'queued';
    this.#queue.push(tenantId);
    this.#next();
  }

  /** Wakes and resolves after a visit that began later than this call; for jobs, which end with their work. */
  visited(tenantId: string, hint?: Hint): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise(resolve => {
      const isRunning = this.#entries.get(tenantId)?.state === 'running';
      this.wake(tenantId, hint);
      const entry = this.#entries.get(tenantId);
      if (!entry) return resolve();
      entry.waiters.push(isRunning ? () => entry.waiters.push(resolve) : resolve);
    });
  }

  /** Resolves when nothing is queued or running. */
  whenIdle(): Promise<void> {
    if (this.#running === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise(resolve => this.#idle.push(resolve));
  }

  #next(): void {
    while (this.#running < this.#options.lanes) {
      const tenantId = this.#queue.shift();
      if (tenantId === undefined) break;
      this.#running++;
      void this.#visit(tenantId);
    }
    if (this.#running === 0 && this.#queue.length === 0)
      for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #visit(tenantId: string): Promise<void> {
    const entry = this.#entries.get(tenantId) as Entry<Hint>;
    const { hint } = entry;
    entry.state = 'running';
    entry.wokenAgain = false;
    entry.hint = undefined;
    let again: number | undefined;
    try {
      const visit = await this.#options.visit(tenantId, hint);
      entry.failures = 0;
      again = visit.isUnfinished ? 0 : visit.retryInMs;
    } catch (error) {
      entry.failures++;
      entry.hint = this.#options.merge(entry.hint, hint);
      again = backoffMs(entry.failures, { baseMs: 50, maximumMs: 10_000 }, Math.random);
      const level = entry.failures === 1 ? 'debug' : 'warn';
      this.#options.log[level](
        { error, tenantId, failures: entry.failures },
        'a visit failed and will be repeated',
      );
    }
    entry.state = 'idle';
    this.#running--;
    for (const waiter of entry.waiters.splice(0)) waiter();
    if (this.#isClosed) {
      // Those who asked during this visit waited for the next one, which does not come.
      for (const waiter of entry.waiters.splice(0)) waiter();
      this.#entries.delete(tenantId);
    } else if (entry.wokenAgain || again === 0) this.wake(tenantId);
    else if (again !== undefined) {
      entry.timer = setTimeout(() => this.wake(tenantId), again);
      entry.timer.unref();
    } else if (entry.waiters.length === 0) this.#entries.delete(tenantId);
    this.#next();
  }

  /** Starts nothing more and resolves when the visits under way have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.length = 0;
    for (const entry of this.#entries.values()) {
      clearTimeout(entry.timer);
      // Nobody waits for a visit that will not come; those under way settle theirs themselves.
      if (entry.state !== 'running') for (const waiter of entry.waiters.splice(0)) waiter();
    }
    while (this.#running > 0) await new Promise<void>(resolve => this.#idle.push(resolve));
  }
}
