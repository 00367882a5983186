import type { Context } from '../src/app/build-context.ts';
import {
  channelsToCheck,
  checkChannel,
  type RunInTenant,
  renewSecrets,
  sharedCredentials,
} from '../src/features/channels/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';

/** Asks the platforms how a tenant's accounts stand; each about once in an hour, more often when something is wrong. */
export async function checkChannels(context: Context, tenantId: string): Promise<Visit> {
  const { tenants, config, publicUrl } = context;
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { isUnfinished: false };
  const run: RunInTenant = work => tenants.runOn(tenant, work);
  const { providerUrls, outboundAllow } = config;
  const shared = sharedCredentials(config);
  const place = { providerUrls, outboundAllow, shared, publicUrl };
  const how = { ...place, connects: false, isByPerson: false, isServer: true };
  for (const channelId of await run(channelsToCheck)) {
    await renewSecrets(run, context.landlord, channelId, how);
    await checkChannel(run, channelId, how);
  }
  return { isUnfinished: false };
}
