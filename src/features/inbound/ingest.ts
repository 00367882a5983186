import type { LandlordDb } from '../../db/planes.ts';
import { deleteSpill, readSpill } from '../../landlord/spill-store.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { unpackDelivery } from './delivery-desk.ts';
import { insertDeliveries } from './delivery-store.ts';
import { type DrainResult, drainTenant } from './drain.ts';

const SPILL_BATCH = 500;

/** Brings a tenant's spilled deliveries home: stored there first, then deleted here, so that a crash between repeats. */
async function bringHome(landlord: LandlordDb, scope: TenantScope): Promise<void> {
  for (;;) {
    const spilled = await readSpill(landlord, scope.tenant.id, SPILL_BATCH);
    if (spilled.length === 0) return;
    await insertDeliveries(
      scope.db,
      spilled.map(delivery => unpackDelivery(scope.tenant, delivery)),
    );
    await deleteSpill(
      landlord,
      spilled.map(delivery => delivery.id),
    );
    if (spilled.length < SPILL_BATCH) return;
  }
}

export interface IngestOptions {
  readonly tenants: Tenants;
  readonly landlord: LandlordDb;
}

/**
 * One visit to a tenant: its spill, then its pending deliveries. A suspended tenant's deliveries are kept for later.
 * After `fairMs` the visit ends between two batches, so that one loud tenant does not hold a lane for ever.
 */
export async function ingestTenant(
  { tenants, landlord }: IngestOptions,
  tenantId: string,
  hasSpill: boolean,
  fairMs = 250,
): Promise<DrainResult & { readonly isUnfinished: boolean }> {
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { applied: 0, retryInMs: undefined, isUnfinished: false };
  return tenants.runOn(tenant, async scope => {
    if (hasSpill) await bringHome(landlord, scope);
    const until = Date.now() + fairMs;
    let isUnfinished = false;
    const result = await drainTenant(scope, () => {
      isUnfinished = Date.now() > until;
      return !isUnfinished;
    });
    return { ...result, isUnfinished };
  });
}
