import { LRUCache } from 'lru-cache';
import type { LandlordDb } from '../../db/planes.ts';
import { isConnectionFailure } from '../../db/session.ts';
import { ServiceUnavailable } from '../../kit/errors.ts';
import { appendSpill, type SpilledDelivery } from '../../landlord/spill-store.ts';
import type { Logger } from '../../observability/logger.ts';
import { sealContext, type Tenant } from '../../tenancy/tenant.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import type { ArrivingDelivery, NewDelivery } from './delivery-store.ts';
import { PeopleMemory } from './people-memory.ts';
import { type ReadDelivery, readArriving, takeIn } from './take-in.ts';

export interface DeliveryDeskOptions {
  readonly tenants: Tenants;
  readonly landlord: LandlordDb;
  readonly log: Logger;
  /** Hears of every tenant with work for a drain, after the commit. */
  readonly onWaiting: (tenantId: string, where: 'tenant' | 'spill') => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface Arrival {
  readonly tenant: Tenant;
  readonly delivery: ReadDelivery;
}

const MOST_AT_ONCE = 200;
/** They travel as one value, and so do their events. */
const MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;
/** The spill is looked at every two seconds. */
const HOMEWARD_MS = 10_000;

/** Deliveries that arrive while a commit is under way share the next one: group commit, without anybody waiting for more. */
class GroupCommit<Item, Result> {
  readonly #write: (items: readonly Item[]) => Promise<Result>;
  readonly #bytesOf: (item: Item) => number;
  #waiting: Waiting<Item, Result>[] = [];
  #isWriting = false;

  constructor(write: (items: readonly Item[]) => Promise<Result>, bytesOf: (item: Item) => number) {
    this.#write = write;
    this.#bytesOf = bytesOf;
  }

  get isIdle(): boolean {
    return !this.#isWriting && this.#waiting.length === 0;
  }

  /** What the write of its group resolved or rejected with. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#groupSize());
      try {
        const result = await this.#write(group.map(waiting => waiting.item));
        for (const waiting of group) waiting.resolve(result);
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.#isWriting = false;
  }

  #groupSize(): number {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ item }, index) => {
      bytes += this.#bytesOf(item);
      return index === MOST_AT_ONCE || (index > 0 && bytes > MOST_BYTES_AT_ONCE);
    });
    return end < 0 ? this.#waiting.length : end;
  }
}

/**
 * Stores deliveries before anybody hears 200: in the tenant's database when a connection is at hand, otherwise sealed in
 * the landlord's spill, from where a drain brings them home. Opening a connection for one message would cost the server
 * more than the message.
 */
export class DeliveryDesk {
  readonly #options: DeliveryDeskOptions;
  readonly #byTenant = new Map<string, GroupCommit<Arrival, boolean>>();
  readonly #memory = new PeopleMemory();
  /** Tenants of whom older deliveries are on their way home: what comes now must not overtake them. */
  readonly #spilled = new LRUCache<string, true>({ max: 100_000, ttl: HOMEWARD_MS });
  readonly #spill: GroupCommit<Omit<SpilledDelivery, 'id'>, void>;

  constructor(options: DeliveryDeskOptions) {
    this.#options = options;
    this.#spill = new GroupCommit(
      items => appendSpill(options.landlord, items),
      ({ sealed }) => sealed.length,
    );
  }

  /**
   * Durable when it resolves; with whether it is applied, too. Throws when neither database took it: the sender must come
   * again.
   */
  async accept(tenant: Tenant, delivery: ArrivingDelivery): Promise<boolean> {
    if (!this.#options.tenants.databases.isAtHand(tenant)) return this.#spillOne(tenant, delivery);
    const group =
      this.#byTenant.get(tenant.id) ??
      new GroupCommit(
        (items: readonly Arrival[]) => this.#takeIn(items),
        ({ delivery }) => delivery.body.length,
      );
    this.#byTenant.set(tenant.id, group);
    try {
      return await group.add({ tenant, delivery: readArriving(delivery) });
    } finally {
      if (group.isIdle && this.#byTenant.get(tenant.id) === group) this.#byTenant.delete(tenant.id);
    }
  }

  /** All of one tenant; the newest of them knows best what the tenant is now. */
  async #takeIn(arrivals: readonly Arrival[]): Promise<boolean> {
    const { tenant } = arrivals.at(-1) as Arrival;
    const deliveries = arrivals.map(arrival => arrival.delivery);
    try {
      const isApplied = await this.#options.tenants.runOn(tenant, scope =>
        takeIn(scope, deliveries, this.#memory, !this.#spilled.has(tenant.id)),
      );
      if (!isApplied) this.#options.onWaiting(tenant.id, 'tenant');
      return isApplied;
    } catch (error) {
      if (!isConnectionFailure(error) && !(error instanceof ServiceUnavailable)) throw error;
      this.#options.log.warn(
        { error, tenant: tenant.slug },
        'a tenant database was not at hand; deliveries are spilled',
      );
      await Promise.all(deliveries.map(delivery => this.#spillOne(tenant, delivery)));
      return false;
    }
  }

  async #spillOne(tenant: Tenant, delivery: NewDelivery): Promise<boolean> {
    this.#spilled.set(tenant.id, true);
    await this.#spill.add({
      tenantId: tenant.id,
      channelId: delivery.channelId,
      deliveryKey: delivery.deliveryKey,
      sealed: tenant.dataKey.seal(packDelivery(delivery), sealContext.spill(delivery.deliveryKey)),
      receivedAt: delivery.receivedAt,
    });
    this.#options.onWaiting(tenant.id, 'spill');
    return false;
  }
}

/** A delivery's content as bytes: a length, a JSON head, the body as it is. */
function packDelivery(delivery: NewDelivery): Buffer {
  const head = Buffer.from(JSON.stringify({ bodySha256: delivery.bodySha256, headers: delivery.headers }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, delivery.body]);
}
export function unpackDelivery(tenant: Tenant, spilled: SpilledDelivery): NewDelivery {
  const bytes = tenant.dataKey.openBytes(spilled.sealed, sealContext.spill(spilled.deliveryKey));
  const end = 4 + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.subarray(4, end).toString()) as Pick<NewDelivery, 'bodySha256' | 'headers'>;
  return {
    ...head,
    channelId: spilled.channelId,
    deliveryKey: spilled.deliveryKey,
    receivedAt: spilled.receivedAt,
    body: bytes.subarray(end),
  };
}
