import { type LineHost, LineLost, type LineState } from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { type ChannelRow, type RunInTenant, sessionVault, setHealth } from '../channels/index.ts';
import { fetchedDelivery, insertDeliveries } from './delivery-store.ts';
import { askForPulls } from './pull-store.ts';

export interface LineHostOptions {
  readonly tenant: Tenant;
  readonly channel: Pick<ChannelRow, 'id' | 'platform' | 'webhook_token'>;
  readonly run: RunInTenant;
  readonly fence: number;
  /** False from the moment on at which another process may have taken the line. */
  readonly isHeld: () => boolean;
  /** Deliveries wait to be applied. */
  readonly onDeliveries: () => void;
}

/** What a line may do with the tenant whose channel it serves. */
export function lineHost(options: LineHostOptions): LineHost {
  const { tenant, channel, fence, isHeld } = options;
  const { sendsByLine = false } = requireAdapter(channel.platform);
  const run: RunInTenant = async work => {
    if (!isHeld()) throw new LineLost('Another process may hold this line by now.');
    return options.run(work);
  };
  return {
    ring: what => run(scope => scope.transaction(tx => askForPulls(tx, [{ channelId: channel.id, what }]))),
    async deliver(bodies) {
      if (bodies.length === 0) return;
      const receivedAt = new Date();
      await run(scope =>
        insertDeliveries(
          scope.db,
          bodies.map(body => fetchedDelivery(channel.id, body, receivedAt)),
        ),
      );
      options.onDeliveries();
    },
    tell: state => run(scope => scope.transaction(tx => recordState(tx, channel.id, state, !sendsByLine))),
    session: sessionVault(run, tenant, channel, fence),
  };
}

async function recordState(
  tx: TenantTx,
  channelId: number,
  state: LineState,
  keepsStop: boolean,
): Promise<void> {
  const { health, message, pairing, ...result } = state;
  const [row] = await tx.query<{ isSame: boolean; isActive: boolean; health: string }>(
    `WITH before AS (SELECT id, pairing FROM channels WHERE id = $1 AND removed_at IS NULL FOR UPDATE)
     UPDATE channels c SET checked_at = now(), pairing = $2, check_result = c.check_result || $3
     FROM before b WHERE c.id = b.id
     RETURNING b.pairing IS NOT DISTINCT FROM c.pairing AS "isSame", c.is_active AS "isActive", c.health`,
    [channelId, pairing ?? null, result],
  );
  if (!row) return;
  // What sending has stopped, or found out, is not ended by a line that only listens.
  if (!(keepsStop && row.health === 'stopped')) await setHealth(tx, channelId, health, message);
  // The next code: whoever looks at the one before it has to hear of it.
  if (!row.isSame)
    tx.emit(
      eventDraft('channel.updated', `channel:${channelId}`, { channelId, health, isActive: row.isActive }),
    );
}
