import type { ChannelHealth } from '../../contract/channels.ts';
import { conversationStatus } from '../../contract/conversations.ts';
import { NotFound } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { type ChannelCheck, Rejected, Unavailable } from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { openSettings, setHealth } from './channel-service.ts';
import { changeSettings } from './channel-settings.ts';
import { type ChannelRow, findChannel } from './channel-store.ts';
import { type PlatformIoOptions, platformIo } from './platform-io.ts';
import type { SharedCredentials } from './shared-credentials.ts';

/** Gives work a connection to the tenant for its length; none is held while the platform is asked. */
export type RunInTenant = <T>(work: (scope: TenantScope) => Promise<T>) => Promise<T>;
export interface CheckOptions extends Omit<PlatformIoOptions, 'answerWithinMs'> {
  /** What this server verifies deliveries with when a channel has no secret of its own. */
  readonly shared: SharedCredentials;
  /** Sets the webhook up first, where the platform lets us. */
  readonly connects: boolean;
  /** A person wants to know: a good answer also ends a stop. By itself a check ends no stop that an error had made. */
  readonly isByPerson: boolean;
  /** It is from here that addresses are called: one that must not be called stops the channel. */
  readonly isServer: boolean;
}

const ANSWER_WITHIN_MS = 10_000;

/**
 * Asks the platform, and keeps what it said. Resolves with what there is to be said of it; `null`: all is well. Throws
 * NotFound; whatever the platform does is an answer.
 */
export async function checkChannel(
  run: RunInTenant,
  channelId: number,
  options: CheckOptions,
): Promise<string | null> {
  const { row, settings } = await run(async ({ db, tenant }) => {
    const found = await findChannel(db, channelId);
    if (!found) throw new NotFound('There is no such channel.');
    return { row: found, settings: openSettings(tenant, found) };
  });
  const adapter = requireAdapter(row.platform);
  if (!adapter.connect && !adapter.check) return row.health_message;
  const io = platformIo({ ...options, answerWithinMs: ANSWER_WITHIN_MS }, row, settings);
  const refusal = options.connects
    ? await adapter.connect?.(settings, io, io.door).then(() => undefined, asCheck)
    : undefined;
  const asked = await adapter.check?.(settings, io, io.door);
  // One that is stopped has more to be mended first, and perhaps no settings to look at.
  const deaf = asked?.health === 'stopped' ? undefined : deafness(adapter, settings, options.shared);
  const found = worse(worse(asked, refusal), deaf);
  await run(scope => record(scope, row, found, options));
  return found.message;
}

/**
 * Exchanges secrets that grow old, when it is time. Nothing is wrong yet when that fails: it is tried again with the next
 * check, and the check says it when the secret is over.
 */
export async function renewSecrets(
  run: RunInTenant,
  landlord: Landlord,
  channelId: number,
  options: Omit<PlatformIoOptions, 'answerWithinMs'>,
): Promise<void> {
  const row = await run(({ db }) => findChannel(db, channelId));
  const renew = row && requireAdapter(row.platform).renew;
  if (!row || !renew) return;
  try {
    const settings = await run(async ({ tenant }) => openSettings(tenant, row));
    const io = platformIo({ ...options, answerWithinMs: ANSWER_WITHIN_MS }, row, settings);
    const renewed = await renew(settings, io);
    if (renewed) await run(scope => changeSettings(landlord, scope, channelId, renewed, row));
  } catch (error) {
    await run(async ({ log }) => log.info({ error, channelId }, 'a secret was not renewed yet'));
  }
}

/** Nothing that a platform delivers can be verified without a secret, and what cannot be verified is refused. */
function deafness(
  adapter: ReturnType<typeof requireAdapter>,
  settings: ReturnType<typeof openSettings>,
  shared: SharedCredentials,
): ChannelCheck | undefined {
  const isHeard =
    adapter.hasNoDoor || adapter.credentials(settings).signingSecrets.some(secret => secret !== '');
  if (isHeard || shared[adapter.platform]) return undefined;
  return {
    health: 'warning',
    message:
      'Nothing can be received: no secret is known to verify what the platform delivers. Set appSecret in the settings of this channel; an operator can set META_APP_SECRET for all.',
  };
}

/** Why the webhook was not set up, as the state that it leaves the channel in. */
function asCheck(error: unknown): ChannelCheck {
  if (error instanceof Rejected)
    return {
      // What a person has to do by hand, or a webhook that is refused, stops no sending.
      health: error.scope === 'reauthorise' ? 'reauthorise' : 'warning',
      message: error.message,
    };
  if (error instanceof Unavailable) return { health: 'unknown', message: error.message };
  throw error;
}

