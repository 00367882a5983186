import type { Database, Statement } from '../../db/planes.ts';

/**
 * A fact that waits: for the message it speaks of ('target'), for another try after it failed ('failed'), or until it is
 * known whether it tells of our own message ('echo').
 */
export interface HeldFact {
  readonly id: number;
  readonly deliveryId: number;
  readonly factIndex: number;
  readonly reason: 'target' | 'failed' | 'echo';
  readonly attempts: number;
}

export const MAXIMUM_ATTEMPTS = 5;

export interface NewHeldFact {
  readonly deliveryId: number;
  readonly factIndex: number;
  readonly channelId: number;
  readonly targetExternalId: string;
}
/** How long a message is waited for: an edit overtakes its original by less, a receipt our own send by much less. */
const WAITS = { message: '24 hours', receipt: '1 hour' } as const;

/**
 * Waiting for a message that we do not know yet. A receipt whose message never comes is one of another program's, and is
 * forgotten; anything else is then left for a person.
 */
export async function holdForTarget(
  db: Database,
  facts: readonly NewHeldFact[],
  kind: keyof typeof WAITS,
): Promise<void> {
  if (facts.length === 0) return;
  await db.query(
    `INSERT INTO held_facts (delivery_id, fact_index, channel_id, reason, target_external_id, next_attempt_at, expires_at,
       is_dispensable)
     SELECT delivery_id, fact_index, channel_id, 'target', target, now(), now() + interval '${WAITS[kind]}', $5
     FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[]) AS f (delivery_id, fact_index, channel_id, target)
     ON CONFLICT (delivery_id, fact_index) DO NOTHING`,
    [
      facts.map(fact => fact.deliveryId),
      facts.map(fact => fact.factIndex),
      facts.map(fact => fact.channelId),
      facts.map(fact => fact.targetExternalId),
      kind === 'receipt',
    ],
  );
}

/** Longer than a provider's answer to a send is usually behind its echo; our record of the send ends the wait at once. */
const ECHO_SECONDS = 10;

/**
 * Messages that may be ours: their ids tell as soon as what is on its way has been recorded. `expires_at`: until then at
 * the latest, for what is claimed by now will have come to an end.
 */
export async function holdEchoes(db: Database, facts: readonly NewHeldFact[]): Promise<void> {
  if (facts.length === 0) return;
  await db.query(
    `INSERT INTO held_facts (delivery_id, fact_index, channel_id, reason, target_external_id, next_attempt_at, expires_at)
     SELECT delivery_id, fact_index, channel_id, 'echo', target, now() + interval '${ECHO_SECONDS} seconds',
       (SELECT max(s.claimed_until) FROM message_sends s WHERE s.channel_id = f.channel_id AND s.kind = 'message')
     FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[]) AS f (delivery_id, fact_index, channel_id, target)
     ON CONFLICT (delivery_id, fact_index) DO NOTHING`,
    [
      facts.map(fact => fact.deliveryId),
      facts.map(fact => fact.factIndex),
      facts.map(fact => fact.channelId),
      facts.map(fact => fact.targetExternalId),
    ],
  );
}

/** One more failure of a fact; after the fifth it is parked: shown, and left for a person to replay. */
export async function holdFailed(
  db: Database,
  fact: { deliveryId: number; factIndex: number; channelId: number },
  error: string,
): Promise<'held' | 'parked'> {
  const [row] = await db.query<{ state: 'held' | 'parked' }>(
    `INSERT INTO held_facts (delivery_id, fact_index, channel_id, reason, attempts, error, next_attempt_at)
     VALUES ($1, $2, $3, 'failed', 1, $4, now() + interval '1 second')
     ON CONFLICT (delivery_id, fact_index) DO UPDATE SET
       reason = 'failed', attempts = held_facts.attempts + 1, error = excluded.error,
       state = CASE WHEN held_facts.attempts + 1 >= $5 THEN 'parked' ELSE 'held' END,
       next_attempt_at = now() + (interval '1 second' * power(4, held_facts.attempts))
     RETURNING state`,
    [fact.deliveryId, fact.factIndex, fact.channelId, error.slice(0, 2000), MAXIMUM_ATTEMPTS],
  );
  return row?.state ?? 'held';
}

const ANY: Statement = {
  name: 'any-held-facts',
  text: `SELECT EXISTS (SELECT FROM held_facts WHERE state = 'held') AS any`,
};
export async function hasHeldFacts(db: Database): Promise<boolean> {
  const [row] = await db.query<{ any: boolean }>(ANY);
  return row?.any ?? false;
}

/**
 * Held facts that may be tried now: those whose target has come, and failed ones whose time has come. What waited for a
 * target longer than it may is parked, or forgotten.
 */
export async function dueHeldFacts(db: Database, limit: number): Promise<HeldFact[]> {
  await db.query(
    `WITH over AS (
       DELETE FROM held_facts WHERE state = 'held' AND reason = 'target' AND expires_at < now() AND is_dispensable
     )
     UPDATE held_facts SET state = 'parked', error = 'The message it speaks of never came.'
     WHERE state = 'held' AND reason = 'target' AND expires_at < now() AND NOT is_dispensable`,
  );
  return db.query<HeldFact>(
    `SELECT h.id, h.delivery_id AS "deliveryId", h.fact_index AS "factIndex", h.reason, h.attempts FROM held_facts h
     WHERE h.state = 'held' AND (
       (h.reason = 'failed' AND h.next_attempt_at <= now())
       -- What was on its way when the echo came may be slower than any answer usually is.
       OR (h.reason = 'echo' AND h.next_attempt_at <= now() AND NOT EXISTS (SELECT FROM message_sends s
            WHERE s.channel_id = h.channel_id AND s.kind = 'message' AND s.claimed_until BETWEEN now() AND h.expires_at))
       OR (h.reason IN ('target','echo') AND EXISTS (SELECT FROM messages m
            WHERE m.channel_id = h.channel_id AND m.platform_message_id = h.target_external_id)))
     ORDER BY h.delivery_id, h.fact_index LIMIT $1`,
    [limit],
  );
}
export async function releaseHeld(db: Database, ids: readonly number[]): Promise<void> {
  await db.query('DELETE FROM held_facts WHERE id = ANY ($1::bigint[])', [ids]);
}
export async function parkHeld(db: Database, ids: readonly number[], error: string): Promise<void> {
  if (ids.length === 0) return;
  await db.query(`UPDATE held_facts SET state = 'parked', error = $2 WHERE id = ANY ($1::bigint[])`, [
    ids,
    error,
  ]);
}
/**
 * Milliseconds until a failed fact wants its next try; undefined when none waits. One that was held just now is looked at
 * once more: its message may be in a transaction that did not see it.
 */
export async function nextRetryInMs(db: Database): Promise<number | undefined> {
  const [row] = await db.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM least(
         (SELECT min(next_attempt_at) FROM held_facts WHERE state = 'held' AND reason = 'failed'),
         (SELECT min(greatest(next_attempt_at, now() + interval '1 second')) FROM held_facts
            WHERE state = 'held' AND reason = 'echo'),
         (SELECT now() + interval '1 second' WHERE EXISTS (SELECT FROM held_facts
            WHERE state = 'held' AND reason = 'target' AND next_attempt_at > now() - interval '3 seconds'))
       ) - now()) * 1000)::float8 AS ms`,
  );
  return row?.ms == null ? undefined : Math.max(0, row.ms);
}
