import type { Message, MessageStatus, MessageType } from '../../contract/messages.ts';

/** The columns of `messages` that become a wire message, with the sender's name joined. */
export interface MessageRow {
  id: number;
  conversation_id: number;
  direction: 'inbound' | 'outbound';
  type: MessageType;
  content: string | null;
  status: MessageStatus;
  sender_type: 'customer' | 'user' | 'system' | 'bot';
  user_id: number | null;
  user_name: string | null;
  reply_to_id: number | null;
  client_id: string | null;
  error_code: string | null;
  error_message: string | null;
  metadata: Record<string, unknown>;
  sent_at: Date;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

/** Statuses only move up this ladder; see `risesTo`. */
const rank: Record<MessageStatus, number> = {
  pending: 0,
  sending: 1,
  unknown: 2,
  sent: 3,
  failed: 4,
  delivered: 5,
  read: 6,
};
/**
 * Whether a receipt moves a message on. `failed` is above `sent` and below `delivered`: a failure is final unless the
 * platform later says that the message arrived after all.
 */
export function risesTo(current: MessageStatus, next: MessageStatus): boolean {
  return rank[next] > rank[current];
}
export const statusRankSql = (column: string) =>
  `(CASE ${column} ${Object.entries(rank)
    .map(([status, position]) => `WHEN '${status}' THEN ${position}`)
    .join(' ')} END)`;

/** What a mail's head says, as its adapter or the composer has put it into the metadata. */
function emailOf({ email }: Record<string, unknown>): Message['email'] {
  if (typeof email !== 'object' || email === null) return null;
  const { subject, to = [], cc = [], bcc = [] } = email as Partial<NonNullable<Message['email']>>;
  return { subject: subject ?? '', to, cc, bcc };
}

/** A deleted message keeps its row; its words and files are not shown. */
export function messageOf(
  row: MessageRow,
  attachments: Message['attachments'] = [],
  reactions: Message['reactions'] = [],
): Message {
  const isDeleted = row.deleted_at !== null;
  return {
    id: row.id,
    conversationId: row.conversation_id,
    direction: row.direction,
    type: row.type,
    content: isDeleted ? null : row.content,
    status: row.status,
    senderType: row.sender_type,
    sender: row.user_id === null ? null : { id: row.user_id, name: row.user_name ?? '' },
    attachments: isDeleted ? [] : attachments,
    reactions: isDeleted ? [] : reactions,
    replyToId: row.reply_to_id,
    clientId: row.client_id,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    email: isDeleted ? null : emailOf(row.metadata),
    metadata: isDeleted ? {} : row.metadata,
    sentAt: row.sent_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
  };
}
