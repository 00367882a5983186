import { type ChannelCheck, type PlatformIo, Rejected, Unavailable, type WebhookDoor } from '../adapter.ts';
import { identifierOf, type JsonObject, objectsOf, textOf } from '../json.ts';
import { isOnWhatsApp } from './sms-address.ts';
import { verdictOfAnswer } from './sms-errors.ts';
import { callTwilio, isSuccess } from './sms-request.ts';
import { canReceive, isMessagingService, isPhoneNumber, type SmsSettings } from './sms-settings.ts';

/** Sets the address of a phone number; for other senders there is a sentence that says where a person sets it. */
export async function connectSms(settings: SmsSettings, io: PlatformIo, door: WebhookDoor): Promise<void> {
  const { from } = settings;
  if (!canReceive(from)) return;
  const number = await findNumber(settings, io);
  const sid = identifierOf(number?.sid);
  if (number === undefined || sid === undefined) throw new Rejected('account', 'by_hand', byHand(from));
  const form = new URLSearchParams({ SmsUrl: door.url, SmsMethod: 'POST' });
  // The address of an application would be called in place of the number's own.
  if (textOf(number.sms_application_sid) !== undefined) form.set('SmsApplicationSid', '');
  await ask(`/IncomingPhoneNumbers/${encodeURIComponent(sid)}.json`, form, settings, io);
}

/** Never throws. */
export async function checkSms(
  settings: SmsSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<ChannelCheck> {
  const { from } = settings;
  try {
    const account = await ask('.json', undefined, settings, io);
    const common = { accountName: from, facts: factsOf(account) };
    const status = textOf(account.status) ?? 'active';
    if (status !== 'active')
      return {
        ...common,
        health: 'stopped',
        message: `This Twilio account is ${status}. Look at it in the Twilio console.`,
      };
    const number = await findNumber(settings, io);
    if (number === undefined)
      return isPhoneNumber(from)
        ? { ...common, health: 'warning', message: byHand(from) }
        : { ...common, health: 'ok', message: null };
    const isSubscribed = number.sms_url === door.url && textOf(number.sms_application_sid) === undefined;
    return isSubscribed
      ? { ...common, health: 'ok', message: null, isSubscribed }
      : {
          ...common,
          health: 'warning',
          message:
            'Twilio delivers what customers write to this number to another address. Connect the channel again to have it here.',
          isSubscribed,
        };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof Rejected)) return { health: 'unknown', message };
    const health =
      error.scope === 'reauthorise' ? 'reauthorise' : error.scope === 'account' ? 'stopped' : 'warning';
    return { health, message };
  }
}

function factsOf(account: JsonObject): NonNullable<ChannelCheck['facts']> {
  const name = textOf(account.friendly_name);
  const type = textOf(account.type);
  return [
    ...(name === undefined ? [] : [{ name: 'Account', value: name }]),
    ...(type === undefined ? [] : [{ name: 'Account type', value: type }]),
  ];
}

/** Where a person sets the address of a sender that we cannot set it for. */
function byHand(from: string): string {
  const what = 'Enter the webhook URL of this channel (POST)';
  if (isOnWhatsApp(from))
    return `${what} in the Twilio console under Messaging, Senders, WhatsApp senders, at ${from}: "Webhook URL for incoming messages".`;
  if (isMessagingService(from))
    return `${what} in the Twilio console under Messaging, Services, at ${from}: Integration, "Send a webhook".`;
  if (isPhoneNumber(from))
    return `This Twilio account has no number ${from}. Check "from" in the settings; for a number that is hosted elsewhere enter the webhook URL of this channel there by hand.`;
  return `${what} in the Twilio console under Phone Numbers, Short codes, at ${from}: "A message comes in".`;
}

/** `undefined` where the sender is no phone number of the account. */
async function findNumber(settings: SmsSettings, io: PlatformIo): Promise<JsonObject | undefined> {
  if (!isPhoneNumber(settings.from)) return undefined;
  const query = new URLSearchParams({ PhoneNumber: settings.from });
  const found = await ask(`/IncomingPhoneNumbers.json?${query}`, undefined, settings, io);
  return objectsOf(found.incoming_phone_numbers).find(number => number.phone_number === settings.from);
}

/** The answer, or a verdict in words for who connects a channel. */
async function ask(
  path: string,
  form: URLSearchParams | undefined,
  settings: SmsSettings,
  io: PlatformIo,
): Promise<JsonObject> {
  const answer = await callTwilio(path, form, settings, io).catch(() => {
    throw notNow('no_answer');
  });
  if (isSuccess(answer)) {
    if (answer.body === undefined) throw notNow('unreadable_answer');
    return answer.body;
  }
  const verdict = verdictOfAnswer(answer);
  if (!(verdict instanceof Rejected))
    throw notNow(`http_${answer.status}`, verdict instanceof Unavailable ? verdict.retryAfterMs : undefined);
  if (verdict.scope !== 'message') throw verdict;
  const said = textOf(answer.body?.message);
  throw new Rejected(
    'account',
    verdict.code,
    `Twilio did not take the webhook URL of this channel: it must be reachable from the internet.${
      said === undefined ? '' : ` Twilio says: ${said}`
    }`,
  );
}

function notNow(code: string, retryAfterMs?: number): Unavailable {
  return new Unavailable(
    'channel',
    code,
    'Twilio cannot be asked at the moment. Try again in a minute.',
    retryAfterMs,
  );
}
