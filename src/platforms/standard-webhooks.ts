import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ForgedDelivery, type RawDelivery } from './adapter.ts';

/** The scheme of standardwebhooks.com: HMAC-SHA256 over `id.timestamp.body`, symmetric `v1` signatures only. */
const prefix = 'whsec_';
const toleranceSeconds = 5 * 60;
const minimumKeyBytes = 24;
const maximumKeyBytes = 64;

export function generateWebhookSecret(): string {
  return prefix + randomBytes(minimumKeyBytes).toString('base64');
}

/** Whether the text is base64 of 24 to 64 bytes, with or without `whsec_`. */
export function isWebhookSecret(secret: string): boolean {
  return keyOf(secret) !== undefined;
}

function keyOf(secret: string): Buffer | undefined {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= minimumKeyBytes && key.length <= maximumKeyBytes ? key : undefined;
}

/** The three headers of a signed request; several secrets during a rotation give several signatures. */
export function signWebhook(
  secrets: readonly string[],
  id: string,
  at: Date,
  body: Buffer,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const keys = secrets.map(keyOf).filter(key => key !== undefined);
  if (keys.length === 0)
    throw new Error('A webhook cannot be signed without a secret: base64 of 24 to 64 bytes.');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map(key => `v1,${signature(key, id, timestamp, body)}`).join(' '),
  };
}

function signature(key: Buffer, id: string, timestamp: string, body: Buffer): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`, 'utf8').update(body).digest('base64');
}

/** An id that may be signed, stored and shown: printable ASCII without spaces, at most 190 characters. */
export function webhookIdOf(delivery: RawDelivery): string | undefined {
  const id = delivery.headers['webhook-id'] ?? '';
  return /^[\x21-\x7e]{1,190}$/.test(id) ? id : undefined;
}

/** Throws ForgedDelivery unless one of the secrets made one of the signatures within five minutes of the arrival. */
export function verifyWebhook(delivery: RawDelivery, secrets: readonly string[]): void {
  const id = webhookIdOf(delivery);
  if (id === undefined) throw new ForgedDelivery('webhook-id is missing or malformed.');
  const timestamp = delivery.headers['webhook-timestamp'] ?? '';
  if (!/^\d{1,11}$/.test(timestamp)) throw new ForgedDelivery('webhook-timestamp is missing or malformed.');
  if (Math.abs(delivery.receivedAt.getTime() / 1000 - Number(timestamp)) > toleranceSeconds)
    throw new ForgedDelivery('webhook-timestamp is more than five minutes away.');
  // The whole header must be well formed: two headers joined by a comma are refused even if one of them is right.
  const header = delivery.headers['webhook-signature'] ?? '';
  if (!/^v\d+a?,[A-Za-z0-9+/=_-]+( v\d+a?,[A-Za-z0-9+/=_-]+)*$/.test(header))
    throw new ForgedDelivery('webhook-signature is missing or malformed.');
  const given = header
    .split(' ')
    .filter(item => /^v1,[A-Za-z0-9+/]{43}=$/.test(item))
    .map(item => Buffer.from(item.slice(3), 'ascii'));
  const isSigned = secrets
    .map(keyOf)
    .filter(key => key !== undefined)
    .map(key => Buffer.from(signature(key, id, timestamp, delivery.body), 'ascii'))
    .some(expected => given.some(candidate => timingSafeEqual(candidate, expected)));
  if (!isSigned) throw new ForgedDelivery('webhook-signature does not fit the body.');
}
