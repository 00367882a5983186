import { MediaUnavailable, UnreadableDelivery } from '../adapter.ts';
import type { MediaRef } from '../inbound-fact.ts';
import { mailReader } from './mail-reader.ts';

const form = /^(mail-[0-9a-f]{64}):(\d{1,3})$/;

/** A file lies in the mail that it came with. Throws MediaUnavailable. */
export async function unpackEmailMedia(
  media: MediaRef,
  delivered: (key: string) => Promise<Buffer | undefined>,
): Promise<{ readonly content: Buffer; readonly mimeType?: string }> {
  if (media.unavailable !== undefined) throw new MediaUnavailable(media.unavailable);
  const [, key, index] = form.exec(media.id ?? '') ?? [];
  if (key === undefined) throw new MediaUnavailable('The mail does not say which of its files this is.');
  const body = await delivered(key);
  if (body === undefined)
    throw new MediaUnavailable(
      'The mail is no longer kept here, and the file with it. Open it in the mailbox.',
    );
  const file = await mailReader.unpack(body, Number(index)).catch(error => {
    throw error instanceof UnreadableDelivery
      ? new MediaUnavailable('The file cannot be taken out of its mail. Open it in the mailbox.')
      : error;
  });
  if (file === undefined) throw new MediaUnavailable('The mail has no such file.');
  const { content, mimeType } = file;
  return { content: Buffer.from(content.buffer, content.byteOffset, content.byteLength), mimeType };
}
