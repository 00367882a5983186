import { ingestTenant, replayParked } from '../../features/inbound/index.ts';
import { tellNews } from '../../landlord/news.ts';
import { recordAudit } from '../../landlord/operation-store.ts';
import { readTenantHealth } from '../../tenancy/tenant-health.ts';
import { openTenants, withTenant } from '../command-context.ts';
import { printJson, warn } from '../output.ts';

const MOST_MS = 60 * 60_000;

/**
 * Puts parked deliveries and facts back and applies them here and now, so that the answer tells what became of them. A
 * fact that fails gets its further tries from the running product.
 */
export async function inboundReplay(slug: string, options: { readonly json?: boolean }): Promise<void> {
  await withTenant(slug, async (context, scope) => {
    const { landlord } = context;
    const { tenant } = scope;
    const replayed = await scope.transaction(tx => replayParked(tx));
    await recordAudit(landlord.db, 'cli', 'inbound.replay', tenant.id, { replayed });
    const opened = openTenants(context);
    try {
      // A suspended tenant's deliveries stay where they are until it is resumed.
      await ingestTenant({ tenants: opened.tenants, landlord: landlord.db }, tenant.id, true, MOST_MS);
    } finally {
      await opened.close();
    }
    await tellNews(landlord.db, tenant.id);
    const health = await readTenantHealth(tenant);
    if (!health.isReachable) throw new Error(health.error);
    const { pendingDeliveries, parkedDeliveries, heldFacts, parkedFacts } = health.work;
    const left = { pendingDeliveries, parkedDeliveries, heldFacts, parkedFacts };
    const isParkedAgain = parkedDeliveries + parkedFacts > 0;
    if (isParkedAgain) process.exitCode = 1;
    if (options.json) return printJson({ replayed, left });
    console.log(
      `${replayed} put back. Now pending: ${pendingDeliveries}, held: ${heldFacts}, parked: ${parkedDeliveries + parkedFacts}.`,
    );
    if (isParkedAgain) warn('Some were parked again: they cannot be read, or the cause is still there.');
  });
}
