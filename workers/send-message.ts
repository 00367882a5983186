import type { Context } from '../src/app/build-context.ts';
import { type Pace, postTenant } from '../src/features/outbound/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';

/** What goes to platforms that take their time, in lanes of its own: see sendMessage. */
export async function sendSlowly(context: Context, tenantId: string): Promise<Visit> {
  return send(context, tenantId, 'slow');
}

/**
 * Sends what a tenant's outbox holds and may go out now. A receipt that was faster than our record is matched after it.
 * `wakeSlow` is called when something waits for the slow ones.
 */
export async function sendMessage(context: Context, tenantId: string, wakeSlow: () => void): Promise<Visit> {
  const result = await send(context, tenantId, 'fast');
  const { otherInMs, retryInMs } = result;
  if (otherInMs === undefined) return result;
  if (otherInMs <= DUE_MS) wakeSlow();
  else return { ...result, retryInMs: Math.min(retryInMs ?? otherInMs, otherInMs) };
  return result;
}

/** As soon as a visit comes again. */
const DUE_MS = 20;

async function send(context: Context, tenantId: string, pace: Pace) {
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
    pace,
  );
  if (result.sent > 0) bell.ingest(tenantId);
  return result;
}
