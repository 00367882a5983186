import type { Channel } from '../../contract/channels.ts';
import type { Platform } from '../../contract/primitives.ts';
import type { TenantDb } from '../../db/planes.ts';
import { Conflict } from '../../kit/errors.ts';
import { readOnlyAbilities } from '../../platforms/read-only-abilities.ts';
import { adapters } from '../../platforms/registry.ts';
import { webhookUrl } from './platform-io.ts';

export interface ChannelRow {
  id: number;
  platform: Platform;
  name: string;
  external_account_id: string | null;
  settings: Record<string, unknown>;
  sealed_credentials: string;
  webhook_token: string;
  trusts_api_url: boolean;
  health: Channel['health'];
  health_message: string | null;
  paused_until: Date | null;
  last_inbound_at: Date | null;
  last_outbound_at: Date | null;
  is_active: boolean;
  created_at: Date;
  checked_at: Date | null;
  templates_synced_at: Date | null;
  pairing: { code: string; expiresAt: string } | null;
  /** As the check said it, in JSON. */
  check_result: {
    accountName?: string;
    tokenExpiresAt?: string;
    isSubscribed?: boolean;
    facts?: { name: string; value: string }[];
  };
}

/** Nothing but to be read when it only receives, has no credentials, or when its platform has no adapter in this release. */
type Sender = Pick<ChannelRow, 'platform' | 'settings' | 'sealed_credentials'>;

function abilitiesOf({ platform, settings, sealed_credentials }: Sender) {
  const adapter = adapters[platform];
  const sends = sealed_credentials !== '' && adapter?.sends?.(settings) !== false;
  return adapter && sends ? adapter.abilities : readOnlyAbilities;
}

/** The abilities of a channel that something is to be sent on. Throws Conflict when it only receives. */
export function sendingAbilitiesOf(row: Sender): Channel['abilities'] {
  const abilities = abilitiesOf(row);
  if (abilities.send.length === 0)
    throw new Conflict('This channel only receives; nothing can be sent on it.', 'receives_only');
  return abilities;
}

export function channelOf(row: ChannelRow, publicUrl: string): Channel {
  const adapter = adapters[row.platform];
  const isWidget = row.platform === 'widget';
  return {
    id: row.id,
    platform: row.platform,
    name: row.name,
    externalAccountId: row.external_account_id,
    health: row.health,
    healthMessage: row.health_message,
    isActive: row.is_active,
    abilities: abilitiesOf(row),
    settings: row.settings,
    canRecall: adapter?.recall !== undefined,
    webhookUrl: adapter && !adapter.hasNoDoor ? webhookUrl(publicUrl, row.platform, row.webhook_token) : null,
    widgetKey: isWidget ? row.webhook_token : null,
    lastInboundAt: row.last_inbound_at?.toISOString() ?? null,
    lastOutboundAt: row.last_outbound_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

/** When it last heard something comes from what arrived: a mark on the channel would make every message wait for its row. */
const CHANNELS = `SELECT c.*, greatest(c.last_inbound_at, newest.received_at) AS last_inbound_at FROM channels c
  LEFT JOIN LATERAL (
    SELECT d.received_at FROM inbound_deliveries d WHERE d.channel_id = c.id ORDER BY d.id DESC LIMIT 1
  ) newest ON true
  WHERE c.removed_at IS NULL`;

export async function findChannel(db: TenantDb, id: number): Promise<ChannelRow | undefined> {
  return (await db.query<ChannelRow>(`${CHANNELS} AND c.id = $1`, [id]))[0];
}
export async function pageChannels(db: TenantDb, afterId: number, limit: number): Promise<ChannelRow[]> {
  return db.query<ChannelRow>(`${CHANNELS} AND c.id > $1 ORDER BY c.id LIMIT $2`, [afterId, limit + 1]);
}
