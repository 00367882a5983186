import type { LandlordDb } from '../../db/planes.ts';
import { isConnectionFailure } from '../../db/session.ts';
import { ServiceUnavailable } from '../../kit/errors.ts';
import { appendSpill, type SpilledDelivery } from '../../landlord/spill-store.ts';
import type { Logger } from '../../observability/logger.ts';
import { sealContext, type Tenant } from '../../tenancy/tenant.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { insertDeliveries, type NewDelivery } from './delivery-store.ts';

export interface DeliveryDeskOptions {
  readonly tenants: Tenants;
  readonly landlord: LandlordDb;
  readonly log: Logger;
  /** Hears of every tenant that got something, after the commit. */
  readonly onStored: (tenantId: string, where: 'tenant' | 'spill') => void;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly settle: (error?: unknown) => void;
}

const MOST_AT_ONCE = 200;

/** Deliveries that arrive while a commit is under way share the next one: group commit, without anybody waiting for more. */
class GroupCommit<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  #waiting: Waiting<Item>[] = [];
  #isWriting = false;

  constructor(write: (items: readonly Item[]) => Promise<void>) {
    this.#write = write;
  }

  get isIdle(): boolean {
    return !this.#isWriting && this.#waiting.length === 0;
  }

  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, settle: error => (error === undefined ? resolve() : reject(error)) });
      if (!this.#isWriting) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST_AT_ONCE);
      let failure: unknown;
      try {
        await this.#write(group.map(waiting => waiting.item));
      } catch (error) {
        failure = error ?? new Error('not stored');
      }
      for (const waiting of group) waiting.settle(failure);
    }
    this.#isWriting = false;
  }
}

/**
 * Stores deliveries before anybody hears 200: in the tenant's database when a connection is at hand, otherwise sealed in
 * the landlord's spill, from where a drain brings them home. Opening a connection for one message would cost the server
 * more than the message.
 */
export class DeliveryDesk {
  readonly #options: DeliveryDeskOptions;
  readonly #byTenant = new Map<string, GroupCommit<NewDelivery>>();
  readonly #spill: GroupCommit<Omit<SpilledDelivery, 'id'>>;

  constructor(options: DeliveryDeskOptions) {
    this.#options = options;
    this.#spill = new GroupCommit(items => appendSpill(options.landlord, items));
  }

  /** Durable when it resolves. Throws when neither database took it: the sender must come again. */
  async accept(tenant: Tenant, delivery: NewDelivery): Promise<void> {
    if (!this.#options.tenants.databases.isAtHand(tenant)) return this.#spillOne(tenant, delivery);
    const group =
      this.#byTenant.get(tenant.id) ?? new GroupCommit<NewDelivery>(items => this.#insert(tenant, items));
    this.#byTenant.set(tenant.id, group);
    await group.add(delivery);
    if (group.isIdle) this.#byTenant.delete(tenant.id);
  }

  async #insert(tenant: Tenant, deliveries: readonly NewDelivery[]): Promise<void> {
    try {
      await this.#options.tenants.runOn(tenant, scope => insertDeliveries(scope.db, deliveries));
      this.#options.onStored(tenant.id, 'tenant');
    } catch (error) {
      if (!isConnectionFailure(error) && !(error instanceof ServiceUnavailable)) throw error;
      this.#options.log.warn(
        { error, tenant: tenant.slug },
        'a tenant database was not at hand; deliveries are spilled',
      );
      await Promise.all(deliveries.map(delivery => this.#spillOne(tenant, delivery)));
    }
  }

  async #spillOne(tenant: Tenant, delivery: NewDelivery): Promise<void> {
    await this.#spill.add({
      tenantId: tenant.id,
      channelId: delivery.channelId,
      deliveryKey: delivery.deliveryKey,
      sealed: tenant.dataKey.seal(packDelivery(delivery), sealContext.spill(delivery.deliveryKey)),
      receivedAt: delivery.receivedAt,
    });
    this.#options.onStored(tenant.id, 'spill');
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
