import type { Platform } from '../../contract/primitives.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { Pulled } from '../../platforms/adapter.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import type { ChannelRow } from '../channels/index.ts';

/** One thing to be fetched, with all that is needed to fetch it. */
export interface ClaimedPull {
  readonly id: number;
  readonly channelId: number;
  readonly what: string;
  readonly wanted: number;
  readonly attempts: number;
  readonly askedAt: Date;
  /** How far the last pull of the same came. */
  readonly cursor: string | null;
  readonly platform: Platform;
  readonly settings: Record<string, unknown>;
  readonly sealed_credentials: string;
  readonly webhook_token: string;
  readonly trusts_api_url: boolean;
}

/** Longer than any call may take: a claim that is older belongs to a worker that died. */
const CLAIM_SECONDS = 180;

/** Whoever changes several pulls locks them in this order; whoever claims waits for no lock. */
const IN_LOCK_ORDER = 'ORDER BY channel_id, what FOR UPDATE';

/** Asks for things to be fetched; what is asked for already is fetched once, and waits for no long gap any more. */
export async function askForPulls(
  tx: TenantTx,
  pulls: readonly { readonly channelId: number; readonly what: string }[],
): Promise<void> {
  if (pulls.length === 0) return;
  const asked = new Map(pulls.map(pull => [`${pull.channelId}\n${pull.what}`, pull]));
  await tx.query(
    `INSERT INTO channel_pulls (channel_id, what)
     SELECT * FROM unnest($1::bigint[], $2::text[]) AS p (channel_id, what) ORDER BY channel_id, what
     ON CONFLICT (channel_id, what) DO UPDATE SET wanted = channel_pulls.wanted + 1,
       -- No sooner, for the platform may have asked for a pause.
       next_attempt_at = least(channel_pulls.next_attempt_at, now() + interval '1 minute')`,
    [[...asked.values()].map(pull => pull.channelId), [...asked.values()].map(pull => pull.what)],
  );
  tx.ring('pull');
}

/** A channel that stands still is not fetched for: its pulls wait until it goes on. */
const MAY_BE_PULLED = `ch.removed_at IS NULL AND ch.is_active AND ch.health NOT IN ('reauthorise','stopped')`;

/**
 * Claims the channel's next whose time has come: a channel's pulls go one after the other, because platforms count them.
 * Waits for no lock.
 */
export async function claimPull(tx: TenantTx, channelId: number): Promise<ClaimedPull | undefined> {
  const [claimed] = await tx.query<ClaimedPull>(
    `WITH due AS (
       SELECT p.id FROM channel_pulls p JOIN channels ch ON ch.id = p.channel_id
       WHERE p.channel_id = $1 AND p.next_attempt_at <= now() AND ${MAY_BE_PULLED}
         AND NOT EXISTS (SELECT FROM channel_pulls b WHERE b.channel_id = p.channel_id AND b.claimed_until > now())
       ORDER BY p.next_attempt_at, p.id LIMIT 1
     ), locked AS (
       -- Looked at again under the lock: another worker may have had it meanwhile.
       SELECT p.id FROM channel_pulls p JOIN due USING (id) WHERE p.claimed_until IS NULL OR p.claimed_until < now()
       FOR UPDATE OF p SKIP LOCKED
     ), claimed AS (
       UPDATE channel_pulls p SET claimed_until = now() + interval '${CLAIM_SECONDS} seconds', attempts = attempts + 1
       FROM locked WHERE p.id = locked.id RETURNING p.*
     )
     SELECT p.id, p.channel_id AS "channelId", p.what, p.wanted, p.attempts, p.created_at AS "askedAt", c.cursor, ch.platform, ch.settings,
       ch.sealed_credentials, ch.webhook_token, ch.trusts_api_url
     FROM claimed p JOIN channels ch ON ch.id = p.channel_id
     LEFT JOIN channel_cursors c ON c.channel_id = p.channel_id AND c.what = p.what`,
    [channelId],
  );
  return claimed;
}

