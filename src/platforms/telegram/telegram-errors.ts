import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { numberOf, objectOf, textOf } from '../json.ts';
import { digitsOf } from './telegram-payload.ts';

interface KnownRefusal {
  /** Of Telegram's own words: its numbers say little. */
  readonly pattern: RegExp;
  readonly code: string;
  readonly sentence: string;
}

/** Refusals of one message; the first that fits. */
export const knownRefusals: readonly KnownRefusal[] = [
  {
    pattern: /blocked by the user/i,
    code: 'blocked',
    sentence: 'The customer has blocked the bot. They must unblock it before you can write to them.',
  },
  {
    pattern: /user is deactivated/i,
    code: 'deactivated',
    sentence: "The customer's Telegram account no longer exists.",
  },
  {
    pattern: /can't initiate conversation|bots can't send messages to bots/i,
    code: 'not_started',
    sentence: 'The customer has not started the bot, and a bot may not write first.',
  },
  {
    pattern: /kicked|not a member|chat was (?:deleted|deactivated)/i,
    code: 'removed',
    sentence: 'The bot is no longer in this group. Add it again to write there.',
  },
  {
    pattern: /chat not found/i,
    code: 'chat_not_found',
    sentence: 'Telegram does not know this chat: the customer never started this bot, or the chat is gone.',
  },
  {
    pattern: /no rights to|not enough rights|need administrator rights|CHAT_\w+_FORBIDDEN/i,
    code: 'no_rights',
    sentence: 'The bot may not do this in the group. Ask an administrator of the group to allow it.',
  },
  {
    pattern: /VOICE_MESSAGES_FORBIDDEN|restricted receiving/i,
    code: 'no_voice',
    sentence: 'The customer does not take voice messages. Send a text or a file instead.',
  },
  {
    pattern: /REACTION/i,
    code: 'reaction_refused',
    sentence: 'Telegram does not take this reaction on this message. Choose another one.',
  },
  {
    pattern: /message .*not found|MESSAGE_ID_INVALID/i,
    code: 'message_gone',
    sentence: 'The message is no longer in the Telegram chat.',
  },
  {
    pattern: /PHOTO_INVALID_DIMENSIONS|IMAGE_PROCESS_FAILED|PHOTO_EXT_INVALID/i,
    code: 'picture_refused',
    sentence: 'Telegram does not take this picture: it is damaged, too large, or far too long for its width.',
  },
  {
    pattern: /too big|too large/i,
    code: 'file_too_large',
    sentence: 'The file is too large: Telegram takes pictures of 10 MB and other files of 50 MB.',
  },
  {
    pattern: /(?:message|caption) is too long/i,
    code: 'too_long',
    sentence: 'The text is too long for Telegram. Send it in several messages.',
  },
  {
    pattern: /BUSINESS_/i,
    code: 'business',
    sentence:
      'The bot may not write here for the business account. Its owner must allow the bot to answer, and the customer must have written within the last 24 hours.',
  },
];

/** What an answer that is not the hoped for means for the message. */
export function verdictOfAnswer(answer: JsonAnswer): Error {
  const said = textOf(answer.body?.description);
  const status = numberOf(answer.body?.error_code) ?? answer.status;
  const code = said === undefined ? `http_${status}` : String(status);
  switch (status) {
    case 401:
    case 404:
      return new Rejected(
        'reauthorise',
        code,
        'Telegram does not know the token of this bot. Take the present one from BotFather and set it in the settings of the channel.',
      );
    case 409:
      return new Rejected(
        'account',
        code,
        'Another program takes the messages of this bot. Stop it, then connect the channel again.',
      );
    case 429:
    case 503:
      return new Unavailable(
        'channel',
        code,
        status === 429
          ? 'Telegram asks the bot to slow down. The message will be tried again.'
          : 'Telegram is not available at the moment. The message will be tried again.',
        pauseOf(answer),
      );
  }
  // Also what says neither yes nor no.
  if (status >= 500 || status < 300)
    return new OutcomeUnknown(`Telegram answered with status ${status}; the message may have been sent.`);
  return refusalOf(status, code, said);
}

function refusalOf(status: number, code: string, said: string | undefined): Rejected {
  const words = status === 413 ? 'too large' : (said ?? '');
  const known = knownRefusals.find(({ pattern }) => pattern.test(words));
  if (known) return new Rejected('message', known.code, known.sentence);
  return new Rejected(
    'message',
    status === 403 ? 'forbidden' : code,
    said === undefined
      ? `Telegram did not accept this message: it answered with status ${status}.`
      : `Telegram did not accept this message. Telegram says: ${said}`,
  );
}

const longestPauseSeconds = 24 * 60 * 60;

function pauseOf({ body, retryAfterMs }: JsonAnswer): number | undefined {
  const seconds = numberOf(objectOf(body?.parameters).retry_after);
  return seconds === undefined || seconds < 0 ? retryAfterMs : Math.min(seconds, longestPauseSeconds) * 1000;
}

/** The group that was written to has become a supergroup with this id. */
export function movedToOf({ body }: JsonAnswer): string | undefined {
  return digitsOf(objectOf(body?.parameters).migrate_to_chat_id);
}

/** What was asked for is so already. */
export function isNoChange({ body }: JsonAnswer): boolean {
  return /message is not modified|MESSAGE_NOT_MODIFIED/i.test(textOf(body?.description) ?? '');
}
