import {
  discardParked,
  ingestTenant,
  type Parked,
  parkedPages,
  replayParked,
} from '../../features/inbound/index.ts';
import { NotFound, ValidationError } from '../../kit/errors.ts';
import { tellNews } from '../../landlord/news.ts';
import { recordAudit } from '../../landlord/operation-store.ts';
import { readTenantHealth } from '../../tenancy/tenant-health.ts';
import { openTenants, withTenant } from '../command-context.ts';
import { printJson, tablePrinter, warn } from '../output.ts';

const MOST_MS = 60 * 60_000;

/** What is parked, and why. */
export async function inboundList(slug: string, options: { readonly json?: boolean }): Promise<void> {
  await withTenant(slug, async (_context, scope) => {
    const items: Parked[] = [];
    const print = tablePrinter(['ID', 'CHANNEL', 'RECEIVED', 'WHY']);
    let count = 0;
    for await (const page of parkedPages(scope.db)) {
      count += page.length;
      if (options.json) items.push(...page);
      else print(page.map(rowOf));
    }
    if (options.json) return printJson({ parked: items });
    if (count === 0) return console.log('Nothing is parked.');
    console.error(
      `Try them again: concierge inbound replay ${slug}. Give one up: concierge inbound discard ${slug} <id>`,
    );
  });
}

const rowOf = ({ id, channelName, receivedAt, error }: Parked) => [
  id,
  channelName,
  receivedAt.toISOString(),
  error.replace(/\s+/g, ' '),
];

export interface InboundDiscardOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Gives parked deliveries and facts up. Throws NotFound when one of the ids is not parked; nothing is done then. */
export async function inboundDiscard(
  slug: string,
  ids: readonly string[],
  options: InboundDiscardOptions,
): Promise<void> {
  if (options.all ? ids.length > 0 : ids.length === 0)
    throw new ValidationError('Give either ids from "concierge inbound list", or --all.');
  await withTenant(slug, async ({ landlord }, scope) => {
    const discarded = await scope.transaction(async tx => {
      const done = await discardParked(tx, options.all ? 'all' : ids);
      const unknown = ids.filter(id => !done.includes(id));
      if (unknown.length > 0)
        throw new NotFound(`${unknown.join(', ')} is not parked. See: concierge inbound list ${slug}`);
      return done;
    });
    await recordAudit(landlord.db, 'cli', 'inbound.discard', scope.tenant.id, { discarded });
    if (options.json) return printJson({ discarded });
    console.log(`${discarded.length} given up.`);
  });
}

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
    if (isParkedAgain) warn(`Some were parked again. Why: concierge inbound list ${slug}`);
  });
}
