import { createHmac } from 'node:crypto';
import { type Clock, systemClock } from '../kit/clock.ts';

/** The headers that prove a webhook: for exactly these bytes, at exactly this address, at this moment. */
export type SignWebhook = (body: Buffer, url: string) => Readonly<Record<string, string>>;

const json = { 'content-type': 'application/json' } as const;

/** `X-Hub-Signature-256` for exactly these bytes. */
export function signWebhook(appSecret: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}

/** WhatsApp, Messenger and Instagram. */
export function signedByMeta(appSecret: string): SignWebhook {
  return body => ({ ...json, 'x-hub-signature-256': signWebhook(appSecret, body) });
}

/** Telegram signs nothing: it repeats the secret that it was given with the address. */
export function signedByTelegram(secretToken: string | undefined): SignWebhook {
  return () => ({
    ...json,
    ...(secretToken !== undefined && { 'x-telegram-bot-api-secret-token': secretToken }),
  });
}

/** Twilio signs the address and the fields of the form: names with their values, sorted, each value once. */
export function signedByTwilio(authToken: string): SignWebhook {
  return (body, url) => {
    const values = new Map<string, Set<string>>();
    for (const [name, value] of new URLSearchParams(body.toString('utf8')))
      values.set(name, (values.get(name) ?? new Set()).add(value));
    const content = [...values.keys()]
      .sort()
      .flatMap(name => [...(values.get(name) ?? [])].sort().map(value => `${name}${value}`))
      .join('');
    return {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': createHmac('sha1', authToken).update(`${url}${content}`).digest('base64'),
    };
  };
}

/** A plugin's hooks. Those of a website are not signed: the secret stands in their address, as `?key=`. */
export function signedByCrisp(hookSecret: string, clock: Clock = systemClock): SignWebhook {
  return body => {
    const timestamp = String(clock.now().getTime());
    const signature = createHmac('sha256', hookSecret)
      .update(`[${timestamp};`)
      .update(body)
      .update(']')
      .digest('hex');
    return { ...json, 'x-crisp-signature': signature, 'x-crisp-request-timestamp': timestamp };
  };
}

/** With several secrets as while one replaces another: a signature for each. */
export function signedByTidio(
  webhookSecret: string | readonly string[],
  clock: Clock = systemClock,
): SignWebhook {
  return body => {
    const timestamp = String(Math.floor(clock.now().getTime() / 1000));
    const signatures = [webhookSecret]
      .flat()
      .map(secret => createHmac('sha256', secret).update(body).update(`_${timestamp}`).digest('hex'));
    const header = [`t=${timestamp}`, ...signatures.map(signature => `s=${signature}`)].join(',');
    return { ...json, 'user-agent': 'Tidio Webhook', 'x-tidio-signature': header };
  };
}
