import type { ChannelPairing } from '../../contract/channels.ts';
import { Conflict, NotFound } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { wakeLine } from '../../landlord/line-store.ts';
import { tellNews } from '../../landlord/news.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { setHealth } from './channel-service.ts';
import { type ChannelRow, findChannel } from './channel-store.ts';

async function requireLine({ db }: TenantScope, id: number): Promise<ChannelRow> {
  const row = await findChannel(db, id);
  if (!row) throw new NotFound('There is no such channel.');
  if (!requireAdapter(row.platform).sendsByLine)
    throw new Conflict('This platform is not paired with a device.', 'no_pairing');
  return row;
}

/** Throws NotFound, Conflict. */
export async function readPairing(scope: TenantScope, id: number): Promise<ChannelPairing> {
  const { health, health_message, pairing, check_result } = await requireLine(scope, id);
  const isFresh = pairing !== null && new Date(pairing.expiresAt) > new Date();
  return {
    health,
    healthMessage: health_message,
    accountName: check_result.accountName ?? null,
    code: isFresh ? pairing.code : null,
    expiresAt: isFresh ? pairing.expiresAt : null,
  };
}

/**
 * Has the line opened now: a person stands ready with the device. `restore` brings the session back that the platform had
 * called over, when it was so by mistake. Throws NotFound, Conflict.
 */
export async function askForPairing(
  landlord: Landlord,
  scope: TenantScope,
  id: number,
  restore: boolean,
): Promise<void> {
  const row = await requireLine(scope, id);
  if (!row.is_active) throw new Conflict('The channel is paused. Resume it first.', 'channel_paused');
  await scope.transaction(async tx => {
    if (restore) {
      const restored = await tx.query(
        `UPDATE whatsapp_sessions SET ended_at = NULL WHERE channel_id = $1 AND ended_at > now() - interval '7 days' RETURNING id`,
        [id],
      );
      if (restored.length === 0)
        throw new Conflict('There is no session of the last seven days to bring back.', 'no_session');
    }
    if (row.health === 'reauthorise' || row.health === 'stopped') await setHealth(tx, id, 'unknown', null);
  });
  await wakeLine(landlord.db, scope.tenant.id, id);
  await tellNews(landlord.db, scope.tenant.id);
}
