import { type MediaSource, MediaUnavailable, type PlatformIo, Unavailable } from '../adapter.ts';
import { withoutEffect } from '../call-platform.ts';
import type { MediaRef } from '../inbound-fact.ts';
import { numberOf, objectOf, textOf } from '../json.ts';
import { verdictOfAnswer } from './telegram-errors.ts';
import { callTelegram, fileUrl, isSuccess } from './telegram-request.ts';
import type { TelegramSettings } from './telegram-settings.ts';

/** The address is good for an hour and holds the bot's token. */
export function locateTelegramMedia(
  media: MediaRef,
  settings: TelegramSettings,
  io: PlatformIo,
): Promise<MediaSource> {
  return withoutEffect(locate(media, settings, io));
}

async function locate(media: MediaRef, settings: TelegramSettings, io: PlatformIo): Promise<MediaSource> {
  if (media.id === undefined)
    throw new MediaUnavailable(media.unavailable ?? 'Telegram did not pass on the file.');
  const answer = await callTelegram('getFile', { file_id: media.id }, settings, io);
  const { file_path: path, file_size: size } = objectOf(answer.body?.result);
  const knownPath = textOf(path);
  if (isSuccess(answer) && knownPath !== undefined) {
    const bytes = numberOf(size);
    return { url: fileUrl(knownPath, settings, io), ...(bytes === undefined ? {} : { size: bytes }) };
  }
  const said = textOf(answer.body?.description) ?? '';
  if (/too big/i.test(said))
    throw new MediaUnavailable(
      'The file is larger than the 20 MB that Telegram lets a bot fetch. Ask the customer for a smaller one, or for a link.',
    );
  if (/temporarily unavailable/i.test(said))
    throw new Unavailable('conversation', 'file_not_ready', 'Telegram does not have the file at hand yet.');
  if (answer.status === 400) throw new MediaUnavailable('Telegram has this file no longer.');
  throw verdictOfAnswer(answer);
}