/** A channel that something is to be fetched for. */
export interface PullState {
  readonly channelId: number;
  readonly platform: Platform;
  /** One of its pulls is being fetched. */
  readonly isRunning: boolean;
  /** Until its next may be claimed, in milliseconds: when its time comes, or the claim of another one runs out. */
  readonly inMs: number;
}
export async function pullStates(db: TenantDb): Promise<PullState[]> {
  return db.query<PullState>(
    `SELECT p.channel_id AS "channelId", ch.platform, coalesce(bool_or(p.claimed_until > now()), false) AS "isRunning",
       (extract(epoch FROM greatest(min(p.next_attempt_at), max(p.claimed_until)) - now()) * 1000)::float8 AS "inMs"
     FROM channel_pulls p JOIN channels ch ON ch.id = p.channel_id WHERE ${MAY_BE_PULLED}
     GROUP BY p.channel_id, ch.platform`,
  );
}

/** Whether the channel still has the settings that it was claimed with. */
export async function hasSettingsOf(
  tx: TenantTx,
  { channelId, settings, sealed_credentials }: ClaimedPull,
): Promise<boolean> {
  const rows = await tx.query(
    'SELECT id FROM channels WHERE id = $1 AND sealed_credentials = $2 AND settings = $3::jsonb',
    [channelId, sealed_credentials, settings],
  );
  return rows.length > 0;
}

/** Channels of these platforms that were not asked for so long, with what opens their settings; each to one who asks. */
export async function channelsToPoll(
  tx: TenantTx,
  platforms: readonly Platform[],
  seconds: number,
): Promise<Pick<ChannelRow, 'id' | 'platform' | 'settings' | 'sealed_credentials' | 'webhook_token'>[]> {
  return tx.query(
    `WITH due AS (
       SELECT id FROM channels
       WHERE platform = ANY ($1::text[]) AND removed_at IS NULL AND is_active AND sealed_credentials <> ''
         AND health NOT IN ('reauthorise','stopped') AND (pulled_at IS NULL OR pulled_at < now() - $2 * interval '1 second')
       ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
     )
     UPDATE channels c SET pulled_at = now() FROM due WHERE c.id = due.id
     RETURNING c.id, c.platform, c.settings, c.sealed_credentials, c.webhook_token`,
    [platforms, seconds],
  );
}

/**
 * It has been fetched, up to `next`. What was asked for again meanwhile stays; the channel's other pulls wait `pauseMs`.
 */
export async function finishPull(
  tx: TenantTx,
  { id, channelId, what, wanted }: ClaimedPull,
  { next, cursor }: Pick<Pulled, 'next' | 'cursor'>,
  pauseMs: number,
): Promise<void> {
  await tx.query(`SELECT id FROM channel_pulls WHERE channel_id = $1 ${IN_LOCK_ORDER}`, [channelId]);
  await tx.query('DELETE FROM channel_pulls WHERE id = $1 AND wanted = $2', [id, wanted]);
  await tx.query(
    `UPDATE channel_pulls SET claimed_until = NULL, attempts = 0, next_attempt_at = now() WHERE id = $1`,
    [id],
  );
  if (cursor === undefined)
    await tx.query('DELETE FROM channel_cursors WHERE channel_id = $1 AND what = $2', [channelId, what]);
  else
    await tx.query(
      `INSERT INTO channel_cursors AS c (channel_id, what, cursor) VALUES ($1, $2, $3)
       ON CONFLICT (channel_id, what) DO UPDATE SET cursor = excluded.cursor, moved_at = now()`,
      [channelId, what, cursor],
    );
  if (next !== undefined) await askForPulls(tx, [{ channelId, what: next }]);
  await delayPulls(tx, channelId, pauseMs);
  await tx.query('UPDATE channels SET pulled_at = now() WHERE id = $1', [channelId]);
}

/** All of a channel's pulls wait at least so long. */
export async function delayPulls(db: TenantDb, channelId: number, waitMs: number): Promise<void> {
  if (waitMs <= 0) return;
  await db.query(
    `UPDATE channel_pulls p SET claimed_until = NULL,
       next_attempt_at = greatest(next_attempt_at, now() + $2 * interval '1 millisecond')
     FROM (SELECT id FROM channel_pulls WHERE channel_id = $1 ${IN_LOCK_ORDER}) AS locked WHERE p.id = locked.id`,
    [channelId, waitMs],
  );
}

export async function delayPull(db: TenantDb, id: number, waitMs: number): Promise<void> {
  await db.query(
    `UPDATE channel_pulls SET claimed_until = NULL, next_attempt_at = now() + $2 * interval '1 millisecond' WHERE id = $1`,
    [id, waitMs],
  );
}
export async function dropPull(db: TenantDb, id: number): Promise<void> {
  await db.query('DELETE FROM channel_pulls WHERE id = $1', [id]);
}
