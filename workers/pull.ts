import type { Context } from '../src/app/build-context.ts';
import { pullTenant } from '../src/features/inbound/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';
import type { Outage } from '../src/landlord/state-store.ts';

/** Fetches what platforms have only rung for; what comes is stored as deliveries, and applied like them. */
export async function pull(context: Context, tenantId: string, outage: Outage | undefined): Promise<Visit> {
  const { tenants, config, publicUrl, bell } = context;
  const { providerUrls, outboundAllow } = config;
  const result = await pullTenant({ tenants, outage, providerUrls, outboundAllow, publicUrl }, tenantId);
  if (result.stored > 0) bell.ingest(tenantId);
  return result;
}
