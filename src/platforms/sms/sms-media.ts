import { type MediaSource, MediaUnavailable, type PlatformIo } from '../adapter.ts';
import type { MediaRef } from '../inbound-fact.ts';
import { authorization, twilioUrl } from './sms-request.ts';
import type { SmsSettings } from './sms-settings.ts';

/**
 * Files stay at Twilio until somebody deletes them there. An account may ask for its credentials, which go to Twilio's own
 * servers only: from there the client is sent on to another, and takes nothing along.
 */
export async function locateSmsMedia(
  media: MediaRef,
  settings: SmsSettings,
  io: PlatformIo,
): Promise<MediaSource> {
  const url = URL.parse(media.url ?? '');
  if (media.url === undefined || url === null)
    throw new MediaUnavailable(media.unavailable ?? 'Twilio did not pass on the file.');
  const isTwilio =
    url.origin === URL.parse(twilioUrl(settings, io))?.origin ||
    (url.protocol === 'https:' && url.hostname.endsWith('.twilio.com'));
  return { url: media.url, ...(isTwilio ? { headers: authorization(settings) } : {}) };
}
