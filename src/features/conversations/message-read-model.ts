import type { Message } from '../../contract/messages.ts';
import type { TenantDb } from '../../db/planes.ts';
import { storedUrl } from '../../media/media-links.ts';
import { type MessageRow, messageOf } from './message.ts';

const SELECT = `SELECT m.id, m.conversation_id, m.direction, m.type, m.content, m.status, m.sender_type, m.user_id,
    u.name AS user_name, m.reply_to_id, m.client_id, m.error_code, m.error_message, m.metadata, m.sent_at, m.created_at,
    m.edited_at, m.deleted_at
  FROM messages m LEFT JOIN users u ON u.id = m.user_id`;

/** Of `message_attachments a`. */
export const ATTACHMENT_COLUMNS = `a.id, a.type, a.state, a.error, a.is_voice, a.mime_type, a.filename, a.file_size, a.width,
  a.height, a.duration, a.thumbnail_url IS NOT NULL AS has_thumbnail`;
export interface AttachmentRow {
  id: number;
  message_id: number;
  type: Message['attachments'][number]['type'];
  state: 'waiting' | 'stored' | 'unavailable';
  error: string | null;
  is_voice: boolean;
  mime_type: string | null;
  filename: string | null;
  file_size: number | null;
  width: number | null;
  height: number | null;
  duration: string | null;
  has_thumbnail: boolean;
}
interface ReactionRow {
  message_id: number;
  side: 'customer' | 'user';
  emoji: string;
  reacted_at: Date;
}

/** Its url is our own word for the file until the message leaves: see MediaLinks. */
export function attachmentOf(row: Omit<AttachmentRow, 'message_id'>): Message['attachments'][number] {
  const isStored = row.state === 'stored';
  return {
    id: row.id,
    type: row.type,
    mimeType: row.mime_type,
    filename: row.filename,
    size: row.file_size,
    width: row.width,
    height: row.height,
    duration: row.duration === null ? null : Number(row.duration),
    isVoice: row.is_voice,
    state: row.state,
    error: row.error,
    url: isStored ? storedUrl(row.id) : null,
    thumbnailUrl: isStored && row.has_thumbnail ? storedUrl(row.id) : null,
  };
}

async function complete(db: TenantDb, rows: MessageRow[]): Promise<Message[]> {
  if (rows.length === 0) return [];
  const ids = [rows.map(row => row.id)];
  const [attachments, reactions] = await Promise.all([
    db.query<AttachmentRow>(
      `SELECT message_id, ${ATTACHMENT_COLUMNS} FROM message_attachments a WHERE message_id = ANY ($1::bigint[])
       ORDER BY position, id`,
      ids,
    ),
    db.query<ReactionRow>(
      `SELECT message_id, side, emoji, reacted_at FROM message_reactions WHERE message_id = ANY ($1::bigint[])
         AND emoji <> '' ORDER BY id`,
      ids,
    ),
  ]);
  return rows.map(row =>
    messageOf(
      row,
      attachments.filter(attachment => attachment.message_id === row.id).map(attachmentOf),
      reactions
        .filter(reaction => reaction.message_id === row.id)
        .map(reaction => ({
          emoji: reaction.emoji,
          by: reaction.side,
          createdAt: reaction.reacted_at.toISOString(),
        })),
    ),
  );
}

export async function readMessages(db: TenantDb, ids: readonly number[]): Promise<Message[]> {
  return complete(
    db,
    await db.query<MessageRow>(`${SELECT} WHERE m.id = ANY ($1::bigint[]) ORDER BY m.sent_at, m.id`, [ids]),
  );
}

/**
 * A page of the thread, oldest first. `before` and `after` are message ids, compared by (sent_at, id); an id of another
 * conversation gives an empty page.
 */
export async function readThread(
  db: TenantDb,
  conversationId: number,
  page: { before?: number; after?: number; limit: number },
): Promise<{ items: Message[]; hasMore: boolean }> {
  const isForward = page.after !== undefined;
  const mark = page.after ?? page.before;
  const comparison =
    mark === undefined
      ? ''
      : `AND (m.sent_at, m.id) ${isForward ? '>' : '<'}
         (SELECT k.sent_at, k.id FROM messages k WHERE k.id = $3 AND k.conversation_id = $1)`;
  const order = isForward ? 'ASC' : 'DESC';
  const rows = await db.query<MessageRow>(
    `${SELECT} WHERE m.conversation_id = $1 ${comparison} ORDER BY m.sent_at ${order}, m.id ${order} LIMIT $2`,
    mark === undefined ? [conversationId, page.limit + 1] : [conversationId, page.limit + 1, mark],
  );
  const hasMore = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  if (!isForward) kept.reverse();
  return { items: await complete(db, kept), hasMore };
}
