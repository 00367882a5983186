import type { Reference } from '../../contract/primitives.ts';
import { NotFound, ValidationError } from '../../kit/errors.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { type ConversationRow, selectConversation } from './conversation.ts';

export interface LockedConversation extends ConversationRow {
  channel_id: number;
  channel_contact_id: number;
  thread_key: string;
  assigned_to: number | null;
  team_id: number | null;
}

/** Locks the row until the commit: what is decided from it stays true. Throws NotFound. */
export async function lockConversation(tx: TenantTx, id: number): Promise<LockedConversation> {
  const [row] = await tx.query<LockedConversation>(
    `SELECT ${selectConversation('c')}, c.channel_id, c.channel_contact_id, c.thread_key, c.assigned_to, c.team_id
     FROM conversations c WHERE c.id = $1 FOR UPDATE`,
    [id],
  );
  if (!row) throw new NotFound('There is no such conversation.');
  return row;
}

export type ConversationChange = Partial<{
  status: ConversationRow['status'];
  priority: ConversationRow['priority'];
  subject: string | null;
  snoozed_until: Date | null;
  resolved_at: Date | null;
  waiting_since: Date | null;
  assigned_to: number | null;
  team_id: number | null;
}>;
export async function changeConversation(
  tx: TenantTx,
  id: number,
  change: ConversationChange,
): Promise<ConversationRow> {
  const [row] = await tx
    .knex('conversations')
    .where({ id })
    .update({ ...change, updated_at: tx.knex.raw('clock_timestamp()') })
    .returning('*');
  return row as ConversationRow;
}

/** The active user or the team of that id, for the sentence and the event. Throws ValidationError. */
export async function requireAssignee(tx: TenantTx, userId: number): Promise<Reference> {
  const [user] = await tx.query<Reference>('SELECT id, name FROM users WHERE id = $1 AND is_active', [
    userId,
  ]);
  if (!user) throw new ValidationError('userId: there is no active user with this id.');
  return user;
}
export async function requireTeam(tx: TenantTx, teamId: number): Promise<Reference> {
  const [team] = await tx.query<Reference>('SELECT id, name FROM teams WHERE id = $1', [teamId]);
  if (!team) throw new ValidationError('teamId: there is no team with this id.');
  return team;
}

export async function recordAssignment(
  tx: TenantTx,
  entry: {
    conversationId: number;
    userId: number | null;
    teamId: number | null;
    by: number | null;
    type: 'manual' | 'api';
  },
): Promise<void> {
  await tx.query(
    `UPDATE conversation_assignments SET unassigned_at = now() WHERE conversation_id = $1 AND unassigned_at IS NULL`,
    [entry.conversationId],
  );
  if (entry.userId === null && entry.teamId === null) return;
  await tx.query(
    `INSERT INTO conversation_assignments (conversation_id, assigned_to, team_id, assigned_by, assignment_type)
     VALUES ($1, $2, $3, $4, $5)`,
    [entry.conversationId, entry.userId, entry.teamId, entry.by, entry.type],
  );
}

/**
 * Moves the reader's mark forward, never back: everything up to this message (by default the newest) in the thread's order
 * is read. Returns how many inbound messages that are; nothing when the mark did not move. Throws NotFound, ValidationError.
 */
export async function putReadMark(
  tx: TenantTx,
  conversationId: number,
  userId: number,
  lastMessageId: number | undefined,
): Promise<number | undefined> {
  const [wanted] = await tx.query<{ messageId: number | null; count: number | null }>(
    `SELECT coalesce($2::bigint, c.last_message_id) AS "messageId",
       CASE WHEN $2::bigint IS NULL THEN c.inbound_count ELSE (
         SELECT greatest(0, c.inbound_count - count(m.id)::int) FROM messages k LEFT JOIN messages m ON m.conversation_id = c.id
           AND m.direction = 'inbound' AND (m.sent_at, m.id) > (k.sent_at, k.id)
         WHERE k.id = $2 AND k.conversation_id = c.id GROUP BY k.id) END AS count
     FROM conversations c WHERE c.id = $1`,
    [conversationId, lastMessageId ?? null],
  );
  if (!wanted) throw new NotFound('There is no such conversation.');
  if (wanted.count === null)
    throw new ValidationError('lastMessageId: there is no such message in this conversation.');
  const [moved] = await tx.query<{ count: number }>(
    `INSERT INTO conversation_reads AS r (conversation_id, user_id, last_read_message_id, read_inbound_count)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (conversation_id, user_id) DO UPDATE SET last_read_message_id = excluded.last_read_message_id,
       read_inbound_count = excluded.read_inbound_count, read_at = now()
       WHERE excluded.read_inbound_count > r.read_inbound_count
     RETURNING read_inbound_count AS count`,
    [conversationId, userId, wanted.messageId, wanted.count],
  );
  return moved?.count;
}
