import { type MediaSource, MediaUnavailable, type PlatformIo } from '../adapter.ts';
import { callPlatform, withoutEffect } from '../call-platform.ts';
import type { MediaRef } from '../inbound-fact.ts';
import { numberOf, textOf } from '../json.ts';
import { graphErrorOf } from '../meta/graph-error.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { verdictOfAnswer } from './whatsapp-errors.ts';
import { authorization } from './whatsapp-request.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

/** Ids from webhooks live seven days; the address that one gives lives five minutes and wants the token. */
export async function locateWhatsAppMedia(
  media: MediaRef,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<MediaSource> {
  if (media.id === undefined)
    throw new MediaUnavailable(media.unavailable ?? 'WhatsApp did not pass on the file.');
  const headers = authorization(settings);
  const query = new URLSearchParams({ phone_number_id: settings.phoneNumberId });
  const answer = await withoutEffect(
    callPlatform(io, 'WhatsApp', {
      method: 'GET',
      url: `${graphUrl(settings.apiUrl, io)}/${encodeURIComponent(media.id)}?${query}`,
      headers,
    }),
  );
  const url = textOf(answer.body?.url);
  if (answer.status === 200 && url !== undefined) {
    const mimeType = textOf(answer.body?.mime_type);
    const size = numberOf(answer.body?.file_size);
    return {
      url,
      headers,
      ...(mimeType === undefined ? {} : { mimeType }),
      ...(size === undefined ? {} : { size }),
    };
  }
  // The object is not there any more, or was never ours to see.
  if (answer.status === 404 || graphErrorOf(answer.body)?.code === 100)
    throw new MediaUnavailable('WhatsApp has this file no longer: it keeps files for seven days.');
  throw verdictOfAnswer(answer);
}
