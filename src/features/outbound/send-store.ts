import type { Platform } from '../../contract/primitives.ts';
import type { Alias } from '../../platforms/inbound-fact.ts';
import { adapters } from '../../platforms/registry.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';

/** One thing to send with all that is needed to send it. */
export interface ClaimedSend {
  readonly id: number;
  readonly messageId: number;
  readonly conversationId: number;
  readonly channelId: number;
  readonly kind: 'message' | 'reaction';
  readonly emoji: string | null;
  readonly attempt: number;
  /** Since when it has been tried without a word of the platform. */
  readonly triedSince: Date;
  readonly publicId: string;
  readonly type: string;
  readonly senderType: string;
  readonly content: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly externalId: string | null;
  readonly replyToExternalId: string | null;
  readonly windowExpiresAt: Date | null;
  readonly threadKey: string;
  readonly subject: string | null;
  /** The newest messages of its thread, oldest first, where the platform wants to know them. */
  readonly threadIds: readonly string[] | null;
  readonly isBlocked: boolean;
  readonly aliases: readonly Alias[];
  readonly platform: Platform;
  readonly settings: Record<string, unknown>;
  readonly sealed_credentials: string;
  readonly webhook_token: string;
  readonly trusts_api_url: boolean;
}

/** A provider call may take this long, unless its adapter says more; an older claim belongs to a worker that died. */
export const CLAIM_SECONDS = 90;
const seconds = `CASE ch.platform ${Object.values(adapters)
  .map(({ platform, sendSeconds = CLAIM_SECONDS }) => `WHEN '${platform}' THEN ${sendSeconds}`)
  .join(' ')} END`;
/** A file on a slow line makes it longer: at least so many bytes go in a second. */
const SLOWEST_BYTES = 256 * 1024;

/** A slow one has lanes of its own: a mail server that takes minutes keeps nobody's chat waiting. */
export type Pace = 'fast' | 'slow';
const slow = Object.values(adapters)
  .filter(({ sendSeconds = CLAIM_SECONDS }) => sendSeconds > CLAIM_SECONDS)
  .map(adapter => adapter.platform);
const byLine = Object.values(adapters)
  .filter(adapter => adapter.sendsByLine)
  .map(adapter => adapter.platform);
/** Mail and its like: whoever answers names what came before. */
const withCopies = Object.values(adapters)
  .filter(adapter => adapter.abilities.copies)
  .map(adapter => adapter.platform);
const THREAD_IDS = `(
  SELECT json_agg(t.platform_message_id ORDER BY t.sent_at, t.id) FROM (
    SELECT p.platform_message_id, p.sent_at, p.id FROM messages p
    WHERE p.conversation_id = c.id AND p.platform_message_id IS NOT NULL AND p.type <> 'system'
    ORDER BY p.sent_at DESC, p.id DESC LIMIT 20
  ) t)`;
/** Of two parameters: the platforms that send over an open line, and the channels whose line this process holds. */
const goesFromHere = (platforms: string, openLines: string) =>
  `(ch.platform <> ALL (${platforms}::text[]) OR ch.id = ANY (${openLines}::bigint[]))`;

/**
 * Claims what may go out now: the first of each conversation, when its time has come and its channel is not stopped or
 * waiting. The order within a conversation is the order of `id`; nothing overtakes. Lock order: message_sends by id.
 */
