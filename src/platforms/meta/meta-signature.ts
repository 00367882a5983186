import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Credentials, ForgedDelivery, type HttpReply, type RawDelivery } from '../adapter.ts';
import { isSameSecret } from '../constant-time.ts';

/**
 * Checks `X-Hub-Signature-256: sha256=<hex>`, the HMAC-SHA256 of the raw body under the app's secret, as all of Meta's
 * platforms send it. The SHA-1 header is not looked at. Throws ForgedDelivery, also when there is no secret to check with.
 */
export function verifyMetaSignature(delivery: RawDelivery, credentials: Credentials): void {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(delivery.headers['x-hub-signature-256'] ?? '')?.[1];
  if (hex === undefined) throw new ForgedDelivery('X-Hub-Signature-256 is missing or malformed.');
  const given = Buffer.from(hex, 'hex');
  const isSigned = credentials.signingSecrets.some(
    secret =>
      secret !== '' && timingSafeEqual(createHmac('sha256', secret).update(delivery.body).digest(), given),
  );
  if (!isSigned) throw new ForgedDelivery('X-Hub-Signature-256 does not fit the body.');
}

/** Answers `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`; `undefined` for any other request. */
export function answerMetaHandshake(delivery: RawDelivery, credentials: Credentials): HttpReply | undefined {
  if (delivery.method.toUpperCase() !== 'GET') return undefined;
  const query = queryOf(delivery.publicUrl);
  const mode = query.get('hub.mode');
  if (mode === null) return undefined;
  const token = query.get('hub.verify_token') ?? '';
  const challenge = query.get('hub.challenge') ?? '';
  const expected = credentials.verifyToken ?? '';
  const isAccepted =
    mode === 'subscribe' && expected !== '' && isSameSecret(token, expected) && /^\d{1,20}$/.test(challenge);
  return isAccepted
    ? { status: 200, contentType: 'text/plain', body: challenge }
    : { status: 403, contentType: 'text/plain', body: 'Forbidden' };
}

function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1).replace(/#.*$/, ''));
}
