import type { Context } from '../src/app/build-context.ts';
import { removeLooseFiles } from '../src/features/attachments/index.ts';
import { destroyEndedSessions } from '../src/features/channels/index.ts';
import { foldCounts, wakeSnoozed } from '../src/features/conversations/index.ts';
import type { Visit } from '../src/jobs/tenant-lanes.ts';

/** What a tenant needs now and then: snoozed conversations woken, counts folded, forgotten uploads and ended sessions given up. */
export async function careForTenant(context: Context, tenantId: string): Promise<Visit> {
  const tenant = await context.tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { isUnfinished: false };
  return context.tenants.runOn(tenant, async scope => {
    await scope.transaction(tx => foldCounts(tx));
    await removeLooseFiles(scope.db);
    await destroyEndedSessions(scope.db);
    return { isUnfinished: false, retryInMs: await wakeSnoozed(scope) };
  });
}
