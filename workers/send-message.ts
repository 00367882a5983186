import type { Context } from '../src/app/build-context.ts';
import { postTenant } from '../src/features/outbound/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';

/** Sends what a tenant's outbox holds and may go out now. A receipt that was faster than our record is matched after it. */
export async function sendMessage(context: Context, tenantId: string): Promise<Visit> {
  const { tenants, media, links, lines, config, bell } = context;
  const result = await postTenant(
    {
      tenants,
      store: media,
      links,
      lines,
      providerUrls: config.providerUrls,
      outboundAllow: config.outboundAllow,
      publicUrl: context.publicUrl,
    },
    tenantId,
  );
  if (result.sent > 0) bell.ingest(tenantId);
  return result;
}
