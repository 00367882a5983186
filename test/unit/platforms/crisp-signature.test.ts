import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { ForgedDelivery, type RawDelivery } from '../../../src/platforms/adapter.ts';
import { verifyCrispHook } from '../../../src/platforms/crisp/crisp-signature.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const secret = 'hook-secret-of-a';
const credentials = { signingSecrets: [secret] };
const body = Buffer.from('{"website_id":"w-1","event":"message:send","data":{"content":"olá"}}');
const url = 'https://example.test/webhooks/crisp/token';

function signed(given: {
  readonly at?: number | string;
  readonly signedBody?: Buffer;
  readonly sentBody?: Buffer;
}): RawDelivery {
  const { at = receivedAt.getTime(), signedBody = body, sentBody = signedBody } = given;
  const signature = createHmac('sha256', secret)
    .update(`[${at};`)
    .update(signedBody)
    .update(']')
    .digest('hex');
  const headers = { 'x-crisp-signature': signature, 'x-crisp-request-timestamp': String(at) };
  return { method: 'POST', publicUrl: url, headers, body: sentBody, receivedAt };
}
const byKey = (publicUrl: string): RawDelivery => ({
  method: 'POST',
  publicUrl,
  headers: {},
  body,
  receivedAt,
});
const isForged = (delivery: RawDelivery, given = credentials) =>
  expect(() => verifyCrispHook(delivery, given)).to.throw(ForgedDelivery);

describe('The proof of a Crisp hook', () => {
  it('is a signature for a plugin', () => {
    verifyCrispHook(signed({}), credentials);
    verifyCrispHook(signed({}), { signingSecrets: ['another-secret-xx', secret] });
    isForged(signed({}), { signingSecrets: ['another-secret-xx'] });
    isForged(signed({}), { signingSecrets: [''] });
  });
  it('holds when only spaces have changed on the way, and not when words have', () => {
    const pretty = Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 2));
    verifyCrispHook(signed({ sentBody: pretty }), credentials);
    verifyCrispHook(signed({ signedBody: pretty }), credentials);
    isForged(signed({ sentBody: Buffer.from(body.toString().replace('olá', 'ola')) }));
    isForged(signed({ sentBody: Buffer.from('{') }));
  });
  it('may be a day old, for a retry may carry the time of the first try', () => {
    const hour = 3_600_000;
    const now = receivedAt.getTime();
    for (const at of [now - 23 * hour, now + hour, Math.floor(now / 1000)])
      verifyCrispHook(signed({ at }), credentials);
    for (const at of [now - 25 * hour, now + 25 * hour, 0, 'soon', '', `${now} `, '1e12'])
      isForged(signed({ at }));
  });
  it('is the key in the address for a website', () => {
    for (const address of [`${url}?key=${secret}`, `${url}?x=1&key=${secret}#top`])
      verifyCrispHook(byKey(address), credentials);
    verifyCrispHook(byKey(`${url}?key=${encodeURIComponent('a+b/c&d=0123456789')}`), {
      signingSecrets: ['a+b/c&d=0123456789'],
    });
    for (const address of [
      url,
      `${url}?key=`,
      `${url}?key=hook-secret-of-b`,
      `${url}?KEY=${secret}`,
      `${url}#?key=${secret}`,
    ])
      isForged(byKey(address));
    isForged(byKey(`${url}?key=`), { signingSecrets: [''] });
    isForged(byKey(`${url}?key=${secret}`), { signingSecrets: [] });
  });
});
