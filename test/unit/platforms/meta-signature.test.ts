import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { ForgedDelivery, type RawDelivery } from '../../../src/platforms/adapter.ts';
import { answerMetaHandshake, verifyMetaSignature } from '../../../src/platforms/meta/meta-signature.ts';

const body = Buffer.from('{"a": 1}');
const hmac = (secret: string, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(body).digest('hex');
function delivery(change: Partial<RawDelivery> = {}): RawDelivery {
  return {
    method: 'POST',
    publicUrl: 'https://example.test/webhooks/whatsapp/t',
    headers: { 'x-hub-signature-256': `sha256=${hmac('right')}` },
    body,
    receivedAt: new Date(0),
    ...change,
  };
}

describe('verifyMetaSignature', () => {
  it('accepts any of the secrets', () => {
    verifyMetaSignature(delivery(), { signingSecrets: ['right'] });
    verifyMetaSignature(delivery(), { signingSecrets: ['new', 'right'] });
  });
  it('refuses without a usable secret', () => {
    for (const signingSecrets of [[], [''], ['wrong']])
      expect(() => verifyMetaSignature(delivery(), { signingSecrets })).to.throw(ForgedDelivery);
    const empty = delivery({ headers: { 'x-hub-signature-256': `sha256=${hmac('')}` } });
    expect(() => verifyMetaSignature(empty, { signingSecrets: [''] })).to.throw(ForgedDelivery);
  });
  const headers: Record<string, string | undefined> = {
    missing: undefined,
    empty: '',
    'the secret itself': 'right',
    'only the prefix': 'sha256=',
    'without prefix': hmac('right'),
    'with another algorithm': `sha512=${hmac('right', 'sha512')}`,
    'with SHA-1': `sha1=${hmac('right', 'sha1')}`,
    truncated: `sha256=${hmac('right').slice(0, -2)}`,
    'too long': `sha256=${hmac('right')}00`,
    'not hexadecimal': `sha256=${'g'.repeat(64)}`,
    'joined with another': `sha256=${hmac('right')}, sha256=${hmac('right')}`,
    'with a line end': `sha256=${hmac('right')}\n`,
  };
  for (const [name, header] of Object.entries(headers))
    it(`refuses a header ${name}`, () => {
      const forged = delivery({ headers: { 'x-hub-signature-256': header } });
      expect(() => verifyMetaSignature(forged, { signingSecrets: ['right'] })).to.throw(ForgedDelivery);
    });
});

describe('answerMetaHandshake', () => {
  const credentials = { signingSecrets: [], verifyToken: 'to ken+é' };
  const get = (query: Record<string, string>) =>
    delivery({ method: 'GET', publicUrl: `https://example.test/w?${new URLSearchParams(query)}` });
  const good = { 'hub.mode': 'subscribe', 'hub.verify_token': 'to ken+é', 'hub.challenge': '1158201444' };

  it('gives the challenge back as plain text', () => {
    expect(answerMetaHandshake(get(good), credentials)).to.deep.equal({
      status: 200,
      contentType: 'text/plain',
      body: '1158201444',
    });
  });
  const refused: Record<string, Record<string, string>> = {
    'a wrong token': { ...good, 'hub.verify_token': 'to ken' },
    'an empty token': { ...good, 'hub.verify_token': '' },
    'another mode': { ...good, 'hub.mode': 'unsubscribe' },
    'a script as challenge': { ...good, 'hub.challenge': '<script>' },
    'a long challenge': { ...good, 'hub.challenge': '1'.repeat(21) },
    'no challenge': { 'hub.mode': 'subscribe', 'hub.verify_token': 'to ken+é' },
  };
  for (const [name, query] of Object.entries(refused))
    it(`answers 403 to ${name}`, () => {
      expect(answerMetaHandshake(get(query), credentials)?.status).to.equal(403);
    });
  it('answers 403 when there is no token to compare with', () => {
    expect(
      answerMetaHandshake(get({ ...good, 'hub.verify_token': '' }), { signingSecrets: [] })?.status,
    ).to.equal(403);
  });
  it('leaves other requests alone', () => {
    expect(answerMetaHandshake(get({}), credentials)).to.equal(undefined);
    expect(answerMetaHandshake(delivery(), credentials)).to.equal(undefined);
  });
});
