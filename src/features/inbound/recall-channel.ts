import { Conflict, NotFound } from '../../kit/errors.ts';
import type { Outage } from '../../landlord/state-store.ts';
import { adapters, requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { type ChannelRow, findChannel, openSettings } from '../channels/index.ts';
import { askForPulls } from './pull-store.ts';

/**
 * Has everything fetched again that was said on a channel since then; what is here already is not doubled. Returns how many
 * things were asked for; they bring others. Throws NotFound, Conflict.
 */
export async function recallChannel(scope: TenantScope, channelId: number, since: Date): Promise<number> {
  const row = await findChannel(scope.db, channelId);
  if (!row) throw new NotFound('There is no such channel.');
  const { recall } = requireAdapter(row.platform);
  if (!recall) throw new Conflict('This platform cannot be asked for what was said before.', 'no_recall');
  const wanted = recall(since, openSettings(scope.tenant, row));
  await scope.transaction(tx =>
    askForPulls(
      tx,
      wanted.map(what => ({ channelId, what })),
    ),
  );
  return wanted.length;
}

/** Clocks differ, and a delivery may have been refused a moment before we went away. */
const MARGIN_MS = 60_000;
const recallable = Object.values(adapters)
  .filter(adapter => adapter.recall !== undefined)
  .map(adapter => adapter.platform);

/**
 * Has everything fetched that was said while we were away, of every channel whose platform keeps it; each once for an
 * outage. Resolves with how many channels were asked for.
 */
export async function recallAfterOutage(scope: TenantScope, { since, until }: Outage): Promise<number> {
  const from = new Date(since.getTime() - MARGIN_MS);
  return scope.transaction(async tx => {
    const rows = await tx.query<ChannelRow>(
      `UPDATE channels SET recalled_at = now() WHERE platform = ANY ($1::text[]) AND removed_at IS NULL AND is_active
         AND sealed_credentials <> '' AND created_at < $2 AND (recalled_at IS NULL OR recalled_at < $2) RETURNING *`,
      [recallable, until],
    );
    const wanted = rows.flatMap(row => namesOf(scope, row, from).map(what => ({ channelId: row.id, what })));
    await askForPulls(tx, wanted);
    return rows.length;
  });
}

function namesOf({ tenant, log }: TenantScope, row: ChannelRow, since: Date): readonly string[] {
  try {
    return requireAdapter(row.platform).recall?.(since, openSettings(tenant, row)) ?? [];
  } catch (error) {
    // Of a channel that nothing can be asked for the others must not suffer.
    log.warn({ error, channelId: row.id }, 'a channel cannot be asked for what was said before');
    return [];
  }
}
