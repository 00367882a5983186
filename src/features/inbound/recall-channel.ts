import { Conflict, NotFound } from '../../kit/errors.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { findChannel, openSettings } from '../channels/index.ts';
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
