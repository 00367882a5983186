import type { Message } from '../../contract/messages.ts';
import type { TenantDb } from '../../db/planes.ts';
import { ValidationError } from '../../kit/errors.ts';
import type { KeptFile } from '../../media/keep-file.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { ATTACHMENT_COLUMNS, type AttachmentRow, attachmentOf } from '../conversations/index.ts';

type Attachment = Message['attachments'][number];

/** A file that an agent or a program has uploaded: it waits for the message that is sent with it. */
export async function insertUpload(
  db: TenantDb,
  publicId: string,
  file: KeptFile,
  upload: { filename: string; isVoice: boolean; userId: number | null },
): Promise<Attachment> {
  const [row] = await db.query<AttachmentRow>(
    `INSERT INTO message_attachments AS a (public_id, state, type, url, thumbnail_url, mime_type, filename, file_size, width,
       height, is_voice, uploaded_by)
     VALUES ($1, 'stored', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${ATTACHMENT_COLUMNS}`,
    [
      publicId,
      file.kind,
      file.key,
      file.thumbnailKey ?? null,
      file.mimeType,
      upload.filename,
      file.size,
      file.width ?? null,
      file.height ?? null,
      upload.isVoice,
      upload.userId,
    ],
  );
  return attachmentOf(row as AttachmentRow);
}

/** A stored file as it is served; `undefined` when there is none (any more). */
export async function findStored(db: TenantDb, id: number) {
  const [row] = await db.query<{
    key: string;
    thumbnailKey: string | null;
    mimeType: string | null;
    filename: string | null;
    size: number;
  }>(
    `SELECT url AS key, thumbnail_url AS "thumbnailKey", mime_type AS "mimeType", filename, file_size AS size
     FROM message_attachments WHERE id = $1 AND state = 'stored'`,
    [id],
  );
  return row;
}

/**
 * What a message is to be sent with: uploads of this very user or of the tenant's programs. Locked until the commit.
 * Throws ValidationError; `fieldOf` names the field of each id.
 */
export async function lockUploads(
  tx: TenantTx,
  ids: readonly number[],
  userId: number | null,
  fieldOf: (index: number) => string,
): Promise<Attachment[]> {
  const rows = await tx.query<AttachmentRow>(
    `SELECT ${ATTACHMENT_COLUMNS} FROM message_attachments a
     WHERE a.id = ANY ($1::bigint[]) AND a.message_id IS NULL AND a.uploaded_by IS NOT DISTINCT FROM $2::bigint
     ORDER BY a.id FOR UPDATE`,
    [ids, userId],
  );
  const found = new Map(rows.map(row => [row.id, attachmentOf(row)]));
  return ids.map((id, index) => {
    const file = found.get(id);
    if (!file)
      throw new ValidationError(
        `${fieldOf(index)}: there is no such upload of yours, or it was sent already. Upload the file again.`,
      );
    return file;
  });
}

/** Gives locked uploads to their message, in this order. */
export async function attachUploads(
  tx: TenantTx,
  files: readonly { readonly id: number; readonly kind: Attachment['type'] }[],
  messageId: number,
): Promise<Attachment[]> {
  if (files.length === 0) return [];
  const rows = await tx.query<AttachmentRow & { position: number }>(
    `UPDATE message_attachments a SET message_id = $1, type = f.kind, position = f.n
     FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS f (id, kind, n) WHERE a.id = f.id
     RETURNING ${ATTACHMENT_COLUMNS}, a.position`,
    [messageId, files.map(file => file.id), files.map(file => file.kind)],
  );
  return rows.sort((one, other) => one.position - other.position).map(attachmentOf);
}

export interface OutboundFileRow {
  readonly id: number;
  readonly messageId: number;
  readonly kind: Attachment['type'];
  readonly key: string;
  readonly filename: string | null;
  readonly mimeType: string;
  readonly size: number;
  readonly isVoice: boolean;
}
/** The files that go out with these messages, in the order in which they were attached. */
export async function outboundFiles(db: TenantDb, messageIds: readonly number[]): Promise<OutboundFileRow[]> {
  return db.query<OutboundFileRow>(
    `SELECT id, message_id AS "messageId", type AS kind, url AS key, filename, mime_type AS "mimeType", file_size AS size,
       is_voice AS "isVoice"
     FROM message_attachments WHERE message_id = ANY ($1::bigint[]) AND state = 'stored' ORDER BY position, id`,
    [messageIds],
  );
}

const REMOVED_AT_ONCE = 500;

/** Removes from the store what rows have let go of. What a crash leaves is removed by the next visit. */
export async function removeFiles(scope: TenantScope, store: MediaStore): Promise<void> {
  for (;;) {
    const rows = await scope.db.query<{ id: number; key: string }>(
      'SELECT id, store_key AS key FROM media_removals ORDER BY id LIMIT $1',
      [REMOVED_AT_ONCE],
    );
    if (rows.length === 0) return;
    await store.remove(rows.map(row => row.key));
    await scope.db.query('DELETE FROM media_removals WHERE id = ANY ($1::bigint[])', [
      rows.map(row => row.id),
    ]);
  }
}

/** Uploads that no message was sent with within a day are given up. */
export async function removeLooseFiles(db: TenantDb): Promise<void> {
  await db.query(
    `DELETE FROM message_attachments WHERE message_id IS NULL AND created_at < now() - interval '1 day'`,
  );
}
