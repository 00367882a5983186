import type { ChannelCheck, PlatformIo, WebhookDoor } from '../adapter.ts';
import { objectOf, objectsOf, textOf } from '../json.ts';
import { callGraph, checkOf, type GraphAccess } from '../meta/graph-account.ts';
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
 * Subscribes the app to the business account, with our door for this account instead of the one that the app has by
 * itself. Meta asks at the door for the verify token before it answers. Throws Rejected or Unavailable.
 */
export async function connectWhatsApp(
  settings: WhatsAppSettings,
  io: PlatformIo,
  door: WebhookDoor,
): Promise<void> {
  const { verifyToken } = settings;
  const override = verifyToken && { override_callback_uri: door.url, verify_token: verifyToken };
  await callGraph(accessOf(settings, io), 'POST', subscriptionsUrl(settings, io), override || {});
}

const numberFields = 'display_phone_number,verified_name,quality_rating,throughput';
const qualities: Readonly<Record<string, string>> = { GREEN: 'high', YELLOW: 'medium', RED: 'low' };

/** Never throws. */
export async function checkWhatsApp(settings: WhatsAppSettings, io: PlatformIo): Promise<ChannelCheck> {
  const access = accessOf(settings, io);
  try {
    const number = await callGraph(access, 'GET', `${numberUrl(settings, io)}?fields=${numberFields}`);
    const subscriptions = await callGraph(access, 'GET', subscriptionsUrl(settings, io));
    const isSubscribed = objectsOf(subscriptions.data).length > 0;
    const quality = textOf(number.quality_rating);
    const throughput = textOf(objectOf(number.throughput).level);
    const accountName = [textOf(number.verified_name), textOf(number.display_phone_number)]
      .filter(part => part !== undefined)
      .join(', ');
    const message = !isSubscribed
      ? 'WhatsApp does not deliver the messages of this account to us. Connect the channel again.'
      : quality === 'RED'
        ? 'WhatsApp rates the quality of this number low, and may limit it. Look at it in WhatsApp Manager.'
        : null;
    return {
      health: message === null ? 'ok' : 'warning',
      message,
      ...(accountName === '' ? {} : { accountName }),
      isSubscribed,
      facts: [
        ...(quality === undefined ? [] : [{ name: 'Quality', value: qualities[quality] ?? 'not rated' }]),
        ...(throughput === undefined ? [] : [{ name: 'Throughput', value: throughput.toLowerCase() }]),
      ],
    };
  } catch (error) {
    return checkOf(error, receiver);
  }
}
