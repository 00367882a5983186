import { type ChannelCheck, type PlatformIo, Rejected, Unavailable, type WebhookDoor } from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { identifierOf, type JsonObject, numberOf, objectOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import { updateKinds } from './parse-telegram.ts';
import { verdictOfAnswer } from './telegram-errors.ts';
import { callTelegram, isSuccess } from './telegram-request.ts';
import type { TelegramSettings } from './telegram-settings.ts';

/** Tells Telegram where to deliver and with which secret; again replaces what was told before. */
export async function connectTelegram(
  settings: TelegramSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<void> {
  const { secretToken } = settings;
  if (secretToken === undefined)
    throw new Rejected(
      'account',
      'no_secret',
      'This channel has no secretToken, so that nobody could tell its deliveries from forged ones. Set one.',
    );
  // Reactions among others are left out unless they are asked for.
  const parameters = {
    url: door.url,
    secret_token: secretToken,
    allowed_updates: updateKinds,
    max_connections: 40,
  };
  const answer = await ask('setWebhook', parameters, settings, io);
  if (isSuccess(answer)) return;
  const verdict = verdictOf(answer);
  if (verdict instanceof Unavailable || verdict.scope === 'reauthorise') throw verdict;
  const said = textOf(answer.body?.description);
  throw new Rejected(
    'account',
    'bad_webhook',
    `Telegram does not deliver to this server: its address must be https with a valid certificate, reachable from the internet, on port 443, 80, 88 or 8443.${
      said === undefined ? '' : ` Telegram says: ${said}`
    }`,
  );
}

/** An older failure says nothing of how things are. */
const recentMs = 60 * 60 * 1000;

/** Never throws. */
export async function checkTelegram(
  settings: TelegramSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<ChannelCheck> {
  try {
    const bot = await askFor('getMe', settings, io);
    const webhook = await askFor('getWebhookInfo', settings, io);
    const username = textOf(bot.username);
    const isSubscribed = webhook.url === door.url;
    const message = isSubscribed ? recentFaultOf(webhook) : notSubscribed(webhook);
    return {
      health: message === null ? 'ok' : 'warning',
      message,
      ...(username === undefined ? {} : { accountName: `@${username}` }),
      isSubscribed,
      facts: factsOf(webhook),
    };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Rejected)
      return { health: error.scope === 'reauthorise' ? 'reauthorise' : 'warning', message };
    return { health: 'unknown', message };
  }
}

function notSubscribed(webhook: JsonObject): string {
  return textOf(webhook.url) === undefined
    ? 'Telegram delivers the messages of this bot to nobody. Connect the channel again.'
    : 'Telegram delivers the messages of this bot to another address. Connect the channel again to have them here.';
}

function recentFaultOf(webhook: JsonObject): string | null {
  const at = timeOf(webhook.last_error_date);
  const said = textOf(webhook.last_error_message);
  if (at === undefined || said === undefined || Date.now() - at.getTime() > recentMs) return null;
  return `Telegram could not deliver at ${at.toISOString()} and tries again for a day. Telegram says: ${said}`;
}

function factsOf(webhook: JsonObject): NonNullable<ChannelCheck['facts']> {
  const waiting = identifierOf(webhook.pending_update_count);
  const fault = textOf(webhook.last_error_message);
  const at = timeOf(webhook.last_error_date);
  return [
    ...(waiting === undefined ? [] : [{ name: 'Waiting updates', value: waiting }]),
    ...(fault === undefined ? [] : [{ name: 'Last failed delivery', value: fault }]),
    ...(at === undefined ? [] : [{ name: 'Last failed delivery at', value: at.toISOString() }]),
  ];
}

async function askFor(method: string, settings: TelegramSettings, io: PlatformIo): Promise<JsonObject> {
  const answer = await ask(method, {}, settings, io);
  if (isSuccess(answer)) return objectOf(answer.body?.result);
  throw verdictOf(answer);
}

async function ask(
  method: string,
  parameters: object,
  settings: TelegramSettings,
  io: PlatformIo,
): Promise<JsonAnswer> {
  try {
    return await callTelegram(method, parameters, settings, io);
  } catch {
    throw notNow('no_answer');
  }
}

/** The same verdicts as for messages, in words for who connects a channel. */
function verdictOf(answer: JsonAnswer): Rejected | Unavailable {
  const verdict = verdictOfAnswer(answer);
  if (verdict instanceof Rejected) return verdict;
  return notNow(
    `http_${numberOf(answer.body?.error_code) ?? answer.status}`,
    verdict instanceof Unavailable ? verdict.retryAfterMs : undefined,
  );
}

function notNow(code: string, retryAfterMs?: number): Unavailable {
  return new Unavailable(
    'channel',
    code,
    'Telegram cannot be asked at the moment. Try again in a minute.',
    retryAfterMs,
  );
}