export async function claimSends(
  tx: TenantTx,
  limit: number,
  openLines: readonly number[],
  pace: Pace,
): Promise<ClaimedSend[]> {
  const claimed = await tx.query<{ id: number }>(
    `WITH due AS (
       SELECT s.id, ${seconds} AS seconds FROM message_sends s JOIN channels ch ON ch.id = s.channel_id
       WHERE s.claimed_until IS NULL AND s.next_attempt_at <= now()
         AND ch.is_active AND ch.removed_at IS NULL AND ch.health NOT IN ('reauthorise','stopped')
         AND (ch.paused_until IS NULL OR ch.paused_until <= now()) AND ${goesFromHere('$2', '$3')}
         AND (ch.platform = ANY ($4::text[])) = $5
         AND NOT EXISTS (SELECT FROM message_sends e WHERE e.conversation_id = s.conversation_id AND e.id < s.id)
       ORDER BY s.id LIMIT $1 FOR UPDATE OF s SKIP LOCKED
     )
     UPDATE message_sends s SET attempt = s.attempt + 1, tried_since = coalesce(s.tried_since, now()), claimed_until = now() + interval '1 second' * (due.seconds
       + (SELECT coalesce(sum(a.file_size), 0) / ${SLOWEST_BYTES} FROM message_attachments a WHERE a.message_id = s.message_id))
     FROM due WHERE s.id = due.id RETURNING s.id`,
    [limit, byLine, openLines, slow, pace === 'slow'],
  );
  if (claimed.length === 0) return [];
  const ids = claimed.map(row => row.id);
  await tx.query(
    `UPDATE messages SET status = 'sending', updated_at = now() FROM message_sends s
     WHERE s.id = ANY ($1::bigint[]) AND s.kind = 'message' AND messages.id = s.message_id AND messages.status = 'pending'`,
    [ids],
  );
  return tx.query<ClaimedSend>(
    `SELECT s.id, s.message_id AS "messageId", s.conversation_id AS "conversationId", s.channel_id AS "channelId", s.kind,
       s.emoji, s.attempt, s.tried_since AS "triedSince", m.public_id AS "publicId", m.type, m.sender_type AS "senderType", m.content, m.metadata,
       m.platform_message_id AS "externalId", q.platform_message_id AS "replyToExternalId",
       c.window_expires_at AS "windowExpiresAt", c.thread_key AS "threadKey",
       c.subject, CASE WHEN ch.platform = ANY ($2::text[]) THEN ${THREAD_IDS} END AS "threadIds", cu.is_blocked AS "isBlocked", ch.platform, ch.settings,
       ch.sealed_credentials, ch.webhook_token, ch.trusts_api_url,
       (SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'value', i.value) ORDER BY i.id DESC), '[]'::json)
        FROM customer_identities i WHERE i.channel_contact_id = c.channel_contact_id) AS aliases
     FROM message_sends s
     JOIN messages m ON m.id = s.message_id
     JOIN conversations c ON c.id = s.conversation_id
     JOIN customers cu ON cu.id = c.customer_id
     JOIN channels ch ON ch.id = s.channel_id
     LEFT JOIN messages q ON q.id = m.reply_to_id
     WHERE s.id = ANY ($1::bigint[]) ORDER BY s.id`,
    [ids, withCopies],
  );
}

/**
 * When the next waiting send wants its try, in milliseconds; undefined when nothing waits for time alone. What stands
 * behind another one of its conversation waits for that one, not for a time of its own.
 */
export async function nextSendInMs(
  db: Pick<TenantTx, 'query'>,
  openLines: readonly number[],
): Promise<Readonly<Record<Pace, number | undefined>>> {
  const rows = await db.query<{ isSlow: boolean; ms: number }>(
    `SELECT ch.platform = ANY ($3::text[]) AS "isSlow",
       (extract(epoch FROM min(greatest(s.next_attempt_at, coalesce(ch.paused_until, s.next_attempt_at),
         coalesce(s.claimed_until, s.next_attempt_at))) - now()) * 1000)::float8 AS ms
     FROM message_sends s JOIN channels ch ON ch.id = s.channel_id
     WHERE ch.is_active AND ch.removed_at IS NULL AND ch.health NOT IN ('reauthorise','stopped')
       AND ${goesFromHere('$1', '$2')}
       AND NOT EXISTS (SELECT FROM message_sends e WHERE e.conversation_id = s.conversation_id AND e.id < s.id)
     GROUP BY 1`,
    [byLine, openLines, slow],
  );
  const of = (isSlow: boolean) => {
    const row = rows.find(candidate => candidate.isSlow === isSlow);
    return row && Math.max(20, row.ms);
  };
  return { fast: of(false), slow: of(true) };
}

/** Claims of workers that died: what became of those calls nobody knows. Returns the messages concerned. */
export async function takeLostClaims(tx: TenantTx): Promise<{ messageId: number; kind: string }[]> {
  return tx.query(
    `DELETE FROM message_sends WHERE claimed_until < now() RETURNING message_id AS "messageId", kind`,
  );
}
