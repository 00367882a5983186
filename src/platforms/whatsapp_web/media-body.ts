import { MediaUnavailable, Unavailable } from '../adapter.ts';
import type { MediaRef } from '../inbound-fact.ts';
import { isObject, textOf, tryParseJsonText } from '../json.ts';

/** A file is delivered by itself: one line of JSON about it, then its bytes. */
export interface MediaHeader {
  readonly id: string;
  readonly mimeType?: string;
  readonly filename?: string;
  /** Why there are no bytes and never will be; a sentence for an agent. */
  readonly unavailable?: string;
}

const opening = Buffer.from('{"v":1,"kind":"media",');
const longestHeader = 8192;

export const mediaKeyOf = (messageId: string) => `media:${messageId}`;

export function writeMedia(header: MediaHeader, content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ v: 1, kind: 'media', ...header })}\n`), content]);
}

export function isMediaBody(body: Buffer): boolean {
  return body.subarray(0, opening.length).equals(opening) && endOfHeader(body) > 0;
}

function endOfHeader(body: Buffer): number {
  return body.subarray(0, longestHeader).indexOf('\n');
}

/** See PlatformAdapter.unpackMedia. */
export async function unpackWebMedia(
  media: MediaRef,
  delivered: (key: string) => Promise<Buffer | undefined>,
): Promise<{ readonly content: Buffer; readonly mimeType?: string }> {
  if (media.id === undefined)
    throw new MediaUnavailable(media.unavailable ?? 'WhatsApp did not pass on the file.');
  const body = await delivered(media.id);
  if (body === undefined)
    throw new Unavailable('channel', 'file_not_here', 'The file has not come from the phone yet.');
  const end = endOfHeader(body);
  const header = isMediaBody(body) ? tryParseJsonText(body.subarray(0, end).toString('utf8')) : undefined;
  if (!isObject(header))
    throw new MediaUnavailable('The file cannot be read. Ask the customer for it again.');
  const unavailable = textOf(header.unavailable);
  if (unavailable !== undefined) throw new MediaUnavailable(unavailable);
  const mimeType = textOf(header.mimeType);
  return { content: body.subarray(end + 1), ...(mimeType === undefined ? {} : { mimeType }) };
}
