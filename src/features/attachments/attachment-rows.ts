import type { Message } from '../../contract/messages.ts';
import type { MediaRef } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { ATTACHMENT_COLUMNS, type AttachmentRow, attachmentOf } from '../conversations/index.ts';
import { cleanFilename } from './filename.ts';

/** Stores files as references; their bytes are fetched later. Returns the wire attachments by message id. */
export async function storeAttachments(
  tx: TenantTx,
  entries: readonly { messageId: number; media: MediaRef }[],
): Promise<Map<number, Message['attachments']>> {
  const byMessage = new Map<number, Message['attachments']>();
  if (entries.length === 0) return byMessage;
  const rows = await tx.query<AttachmentRow>(
    `INSERT INTO message_attachments AS a (message_id, type, platform_media_id, platform_url, mime_type, filename, file_size,
       is_voice, content_id, metadata, state, error)
     SELECT message_id, type, media_id, url, mime, filename, size, voice, content_id, metadata,
       CASE WHEN media_id IS NULL AND url IS NULL THEN 'unavailable' ELSE 'waiting' END, unavailable
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[],
         $9::text[], $10::text[], $11::jsonb[])
       WITH ORDINALITY AS f (message_id, type, media_id, url, mime, filename, size, voice, content_id, unavailable, metadata, n)
     ORDER BY n RETURNING message_id, ${ATTACHMENT_COLUMNS}`,
    [
      entries.map(entry => entry.messageId),
      entries.map(entry => entry.media.type),
      entries.map(entry => entry.media.id ?? null),
      entries.map(entry => entry.media.url ?? null),
      entries.map(entry => entry.media.mimeType ?? null),
      entries.map(({ media }) => (media.filename === undefined ? null : cleanFilename(media.filename))),
      entries.map(entry => entry.media.size ?? null),
      entries.map(entry => entry.media.voice ?? false),
      entries.map(({ media }) => media.contentId ?? null),
      entries.map(({ media }) => media.unavailable ?? null),
      entries.map(({ media }) => JSON.stringify({ sha256: media.sha256 })),
    ],
  );
  for (const row of rows)
    byMessage.set(row.message_id, [...(byMessage.get(row.message_id) ?? []), attachmentOf(row)]);
  return byMessage;
}