const badness: readonly ChannelCheck['health'][] = ['ok', 'unknown', 'warning', 'stopped', 'reauthorise'];

function worse(asked: ChannelCheck | undefined, refusal: ChannelCheck | undefined): ChannelCheck {
  if (!asked || !refusal) return asked ?? refusal ?? { health: 'ok', message: null };
  return badness.indexOf(refusal.health) > badness.indexOf(asked.health)
    ? { ...asked, health: refusal.health, message: refusal.message }
    : asked;
}

async function record(
  scope: TenantScope,
  row: ChannelRow,
  check: ChannelCheck,
  { isByPerson, isServer }: CheckOptions,
): Promise<void> {
  const { health, message, ...result } = check;
  await scope.transaction(async tx => {
    const [before] = await tx.query<{ health: string; checkedAt: Date | null }>(
      'SELECT health, checked_at AS "checkedAt" FROM channels WHERE id = $1 FOR UPDATE',
      [row.id],
    );
    await tx.query('UPDATE channels SET checked_at = now() WHERE id = $1', [row.id]);
    if (health === 'stopped' && !isServer) return;
    // Nobody could be asked: what was known stays true, and that there is no answer now is worth knowing.
    if (health === 'unknown' && before?.checkedAt) {
      if (before.health === 'ok') await setHealth(tx, row.id, 'warning', message);
      return;
    }
    await tx.query('UPDATE channels SET check_result = $2 WHERE id = $1', [row.id, result]);
    if (before?.health === 'stopped' && health !== 'reauthorise' && !isByPerson) return;
    await setHealth(tx, row.id, health, message);
  });
}

interface TrafficRow {
  sent: number;
  failed: number;
  waiting: number;
}
interface EventRow {
  severity: 'info' | 'warning' | 'stop';
  topic: string;
  message: string;
  at: Date;
}
const EVENTS_SHOWN = 20;

/** Throws NotFound. */
export async function readChannelHealth({ db }: Pick<TenantScope, 'db'>, id: number): Promise<ChannelHealth> {
  const row = await findChannel(db, id);
  if (!row) throw new NotFound('There is no such channel.');
  const [[traffic], events] = await Promise.all([
    db.query<TrafficRow>(
      // By the conversations that moved: messages have no index by channel and time, which each of them would pay for.
      `SELECT count(*) FILTER (WHERE m.status IN ('sent','delivered','read'))::int AS sent,
         count(*) FILTER (WHERE m.status = 'failed')::int AS failed,
         (SELECT count(*)::int FROM message_sends s WHERE s.channel_id = $1) AS waiting
       FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.sent_at > now() - interval '24 hours'
       WHERE c.channel_id = $1 AND c.status = ANY ($2::text[]) AND c.last_message_at > now() - interval '24 hours'
         AND m.direction = 'outbound' AND m.type <> 'system'`,
      [id, conversationStatus.options],
    ),
    db.query<EventRow>(
      `SELECT severity, topic, message, created_at AS at FROM channel_health_events WHERE channel_id = $1
       ORDER BY id DESC LIMIT ${EVENTS_SHOWN}`,
      [id],
    ),
  ]);
  const { accountName, tokenExpiresAt, isSubscribed, facts } = row.check_result;
  return {
    health: row.health,
    healthMessage: row.health_message,
    isActive: row.is_active,
    checkedAt: row.checked_at?.toISOString() ?? null,
    accountName: accountName ?? null,
    tokenExpiresAt: tokenExpiresAt ?? null,
    isSubscribed: isSubscribed ?? null,
    facts: facts ?? [],
    lastInboundAt: row.last_inbound_at?.toISOString() ?? null,
    lastOutboundAt: row.last_outbound_at?.toISOString() ?? null,
    sentLastDay: traffic?.sent ?? 0,
    failedLastDay: traffic?.failed ?? 0,
    waiting: traffic?.waiting ?? 0,
    events: events.map(event => ({ ...event, at: event.at.toISOString() })),
  };
}

/** Channels whose platform was not asked for an hour, or ten minutes with trouble; whoever makes one asks at once. */
export async function channelsToCheck({ db }: Pick<TenantScope, 'db'>): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT id FROM channels WHERE removed_at IS NULL AND is_active AND sealed_credentials <> ''
       AND coalesce(checked_at, created_at) < now() - CASE health WHEN 'warning' THEN interval '10 minutes'
         ELSE interval '1 hour' END ORDER BY id`,
  );
  return rows.map(row => row.id);
}
