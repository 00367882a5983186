import { LRUCache } from 'lru-cache';
import type { LandlordDb } from '../../db/planes.ts';
import { isConnectionFailure } from '../../db/session.ts';
import { ServiceUnavailable } from '../../kit/errors.ts';
import { GroupCommit } from '../../kit/group-commit.ts';
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

interface Arrival {
  readonly tenant: Tenant;
  readonly delivery: ReadDelivery;
}

/** Of one commit: its deliveries travel as one value, and so do their events. */
const AT_ONCE = { mostItems: 200, mostBytes: 8 * 1024 * 1024 };
/** The spill is looked at every two seconds. */
const HOMEWARD_MS = 10_000;

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
    this.#spill = new GroupCommit({
      ...AT_ONCE,
      write: items => appendSpill(options.landlord, items),
      bytesOf: ({ sealed }) => sealed.length,
    });
  }

  /**
   * Durable when it resolves; with whether it is applied, too. Throws when neither database took it: the sender must come
   * again.
   */
  async accept(tenant: Tenant, delivery: ArrivingDelivery): Promise<boolean> {
    if (!this.#options.tenants.databases.isAtHand(tenant)) return this.#spillOne(tenant, delivery);
    const group =
      this.#byTenant.get(tenant.id) ??
      new GroupCommit<Arrival, boolean>({
        ...AT_ONCE,
        write: items => this.#takeIn(items),
        bytesOf: arrival => arrival.delivery.body.length,
      });
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
