import { type ChannelCheck, type PlatformIo, Rejected, type WebhookDoor } from '../adapter.ts';
import { type JsonObject, objectOf, objectsOf, textOf } from '../json.ts';
import { callGraph, checkOf, type GraphAccess, isTokenEnded } from '../meta/graph-account.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { whatsappVerdicts } from './whatsapp-errors.ts';
import { numberUrl } from './whatsapp-request.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

const receiver = 'WhatsApp';

function accessOf({ accessToken }: WhatsAppSettings, io: PlatformIo): GraphAccess {
  return { io, receiver, verdicts: whatsappVerdicts, token: accessToken };
}
function subscriptionsUrl({ apiUrl, businessAccountId }: WhatsAppSettings, io: PlatformIo): string {
  return `${graphUrl(apiUrl, io)}/${businessAccountId}/subscribed_apps`;
}

/**
 * Subscribes the app to the business account, and has what happens to this number brought to our door instead of the one
 * that the app has by itself: an address of the whole business account would take its other numbers along. Only where
 * one number cannot have its own does the account get it. Meta asks at the door for the verify token before it answers.
 * Throws Rejected or Unavailable.
 */
export async function connectWhatsApp(
  settings: WhatsAppSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<void> {
  const { verifyToken } = settings;
  const post = (url: string, payload: object) =>
    callGraph(accessOf(settings, io), 'POST', url, payload).catch(asWebhookRefusal);
  await post(subscriptionsUrl(settings, io), {});
  if (verifyToken === undefined) return;
  const override = { override_callback_uri: door.url, verify_token: verifyToken };
  try {
    await post(numberUrl(settings, io), { webhook_configuration: override });
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    await post(subscriptionsUrl(settings, io), override);
  }
}

/** A token that may send needs another permission for this: without it a person sets the webhook, and sending goes on. */
function asWebhookRefusal(error: unknown): never {
  if (!(error instanceof Rejected) || error.scope !== 'reauthorise' || isTokenEnded(error)) throw error;
  throw new Rejected(
    'message',
    error.code,
    "The access token of this channel may not set WhatsApp's webhook. Give it the permission whatsapp_business_management for this account, or enter the webhook URL in Meta's console by hand.",
  );
}

const numberFields = 'display_phone_number,verified_name,quality_rating,throughput';
const qualities: Readonly<Record<string, string>> = { GREEN: 'high', YELLOW: 'medium', RED: 'low' };

/** Never throws. */
export async function checkWhatsApp(
  settings: WhatsAppSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<ChannelCheck> {
  const access = accessOf(settings, io);
  let number: JsonObject;
  try {
    number = await callGraph(access, 'GET', `${numberUrl(settings, io)}?fields=${numberFields}`);
  } catch (error) {
    return checkOf(error, receiver);
  }
  const { trouble, ...webhook } = await checkWebhook(access, settings, io, door);
  const quality = textOf(number.quality_rating);
  const throughput = textOf(objectOf(number.throughput).level);
  const accountName = [textOf(number.verified_name), textOf(number.display_phone_number)]
    .filter(part => part !== undefined)
    .join(', ');
  const message =
    trouble ??
    (quality === 'RED'
      ? 'WhatsApp rates the quality of this number low, and may limit it. Look at it in WhatsApp Manager.'
      : null);
  return {
    health: message === null ? 'ok' : 'warning',
    message,
    ...(accountName === '' ? {} : { accountName }),
    ...webhook,
    facts: [
      ...(quality === undefined ? [] : [{ name: 'Quality', value: qualities[quality] ?? 'not rated' }]),
      ...(throughput === undefined ? [] : [{ name: 'Throughput', value: throughput.toLowerCase() }]),
      ...(webhook.facts ?? []),
    ],
  };
}

type WebhookCheck = Pick<ChannelCheck, 'isSubscribed' | 'facts'> & { readonly trouble?: string };

/** Sending works without the permissions to ask this: a refusal is shown, and stops nothing. */
async function checkWebhook(
  access: GraphAccess,
  settings: WhatsAppSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<WebhookCheck> {
  const url = `${numberUrl(settings, io)}?fields=webhook_configuration`;
  const address = await callGraph(access, 'GET', url).then(addressOfNumber, () => undefined);
  let subscriptions: readonly JsonObject[];
  try {
    subscriptions = objectsOf((await callGraph(access, 'GET', subscriptionsUrl(settings, io))).data);
  } catch (error) {
    if (address !== undefined) return verdictOnAddress(isOurs(address, door));
    const because = error instanceof Error ? error.message : String(error);
    return { facts: [{ name: 'Webhook', value: `Cannot be checked. ${because}` }] };
  }
  if (subscriptions.length === 0)
    return {
      isSubscribed: false,
      trouble: 'WhatsApp does not deliver the messages of this account to us. Connect the channel again.',
    };
  return verdictOnAddress(
    address === undefined
      ? subscriptions.some(subscription => mayBeOurs(subscription, door))
      : isOurs(address, door),
  );
}

function verdictOnAddress(isSubscribed: boolean): WebhookCheck {
  return isSubscribed
    ? { isSubscribed }
    : {
        isSubscribed,
        trouble:
          'WhatsApp delivers the messages of this number to another address. Connect the channel again to have them here.',
      };
}

/** A number's own address goes before that of its business account, and that before the app's. */
const byPrecedence = ['phone_number', 'whatsapp_business_account', 'application'] as const;

/** Where the messages of a number go; `undefined` when the answer does not say. */
function addressOfNumber({ webhook_configuration: told }: JsonObject): string | undefined {
  const configuration = objectOf(told);
  return [...byPrecedence.map(level => configuration[level]), ...Object.values(configuration)]
    .map(textOf)
    .find(address => address !== undefined && URL.canParse(address));
}

/** The server's own app has one door for all channels, which is this one's without the token at its end. */
function isOurs(address: string, door: WebhookDoor): boolean {
  return address === door.url || address === door.url.replace(/\/[^/]*$/, '');
}

/** One without an address of its own goes to that of its app, which is not told here. */
function mayBeOurs({ override_callback_uri: address }: JsonObject, door: WebhookDoor): boolean {
  const own = textOf(address);
  return own === undefined || isOurs(own, door);
}
