import type { Message } from '../../contract/messages.ts';
import type { Platform } from '../../contract/primitives.ts';
import type { Statement } from '../../db/planes.ts';
import { LostRace } from '../../db/session.ts';
import type { MessageFact } from '../../platforms/inbound-fact.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { storeAttachments } from '../attachments/index.ts';
import {
  type ConversationRow,
  conversationPatch,
  lastMessageOf,
  messageOf,
  selectConversation,
} from '../conversations/index.ts';
import type { SourcedFact } from './fact-batch.ts';
import type { ResolvedThread } from './resolve-conversations.ts';
import type { Person } from './resolve-people.ts';

export interface IncomingMessage extends SourcedFact {
  readonly fact: MessageFact;
  readonly person: Person;
  readonly thread: ResolvedThread;
  readonly replyToId: number | null;
  readonly channelName: string;
  readonly platform: Platform;
  /** Hours for which it opens the platform's window; 0: not at all. */
  readonly windowHours: number;
}

/** A message counts (unread, waiting, reopening) when it is a live one of a customer, unless somebody blocked them. */
export const mayCount = (fact: MessageFact) => fact.direction === 'inbound' && !fact.isHistory;
const counts = ({ fact, person }: IncomingMessage) => mayCount(fact) && !person.isBlocked;

/** A conversation with what is new in it, in arrays that go together; bigints come as text there. */
interface AppliedRow extends ConversationRow {
  /** Of all conversations. */
  amount: number;
  ids: string[];
  positions: string[];
  sent_ats: Date[];
  created_ats: Date[];
}
interface StoredMessage {
  readonly id: number;
  /** In what was handed in. */
  readonly position: number;
  readonly sentAt: Date;
  readonly createdAt: Date;
  readonly conversation: AppliedRow;
}

function storedMessages(rows: readonly AppliedRow[]): StoredMessage[] {
  const stored = rows.flatMap(conversation =>
    // Null where nothing is new.
    (conversation.ids ?? []).map((id, index) => ({
      id: Number(id),
      position: Number(conversation.positions[index]) - 1,
      sentAt: conversation.sent_ats[index] as Date,
      createdAt: conversation.created_ats[index] as Date,
      conversation,
    })),
  );
  // An archived conversation was chosen while somebody archived it: choose again.
  if (stored.length < (rows[0]?.amount ?? 0)) throw new LostRace('The conversation was archived meanwhile.');
  return stored.sort((one, other) => one.position - other.position);
}

/** What the messages of each conversation come to. */
const TALLY = `count(*)::int AS total, count(*) FILTER (WHERE counts)::int AS counted,
      max(sent_at) AS newest_at, (array_agg(id ORDER BY sent_at DESC, id DESC))[1] AS newest_id,
      max(sent_at) FILTER (WHERE counts) AS counted_at, min(sent_at) FILTER (WHERE counts) AS waits_from,
      max(sent_at + window_hours * interval '1 hour') FILTER (WHERE window_hours > 0) AS window_until,
      max(sent_at) FILTER (WHERE direction = 'outbound') AS answered_at
    FROM fresh GROUP BY conversation_id`;
/** The same of the only one: without a sort and seven aggregates, which cost more than the rest of its work. */
const TALLY_OF_ONE = `1 AS total, counts::int AS counted, sent_at AS newest_at, id AS newest_id,
      CASE WHEN counts THEN sent_at END AS counted_at, CASE WHEN counts THEN sent_at END AS waits_from,
      CASE WHEN window_hours > 0 THEN sent_at + window_hours * interval '1 hour' END AS window_until,
      CASE direction WHEN 'outbound' THEN sent_at END AS answered_at
    FROM fresh`;

/**
 * From `input` to the messages that are new (`fresh`) and the conversations as they are after them (`updated`; the caller
 * says what it returns and closes it). A platform id that is there already makes no row, counts nowhere and tells nobody.
 * The message's time is the platform's, clamped to now. It locks conversations in one go, in whatever order: whoever meets
 * it the other way round is rolled back and done again.
 *
 * `updated` may return the columns `own` of its messages, each as an array `t.<column>s`: Postgres believes that `fresh`
 * is one row, and would join the two by comparing each with each.
 */
