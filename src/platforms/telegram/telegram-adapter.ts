import { ForgedDelivery, type HttpReply, type PlatformAdapter } from '../adapter.ts';
import { isSameSecret } from '../constant-time.ts';
import { objectOf } from '../json.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { checkTelegram, connectTelegram } from './connect-telegram.ts';
import { parseTelegram } from './parse-telegram.ts';
import { sendTelegram, showTelegramSign } from './send-telegram.ts';
import { locateTelegramMedia } from './telegram-media.ts';
import { deliveryKeyOf, digitsOf, readUpdate } from './telegram-payload.ts';
import {
  botIdOf,
  completeTelegramSettings,
  type TelegramSettings,
  telegramSettings,
} from './telegram-settings.ts';

const MB = 1024 * 1024;

/** A bot of Telegram's Bot API: its chats with persons, the groups it is in, business accounts it speaks for. */
export const telegramAdapter: PlatformAdapter<TelegramSettings> = {
  platform: 'telegram',
  abilities: {
    ...readOnlyAbilities,
    send: ['text', 'interactive'],
    maximumTextLength: 4096,
    files: {
      image: { maximumBytes: 10 * MB, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'] },
      video: { maximumBytes: 50 * MB, mimeTypes: ['video/mp4'] },
      audio: { maximumBytes: 50 * MB, mimeTypes: ['audio/mpeg', 'audio/mp4', 'audio/ogg'] },
      document: { maximumBytes: 50 * MB, mimeTypes: ['*/*'] },
    },
    maximumFiles: 1,
    maximumCaptionLength: 1024,
    buttons: { maximum: 10, maximumTitleLength: 64, maximumTextLength: 4096 },
    reply: true,
    react: true,
    // Exactly as Telegram spells them: its heart has no variation selector.
    reactions: ['👍', '👎', '\u2764', '🔥', '🥰', '👏', '😁', '🤔', '🤯', '😱', '😢', '🎉', '🙏'],
    typing: true,
    finalErrors: [
      ...['chat_not_found', 'choice_too_long', 'deactivated', 'file_too_large', 'message_gone', 'no_voice'],
      ...['not_started', 'picture_refused', 'too_long'],
    ],
  },
  settings: telegramSettings,
  complete: completeTelegramSettings,
  accountId: botIdOf,
  credentials: ({ secretToken }) => ({ signingSecrets: secretToken === undefined ? [] : [secretToken] }),
  secretSettings: ['botToken', 'secretToken'],
  authenticate: ({ headers }, { signingSecrets }) => {
    const given = headers['x-telegram-bot-api-secret-token'] ?? '';
    // No early end: the time must not tell which of them fits.
    const fitting = signingSecrets.filter(secret => isSameSecret(given, secret));
    if (given === '' || fitting.length === 0)
      throw new ForgedDelivery('X-Telegram-Bot-Api-Secret-Token is missing or is not ours.');
  },
  deliveryKey: ({ body }) => deliveryKeyOf(body),
  parse: parseTelegram,
  answer: endWaitOfTap,
  locateMedia: locateTelegramMedia,
  send: sendTelegram,
  showSign: showTelegramSign,
  connect: connectTelegram,
  check: checkTelegram,
};

/** A tapped button shows a clock until the bot has answered the tap. Nothing but digits of the sender's goes back. */
function endWaitOfTap(body: Buffer): HttpReply | undefined {
  let id: string | undefined;
  try {
    id = digitsOf(objectOf(readUpdate(body).callback_query).id);
  } catch {
    return undefined;
  }
  if (id === undefined) return undefined;
  const call = { method: 'answerCallbackQuery', callback_query_id: id };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(call) };
}
