import type { LandlordDb } from '../db/planes.ts';

/** A delivery that waits in the landlord until its tenant's database is at hand; `sealed` opens with the tenant's key only. */
export interface SpilledDelivery {
  readonly id: number;
  readonly tenantId: string;
  readonly channelId: number;
  readonly deliveryKey: string;
  readonly sealed: string;
  readonly receivedAt: Date;
}

/** One statement for any number of tenants. Durable when it returns. */
export async function appendSpill(
  db: LandlordDb,
  deliveries: readonly Omit<SpilledDelivery, 'id'>[],
): Promise<void> {
  await db.query(
    `INSERT INTO delivery_spill (tenant_id, channel_id, delivery_key, sealed, received_at)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])`,
    [
      deliveries.map(delivery => delivery.tenantId),
      deliveries.map(delivery => delivery.channelId),
      deliveries.map(delivery => delivery.deliveryKey),
      deliveries.map(delivery => delivery.sealed),
      deliveries.map(delivery => delivery.receivedAt),
    ],
  );
}
/** Tenants that have spilled deliveries, the one that waits longest first. */
export async function spilledTenants(
  db: LandlordDb,
  limit: number,
): Promise<{ tenantId: string; amount: number }[]> {
  return db.query(
    `SELECT tenant_id AS "tenantId", count(*)::int AS amount FROM delivery_spill
     GROUP BY tenant_id ORDER BY min(id) LIMIT $1`,
    [limit],
  );
}
export async function readSpill(db: LandlordDb, tenantId: string, limit: number): Promise<SpilledDelivery[]> {
  return db.query<SpilledDelivery>(
    `SELECT id, tenant_id AS "tenantId", channel_id AS "channelId", delivery_key AS "deliveryKey", sealed,
       received_at AS "receivedAt" FROM delivery_spill WHERE tenant_id = $1 ORDER BY id LIMIT $2`,
    [tenantId, limit],
  );
}
export async function deleteSpill(db: LandlordDb, ids: readonly number[]): Promise<void> {
  await db.query('DELETE FROM delivery_spill WHERE id = ANY ($1::bigint[])', [ids]);
}