export const messagesToConversations = (amount: 'one' | 'many', own: readonly string[]) => `inserted AS (
    INSERT INTO messages (conversation_id, channel_id, platform_message_id, direction, type, content, sender_type, status,
      platform_timestamp, sent_at, metadata, reply_to_id, delivered_at)
    SELECT conversation_id, channel_id, platform_message_id, direction, type, content,
      CASE direction WHEN 'inbound' THEN 'customer' ELSE 'user' END, CASE direction WHEN 'inbound' THEN 'delivered' ELSE 'sent' END,
      at, least(at, now()), metadata, reply_to_id, CASE direction WHEN 'inbound' THEN now() END
    FROM input ORDER BY position
    ON CONFLICT (channel_id, platform_message_id) DO NOTHING
    RETURNING id, channel_id, platform_message_id, sent_at, created_at
  ), fresh AS (
    SELECT n.id, n.sent_at, n.created_at, i.* FROM inserted n JOIN input i USING (channel_id, platform_message_id)
  ), tally AS (
    SELECT conversation_id, ${own.map(column => `${amount === 'one' ? `ARRAY[${column}]` : `array_agg(${column})`} AS ${column}s, `).join('')}
      ${amount === 'one' ? TALLY_OF_ONE : TALLY}
  ), updated AS (
    UPDATE conversations c SET
      message_count = c.message_count + t.total,
      inbound_count = c.inbound_count + t.counted,
      unread_count = c.unread_count + t.counted,
      last_message_id = CASE WHEN c.last_message_id IS NULL OR t.newest_at >= c.last_message_at
        THEN t.newest_id ELSE c.last_message_id END,
      last_message_at = CASE WHEN c.last_message_id IS NULL THEN t.newest_at ELSE greatest(c.last_message_at, t.newest_at) END,
      last_inbound_at = greatest(c.last_inbound_at, t.counted_at),
      waiting_since = CASE
        WHEN t.counted > 0 AND (t.answered_at IS NULL OR t.counted_at > t.answered_at) THEN least(c.waiting_since, t.waits_from)
        WHEN t.answered_at IS NOT NULL THEN NULL ELSE c.waiting_since END,
      first_response_at = coalesce(c.first_response_at, t.answered_at),
      window_expires_at = greatest(c.window_expires_at, t.window_until),
      status = CASE WHEN t.counted > 0 AND c.status IN ('pending','snoozed','resolved') THEN 'open' ELSE c.status END,
      resolved_at = CASE WHEN t.counted > 0 THEN NULL ELSE c.resolved_at END,
      snoozed_until = CASE WHEN t.counted > 0 THEN NULL ELSE c.snoozed_until END,
      sla_next_response_due_at = CASE
        WHEN c.sla_policy_id IS NULL OR t.counted = 0 OR c.waiting_since <= t.waits_from THEN c.sla_next_response_due_at
        ELSE (SELECT t.waits_from + p.next_response_time_minutes * interval '1 minute' FROM sla_policies p WHERE p.id = c.sla_policy_id)
        END,
      updated_at = clock_timestamp()
    FROM tally t WHERE c.id = t.conversation_id AND c.status <> 'archived'`;

const APPLY: Statement = {
  name: 'apply-messages',
  text: `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::jsonb[], $9::bigint[], $10::bool[], $11::int[])
      WITH ORDINALITY AS i (conversation_id, channel_id, platform_message_id, direction, type, content, at, metadata,
        reply_to_id, counts, window_hours, position)
  ), ${messagesToConversations('many', ['id', 'position', 'sent_at', 'created_at'])}
    RETURNING t.ids, t.positions, t.sent_ats, t.created_ats, ${selectConversation('c')}
  )
  SELECT fresh.amount, u.* FROM (SELECT count(*) AS amount FROM fresh) AS fresh LEFT JOIN updated u ON true`,
};

