import type { Context } from '../src/app/build-context.ts';
import { fetchFiles as fetchFilesOf } from '../src/features/attachments/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';

/** Brings in the files that messages have named, and removes those that nothing names any more. */
export async function fetchFiles(context: Context, tenantId: string): Promise<Visit> {
  const { tenants, media, config, publicUrl } = context;
  const { providerUrls, outboundAllow } = config;
  return fetchFilesOf({ tenants, store: media, providerUrls, publicUrl, outboundAllow }, tenantId);
}
