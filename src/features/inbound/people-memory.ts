import { LRUCache } from 'lru-cache';
import type { Address, KnownAddress } from './resolve-people.ts';

const MOST_ADDRESSES = 50_000;
/** Stands for an address that nobody had. */
const NOBODY = Symbol('nobody');

/**
 * What this process last saw of people who write, so that their next message can be applied in the trip that looks them
 * up. It is a belief: whoever uses it lets the database say whether it still holds.
 */
export class PeopleMemory {
  readonly #seen = new LRUCache<string, KnownAddress | typeof NOBODY>({ max: MOST_ADDRESSES });

  /** What is known of these addresses; undefined when one of them was not seen before. */
  recall(tenantId: string, addresses: readonly Address[]): KnownAddress[] | undefined {
    const known: KnownAddress[] = [];
    for (const address of addresses) {
      const seen = this.#seen.get(keyOf(tenantId, address));
      if (seen === undefined) return undefined;
      if (seen !== NOBODY) known.push(seen);
    }
    return known;
  }

  remember(tenantId: string, asked: readonly Address[], found: readonly KnownAddress[]): void {
    for (const address of asked) this.#seen.set(keyOf(tenantId, address), NOBODY);
    for (const address of found) this.#seen.set(keyOf(tenantId, address), address);
  }
}

const keyOf = (tenantId: string, { channelId, kind, value }: Address) =>
  `${tenantId}\n${channelId}\n${kind}\n${value}`;
