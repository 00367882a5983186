import { requireAdapter } from '../../platforms/registry.ts';
import type { PendingDelivery } from './delivery-store.ts';
import { type Reading, readDelivery } from './fact-batch.ts';

/** What has been read should be applied, also when there is more to read. */
const READ_AHEAD_MS = 5000;
/** While something is read the tenant's other channels are looked after so often. */
const LOOK_EVERY_MS = 200;

/**
 * For one visit of a drain: deliveries that take their time are read beside it, outside of any transaction, so that neither
 * locks nor the tenant's other channels wait for them. Within a channel the order is kept: as long as one of its deliveries
 * is being read, all of the channel is left out.
 */
export class ReadingAhead {
  readonly #readings = new Map<number, Reading>();
  /** Channels that are being read, or are for another visit. */
  readonly #away = new Map<number, Promise<void> | 'later'>();
  /** Those that had their turn in this visit. */
  readonly #begun = new Set<number>();
  /** Something was read since `next`, perhaps after the last look at what is pending. */
  #hasNews = false;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;

  /** The channels that are left out at this moment. */
  get away(): readonly number[] {
    return [...this.#away.keys()];
  }
  readingOf({ id }: PendingDelivery): Reading | undefined {
    return this.#readings.get(id);
  }

  /**
   * What may be applied now, and what has to be read before: of each channel what stands before its first unread one. Of
   * channels that are away nothing has to be read; their reader is at it.
   */
  split(deliveries: readonly PendingDelivery[]) {
    const waiting = new Set<number>();
    const ready: PendingDelivery[] = [];
    const unread: PendingDelivery[] = [];
    for (const delivery of deliveries) {
      const isUnread = this.isUnread(delivery);
      if (isUnread) waiting.add(delivery.channelId);
      if (isUnread && !this.#away.has(delivery.channelId)) unread.push(delivery);
      if (!waiting.has(delivery.channelId)) ready.push(delivery);
    }
    return { ready, unread };
  }
  isUnread({ id, platform }: PendingDelivery): boolean {
    return requireAdapter(platform).readsSlowly === true && !this.#readings.has(id);
  }

  /** Each channel has a turn in every visit; when the visit should end, it has no second one. */
  begin(deliveries: readonly PendingDelivery[], mayContinue: () => boolean): void {
    for (const channelId of new Set(deliveries.map(delivery => delivery.channelId))) {
      if (this.#begun.has(channelId) && !mayContinue()) {
        this.#away.set(channelId, 'later');
        continue;
      }
      this.#begun.add(channelId);
      const ours = deliveries.filter(delivery => delivery.channelId === channelId);
      this.#away.set(channelId, this.#read(channelId, ours));
    }
  }

  async #read(channelId: number, deliveries: readonly PendingDelivery[]): Promise<void> {
    const until = Date.now() + READ_AHEAD_MS;
    try {
      for (const delivery of deliveries) {
        this.#readings.set(delivery.id, await readDelivery(delivery, requireAdapter(delivery.platform)));
        if (this.#isOver || Date.now() > until) break;
      }
      this.#away.delete(channelId);
      this.#hasNews = true;
    } catch (error) {
      // What was read before it waits for the next visit, too.
      this.#away.set(channelId, 'later');
      this.#failure ??= { error };
    }
  }

  /** Resolves when there may be something to apply: soon, for others write meanwhile. False: nothing was or is being read. */
  async next(): Promise<boolean> {
    const reading = [...this.#away.values()].filter(state => state !== 'later');
    if (!this.#hasNews && reading.length > 0) await this.#newsOrSoon(reading);
    else if (!this.#hasNews) return false;
    this.#hasNews = false;
    return true;
  }

  async #newsOrSoon(reading: readonly Promise<void>[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const soon = new Promise<void>(resolve => {
      timer = setTimeout(resolve, LOOK_EVERY_MS);
    });
    await Promise.race([...reading, soon]);
    clearTimeout(timer);
  }

  /** Throws what a reader has thrown: its deliveries want another visit. */
  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Readers end after the delivery that they are at. */
  end(): void {
    this.#isOver = true;
  }
}
