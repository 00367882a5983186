import { createHmac } from 'node:crypto';
import { type Credentials, ForgedDelivery, type RawDelivery } from '../adapter.ts';
import { isSameSecret } from '../constant-time.ts';
import { timeOf } from '../platform-time.ts';

/** A retry may carry the time of the first try; what comes twice has no effect. */
const toleranceMs = 24 * 60 * 60 * 1000;

/**
 * A plugin's hooks carry the HMAC-SHA256 of `[time;body]` in `X-Crisp-Signature`. A website's hooks are not signed: their
 * address ends in `?key=` and the secret. Throws ForgedDelivery unless one of the two fits.
 */
export function verifyCrispHook(delivery: RawDelivery, { signingSecrets }: Credentials): void {
  const secrets = signingSecrets.filter(secret => secret !== '');
  const key = keyOf(delivery.publicUrl);
  const isByKey = key !== '' && fittingOf(secrets, secret => isSameSecret(key, secret)) > 0;
  if (isByKey) return;
  const signature = delivery.headers['x-crisp-signature'] ?? '';
  if (!/^[0-9a-f]{64}$/.test(signature))
    throw new ForgedDelivery(
      'X-Crisp-Signature is missing or malformed, and the address has no key that fits.',
    );
  const timestamp = delivery.headers['x-crisp-request-timestamp'] ?? '';
  const at = /^\d{1,16}$/.test(timestamp) ? timeOf(timestamp) : undefined;
  if (at === undefined) throw new ForgedDelivery('X-Crisp-Request-Timestamp is missing or malformed.');
  if (Math.abs(delivery.receivedAt.getTime() - at.getTime()) > toleranceMs)
    throw new ForgedDelivery('X-Crisp-Request-Timestamp is more than a day away.');
  const bodies = formsOf(delivery.body);
  const isSigned = (secret: string) =>
    fittingOf(bodies, body => isSameSecret(signature, sign(secret, timestamp, body))) > 0;
  if (fittingOf(secrets, isSigned) === 0)
    throw new ForgedDelivery('X-Crisp-Signature does not fit the delivery.');
}

/** Without an early end: the time must not tell which of them fits. */
function fittingOf<Candidate>(
  candidates: readonly Candidate[],
  fits: (candidate: Candidate) => boolean,
): number {
  return candidates.filter(fits).length;
}

function keyOf(url: string): string {
  const query = /^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '';
  return new URLSearchParams(query).get('key') ?? '';
}

function sign(secret: string, timestamp: string, body: Buffer): string {
  return createHmac('sha256', secret).update(`[${timestamp};`).update(body).update(']').digest('hex');
}

/** As it came, and as Crisp's own libraries write it anew before they check: what is in between may have changed spaces. */
function formsOf(body: Buffer): readonly Buffer[] {
  try {
    return [body, Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))))];
  } catch {
    return [body];
  }
}
