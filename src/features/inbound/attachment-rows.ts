import type { Message } from '../../contract/messages.ts';
import type { MediaRef } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';

/** Stores files as references; their bytes are fetched later. Returns the wire attachments by message id. */
export async function storeAttachments(
  tx: TenantTx,
  entries: readonly { messageId: number; media: MediaRef }[],
): Promise<Map<number, Message['attachments']>> {
  const byMessage = new Map<number, Message['attachments']>();
  if (entries.length === 0) return byMessage;
  const rows = await tx.query<{ id: number }>(
    `INSERT INTO message_attachments (message_id, type, platform_media_id, platform_url, mime_type, filename, file_size, metadata)
     SELECT message_id, type, media_id, url, mime, filename, size, metadata
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::jsonb[])
       WITH ORDINALITY AS a (message_id, type, media_id, url, mime, filename, size, metadata, n)
     ORDER BY n RETURNING id`,
    [
      entries.map(entry => entry.messageId),
      entries.map(entry => entry.media.type),
      entries.map(entry => entry.media.id ?? null),
      entries.map(entry => entry.media.url ?? null),
      entries.map(entry => entry.media.mimeType ?? null),
      entries.map(entry => entry.media.filename ?? null),
      entries.map(entry => entry.media.size ?? null),
      entries.map(({ media }) =>
        JSON.stringify({ sha256: media.sha256, voice: media.voice, unavailable: media.unavailable }),
      ),
    ],
  );
  entries.forEach(({ messageId, media }, index) => {
    const list = byMessage.get(messageId) ?? [];
    list.push({
      id: rows[index]?.id ?? 0,
      type: media.type,
      mimeType: media.mimeType ?? null,
      filename: media.filename ?? null,
      size: media.size ?? null,
      width: null,
      height: null,
      duration: null,
      url: null,
      thumbnailUrl: null,
    });
    byMessage.set(messageId, list);
  });
  return byMessage;
}