/** Stores what is new and tells of it. Returns the ids by position in `messages`; a message that was there has none. */
export async function applyMessages(
  tx: TenantTx,
  messages: readonly IncomingMessage[],
): Promise<Map<number, number>> {
  const ids = new Map<number, number>();
  if (messages.length === 0) return ids;
  const rows = await tx.query<AppliedRow>(APPLY, [
    messages.map(message => message.thread.id),
    messages.map(message => message.channelId),
    messages.map(message => message.fact.externalId),
    messages.map(message => message.fact.direction),
    messages.map(message => message.fact.content.type),
    messages.map(message => message.fact.content.text ?? null),
    messages.map(message => message.fact.at),
    messages.map(message => JSON.stringify(metadataOf(message.fact))),
    messages.map(message => message.replyToId),
    messages.map(counts),
    messages.map(message => message.windowHours),
  ]);
  const stored = storedMessages(rows);
  const attachments = await storeAttachments(
    tx,
    stored.flatMap(({ id, position }) =>
      (messages[position]?.fact.content.media ?? []).map(media => ({ messageId: id, media })),
    ),
  );
  await storeLayouts(tx, stored, messages);
  const announced = new Set<number>();
  for (const { id, position, sentAt, createdAt, conversation } of stored) {
    const source = messages[position] as IncomingMessage;
    ids.set(position, id);
    const parts = { id, conversationId: conversation.id, replyToId: source.replyToId, sentAt, createdAt };
    const message = wireMessage(source.fact, parts, attachments.get(id));
    const patch = conversationPatch(conversation);
    if (conversation.last_message_id === id) patch.lastMessage = lastMessageOf(message);
    if (source.thread.created && !announced.has(conversation.id))
      announceConversation(tx, conversation, source);
    announced.add(conversation.id);
    tx.emit(
      eventDraft('message.created', `conversation:${conversation.id}`, { message, conversation: patch }),
    );
  }
  return ids;
}

/** What the message's metadata are: those of the fact, and whether there is a layout to be asked for. */
const metadataOf = ({ content }: MessageFact) => ({
  ...content.metadata,
  ...(content.html && { hasLayout: true }),
});

async function storeLayouts(
  tx: TenantTx,
  stored: readonly StoredMessage[],
  messages: readonly IncomingMessage[],
): Promise<void> {
  const layouts = stored.flatMap(({ id, position }) => {
    const html = messages[position]?.fact.content.html;
    return html ? [{ id, html }] : [];
  });
  if (layouts.length === 0) return;
  await tx.query(
    'INSERT INTO message_layouts (message_id, html) SELECT * FROM unnest($1::bigint[], $2::text[])',
    [layouts.map(layout => layout.id), layouts.map(layout => layout.html)],
  );
}

/** What the database adds to a message that a fact tells of. */
interface StoredParts {
  readonly id: number;
  readonly conversationId: number;
  readonly replyToId: number | null;
  readonly sentAt: Date;
  readonly createdAt: Date;
}
export function wireMessage(
  fact: MessageFact,
  stored: StoredParts,
  attachments: Message['attachments'] = [],
): Message {
  const { direction, content } = fact;
  return messageOf(
    {
      id: stored.id,
      conversation_id: stored.conversationId,
      direction,
      type: content.type,
      content: content.text ?? null,
      status: direction === 'inbound' ? 'delivered' : 'sent',
      sender_type: direction === 'inbound' ? 'customer' : 'user',
      user_id: null,
      user_name: null,
      reply_to_id: stored.replyToId,
      client_id: null,
      error_code: null,
      error_message: null,
      metadata: metadataOf(fact),
      sent_at: stored.sentAt,
      created_at: stored.createdAt,
      edited_at: null,
      deleted_at: null,
    },
    attachments,
  );
}

function announceConversation(tx: TenantTx, row: ConversationRow, source: IncomingMessage): void {
  const { person } = source;
  tx.emit(
    eventDraft('conversation.created', `conversation:${row.id}`, {
      conversation: {
        ...conversationPatch(row),
        platform: source.platform,
        channel: { id: source.channelId, name: source.channelName },
        customer: { id: person.customerId, name: person.name, avatarUrl: person.avatarUrl },
        assignedTo: null,
        team: null,
        tags: [],
        lastMessage: null,
      },
    }),
  );
}
