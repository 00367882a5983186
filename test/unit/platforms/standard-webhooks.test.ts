import { expect } from 'chai';
import fc from 'fast-check';
import { ForgedDelivery, type RawDelivery } from '../../../src/platforms/adapter.ts';
import {
  generateWebhookSecret,
  isWebhookSecret,
  signWebhook,
  verifyWebhook,
} from '../../../src/platforms/standard-webhooks.ts';

// The published example of the scheme.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const at = new Date(1_614_265_330_000);
const body = Buffer.from('{"test": 2432232314}');
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

function delivery(headers: Record<string, string | undefined> = {}, receivedAt = at): RawDelivery {
  return {
    method: 'POST',
    publicUrl: 'https://example.test/webhooks/api/t',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': signature,
      ...headers,
    },
    body,
    receivedAt,
  };
}
const isAccepted = (given: RawDelivery, secrets: readonly string[] = [secret]) => {
  try {
    verifyWebhook(given, secrets);
    return true;
  } catch (error) {
    expect(error).to.be.instanceOf(ForgedDelivery);
    return false;
  }
};

describe('Standard Webhooks', () => {
  it('makes and accepts the published signature', () => {
    expect(signWebhook([secret], id, at, body)).to.deep.equal(delivery().headers);
    expect(isAccepted(delivery())).to.equal(true);
  });
  it('takes secrets with and without prefix, and several of them', () => {
    const bare = secret.slice('whsec_'.length);
    const other = generateWebhookSecret();
    expect(isAccepted(delivery(), [bare])).to.equal(true);
    expect(isAccepted(delivery(), [other, secret])).to.equal(true);
    const both = signWebhook([other, secret], id, at, body);
    for (const one of [other, secret]) expect(isAccepted(delivery(both), [one])).to.equal(true);
    expect(isAccepted(delivery({ 'webhook-signature': `v1a,abc= ${signature}` }))).to.equal(true);
  });
  it('accepts five minutes either way and no more', () => {
    const seconds = (offset: number) => new Date(at.getTime() + offset * 1000);
    for (const offset of [-300, 0, 300]) expect(isAccepted(delivery({}, seconds(offset)))).to.equal(true);
    for (const offset of [-301, 301]) expect(isAccepted(delivery({}, seconds(offset)))).to.equal(false);
  });
  const forged: Record<string, Record<string, string | undefined>> = {
    'no id': { 'webhook-id': undefined },
    'an id with spaces': { 'webhook-id': `${id}, ${id}` },
    'a long id': { 'webhook-id': 'x'.repeat(191) },
    'another id': { 'webhook-id': 'msg_2' },
    'no timestamp': { 'webhook-timestamp': undefined },
    'a timestamp in hexadecimal': { 'webhook-timestamp': '0x60378b32' },
    'a timestamp with a fraction': { 'webhook-timestamp': '1614265330.0' },
    'another timestamp': { 'webhook-timestamp': '1614265331' },
    'no signature': { 'webhook-signature': undefined },
    'an empty signature': { 'webhook-signature': '' },
    'no version': { 'webhook-signature': signature.slice(3) },
    'another version': { 'webhook-signature': `v2,${signature.slice(3)}` },
    'a truncated signature': { 'webhook-signature': signature.slice(0, -1) },
    'a longer signature': { 'webhook-signature': `${signature}=` },
    'two headers joined': { 'webhook-signature': `${signature}, ${signature}` },
    'a wrong and a right header joined': { 'webhook-signature': `v1,AAAA, ${signature}` },
  };
  for (const [name, headers] of Object.entries(forged))
    it(`refuses ${name}`, () => {
      expect(isAccepted(delivery(headers))).to.equal(false);
    });
  it('refuses without a usable secret', () => {
    for (const secrets of [[], [''], ['whsec_'], ['whsec_AAAA'], [generateWebhookSecret()]])
      expect(isAccepted(delivery(), secrets)).to.equal(false);
    expect(() => signWebhook([''], id, at, body)).to.throw('secret');
  });
  it('generates secrets that it accepts', () => {
    expect(generateWebhookSecret()).to.match(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(isWebhookSecret(generateWebhookSecret())).to.equal(true);
    for (const bad of ['', 'password', 'whsec_', 'whsec_c2hvcnQ=', 'not base64 !'])
      expect(isWebhookSecret(bad), bad).to.equal(false);
  });
  it('accepts what it signed, and nothing with one bit changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), (bytes, position) => {
        const signed = Buffer.from(bytes);
        const headers = signWebhook([secret], id, at, signed);
        expect(isAccepted({ ...delivery(headers), body: signed })).to.equal(true);
        const changed = Buffer.from(signed);
        const index = position % changed.length;
        changed[index] = (changed[index] ?? 0) ^ 1;
        expect(isAccepted({ ...delivery(headers), body: changed })).to.equal(false);
      }),
    );
  });
});
