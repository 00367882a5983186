import type { Note, Tag } from '../../contract/conversations.ts';
import type { TenantDb } from '../../db/planes.ts';
import { violatedConstraint } from '../../db/session.ts';
import { Conflict, NotFound, ValidationError } from '../../kit/errors.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { conversationPatch } from './conversation.ts';
import { changeConversation, lockConversation } from './conversation-store.ts';

interface NoteRow {
  id: number;
  conversation_id: number;
  user_id: number | null;
  user_name: string | null;
  content: string;
  is_pinned: boolean;
  mentions: Note['mentions'];
  created_at: Date;
  updated_at: Date;
}
const SELECT = `SELECT n.id, n.conversation_id, n.user_id, u.name AS user_name, n.content, n.is_pinned, n.created_at,
    n.updated_at, coalesce((SELECT json_agg(json_build_object('id', mu.id, 'name', mu.name) ORDER BY mu.name)
      FROM mentions m JOIN users mu ON mu.id = m.user_id WHERE m.note_id = n.id), '[]'::json) AS mentions
  FROM conversation_notes n LEFT JOIN users u ON u.id = n.user_id`;

function noteOf(row: NoteRow): Note {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    author: row.user_id === null ? null : { id: row.user_id, name: row.user_name ?? '' },
    content: row.content,
    isPinned: row.is_pinned,
    mentions: row.mentions,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export async function pageNotes(
  db: TenantDb,
  conversationId: number,
  afterId: number,
  limit: number,
): Promise<Note[]> {
  const rows = await db.query<NoteRow>(
    `${SELECT} WHERE n.conversation_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3`,
    [conversationId, afterId, limit + 1],
  );
  return rows.map(noteOf);
}

/**
 * A `clientId` that is there already gives the note that is there: the conversation's lock lets one of two writers see
 * the other's. Throws NotFound for the conversation, ValidationError for a mention of nobody.
 */
export async function writeNote(
  tx: TenantTx,
  conversationId: number,
  userId: number | null,
  body: { content: string; isPinned: boolean; mentions: readonly number[]; clientId?: string | undefined },
): Promise<Note> {
  await lockConversation(tx, conversationId);
  if (body.clientId !== undefined) {
    const [known] = await tx.query<NoteRow>(`${SELECT} WHERE n.conversation_id = $1 AND n.client_id = $2`, [
      conversationId,
      body.clientId,
    ]);
    if (known) return noteOf(known);
  }
  const [note] = await tx.query<{ id: number }>(
    `INSERT INTO conversation_notes (conversation_id, user_id, content, is_pinned, client_id)
     VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [conversationId, userId, body.content, body.isPinned, body.clientId ?? null],
  );
  const id = (note as { id: number }).id;
  const mentioned = [...new Set(body.mentions)];
  if (mentioned.length > 0) {
    const stored = await tx.query(
      `INSERT INTO mentions (note_id, conversation_id, user_id)
       SELECT $1, $2, u.id FROM users u WHERE u.id = ANY ($3::bigint[]) AND u.is_active RETURNING id`,
      [id, conversationId, mentioned],
    );
    if (stored.length < mentioned.length)
      throw new ValidationError('mentions: one of these users does not exist.');
  }
  const [row] = await tx.query<NoteRow>(`${SELECT} WHERE n.id = $1`, [id]);
  const written = noteOf(row as NoteRow);
  tx.emit(eventDraft('note.created', `conversation:${conversationId}`, { note: written }));
  return written;
}

export async function pageTags(
  db: TenantDb,
  after: readonly [string, number],
  limit: number,
): Promise<Tag[]> {
  return db.query<Tag>(
    'SELECT id, name, color FROM conversation_tags WHERE (name, id) > ($2, $3) ORDER BY name, id LIMIT $1',
    [limit + 1, ...after],
  );
}
export async function insertTag(tx: TenantTx, tag: { name: string; color: string }): Promise<Tag> {
  try {
    const [row] = await tx.query<Tag>(
      'INSERT INTO conversation_tags (name, color) VALUES ($1, $2) RETURNING id, name, color',
      [tag.name, tag.color],
    );
    return row as Tag;
  } catch (error) {
    if (violatedConstraint(error))
      throw new Conflict(`name: there is a tag "${tag.name}" already.`, 'tag_exists');
    throw error;
  }
}
export async function removeTag(tx: TenantTx, id: number): Promise<void> {
  const rows = await tx.query('DELETE FROM conversation_tags WHERE id = $1 RETURNING id', [id]);
  if (rows.length === 0) throw new NotFound('There is no such tag.');
}

/** Replaces all tags of a conversation. Throws NotFound, ValidationError. */
export async function replaceTags(
  tx: TenantTx,
  conversationId: number,
  tagIds: readonly number[],
): Promise<void> {
  await lockConversation(tx, conversationId);
  const wanted = [...new Set(tagIds)];
  const tags = await tx.query<Tag>(
    'SELECT id, name, color FROM conversation_tags WHERE id = ANY ($1::bigint[]) ORDER BY name FOR KEY SHARE',
    [wanted],
  );
  if (tags.length < wanted.length) throw new ValidationError('tagIds: one of these tags does not exist.');
  await tx.query(
    'DELETE FROM conversation_tag WHERE conversation_id = $1 AND NOT conversation_tag_id = ANY ($2::bigint[])',
    [conversationId, wanted],
  );
  await tx.query(
    `INSERT INTO conversation_tag (conversation_id, conversation_tag_id) SELECT $1, unnest($2::bigint[])
     ON CONFLICT DO NOTHING`,
    [conversationId, wanted],
  );
  const row = await changeConversation(tx, conversationId, {});
  tx.emit(
    eventDraft('conversation.updated', `conversation:${conversationId}`, {
      conversation: { ...conversationPatch(row), tags },
    }),
  );
}
