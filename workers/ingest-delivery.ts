import type { IngestHint } from '../src/app/alarm-bell.ts';
import type { Context } from '../src/app/build-context.ts';
import { ingestTenant } from '../src/features/inbound/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';

/** Brings a tenant's spilled deliveries home and applies what is pending; new messages may wait for our own receipts. */
export async function ingestDelivery(
  context: Context,
  tenantId: string,
  hint: IngestHint | undefined,
): Promise<Visit> {
  const { tenants, landlord } = context;
  return ingestTenant({ tenants, landlord: landlord.db }, tenantId, hint?.hasSpill ?? false);
}
