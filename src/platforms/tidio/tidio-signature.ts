import { createHmac } from 'node:crypto';
import { type Credentials, ForgedDelivery, type RawDelivery } from '../adapter.ts';
import { isSameSecret } from '../constant-time.ts';

/** Tidio tries again for almost five hours, perhaps with the time of the first try; what comes twice has no effect. */
const toleranceSeconds = 6 * 60 * 60;

/**
 * Checks `X-Tidio-Signature: t=<seconds>,s=<hex>`, with one `s` for each secret while one replaces another: the
 * HMAC-SHA256 of `body_time`. Throws ForgedDelivery, also when there is no secret to check with.
 */
export function verifyTidioSignature(delivery: RawDelivery, { signingSecrets }: Credentials): void {
  const header = delivery.headers['x-tidio-signature'] ?? '';
  // The whole header must be well formed: two headers joined by a comma are refused even if one of them is right.
  const [, timestamp, signatures] = /^t=(\d{1,11})((?:,s=[0-9a-f]{64}){1,10})$/.exec(header) ?? [];
  if (timestamp === undefined || signatures === undefined)
    throw new ForgedDelivery('X-Tidio-Signature is missing or malformed.');
  if (Math.abs(delivery.receivedAt.getTime() / 1000 - Number(timestamp)) > toleranceSeconds)
    throw new ForgedDelivery('The time in X-Tidio-Signature is more than six hours away.');
  const given = signatures.split(',s=').slice(1);
  const fitting = signingSecrets
    .filter(secret => secret !== '')
    .map(secret => createHmac('sha256', secret).update(delivery.body).update(`_${timestamp}`).digest('hex'))
    // No early end: the time must not tell which of them fits.
    .flatMap(expected => given.filter(signature => isSameSecret(signature, expected)));
  if (fitting.length === 0) throw new ForgedDelivery('X-Tidio-Signature does not fit the body.');
}
