import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { ForgedDelivery, type RawDelivery } from '../../../src/platforms/adapter.ts';
import { verifyTwilioSignature } from '../../../src/platforms/sms/sms-signature.ts';

const secret = '12345';
const delivery = (publicUrl: string, body: string | Buffer, signature: string): RawDelivery => ({
  method: 'POST',
  publicUrl,
  headers: { 'x-twilio-signature': signature },
  body: Buffer.from(body),
  receivedAt: new Date(),
});
const sign = (text: string, key = secret) => createHmac('sha1', key).update(text).digest('base64');
const isGood = (given: RawDelivery, secrets = [secret]) =>
  expect(() => verifyTwilioSignature(given, { signingSecrets: secrets })).not.to.throw();
const isForged = (given: RawDelivery, secrets = [secret]) =>
  expect(() => verifyTwilioSignature(given, { signingSecrets: secrets })).to.throw(ForgedDelivery);

describe("Twilio's signature", () => {
  it("fits the example of Twilio's documentation", () => {
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const body =
      'Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE';
    isGood(delivery(url, body, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='));
    isGood(delivery(url, body.split('&').reverse().join('&'), 'RSOYDt4T1cUTdK1PDd93/VVr8B8='));
    isForged(delivery(url.replace('foo=1', 'foo=2'), body, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='));
    isForged(delivery(url, body.replace('1234&', '1235&'), 'RSOYDt4T1cUTdK1PDd93/VVr8B8='));
  });
  it('takes values that come again once, and sorted', () => {
    const url = 'https://example.test/w';
    isGood(delivery(url, 'b=2&a=z&a=x&a=z&B=1', sign(`${url}B1axazb2`)));
    isForged(delivery(url, 'b=2&a=z&a=x&a=z&B=1', sign(`${url}B1azaxazb2`)));
  });
  it('is over what was meant, not over how it was escaped', () => {
    const url = 'https://example.test/w';
    isGood(delivery(url, 'a=caf%C3%A9+%2B', sign(`${url}acafé +`)));
    isGood(delivery(url, 'a=café%20%2B', sign(`${url}acafé +`)));
  });

  const ports: readonly (readonly [string, string, boolean])[] = [
    ['https://example.test/w?x=1', 'https://example.test:443/w?x=1', true],
    ['http://example.test/w', 'http://example.test:80/w', true],
    ['https://example.test:443/w', 'https://example.test/w', true],
    ['https://example.test:8443/w', 'https://example.test/w', true],
    ['https://example.test:8443/w', 'https://example.test:8443/w', true],
    ['https://[2001:db8::1]:8443/w', 'https://[2001:db8::1]/w', true],
    ['https://example.test/w', 'https://example.test:8443/w', false],
    ['https://example.test/w', 'http://example.test/w', false],
    ['https://example.test/w', 'https://example.test/W', false],
    ['https://example.test:443@evil.test/w', 'https://example.test/w', false],
  ];
  for (const [ours, signed, isFit] of ports)
    it(`over ${signed} ${isFit ? 'fits' : 'does not fit'} ${ours}`, () => {
      (isFit ? isGood : isForged)(delivery(ours, 'a=1', sign(`${signed}a1`)));
    });

  const queries: readonly (readonly [string, string, boolean])[] = [
    ['name=Ana+Sousa&to=%2B351', 'name=Ana%20Sousa&to=%2B351', true],
    ["name=O'Neil", 'name=O%27Neil', true],
    ['name=O%27Neil', "name=O'Neil", true],
    ['list=a,b&a=(1)', 'list=a%2Cb&a=(1)', true],
    ['a=1&b=2&a=3', 'a=1&a=3&b=2', true],
    ['a', 'a=', true],
    ['', '', true],
    ['a=1', 'a=2', false],
    ['a=1', 'a=1&b=2', false],
    ['a=1%26b=2', 'a=1&b=2', false],
  ];
  for (const [ours, signed, isFit] of queries)
    for (const port of ['', ':443'])
      it(`over ?${signed} ${isFit ? 'fits' : 'does not fit'} ?${ours}${port && ', with the port, too'}`, () => {
        const url = `https://example.test/w?${ours}`;
        const given = delivery(url, 'a=1', sign(`https://example.test${port}/w?${signed}a1`));
        (isFit ? isGood : isForged)(given);
      });

  describe('over a body that is no form', () => {
    const body = '{"event":"x"}';
    const hash = createHash('sha256').update(body).digest('hex');
    const url = `https://example.test/w?bodySHA256=${hash}`;
    it('is over the address, which holds the hash', () => {
      isGood(delivery(url, body, sign(url)));
      isGood(
        delivery(
          `https://example.test/w?y=1&bodySHA256=${hash}`,
          body,
          sign(`https://example.test/w?y=1&bodySHA256=${hash}`),
        ),
      );
    });
    it('does not fit another body, another hash, or none', () => {
      isForged(delivery(url, `${body} `, sign(url)));
      isForged(delivery(url, '', sign(url)));
      const other = `https://example.test/w?bodySHA256=${'0'.repeat(64)}`;
      isForged(delivery(other, body, sign(other)));
      const empty = 'https://example.test/w?bodySHA256=';
      isForged(delivery(empty, body, sign(empty)));
      isForged(delivery('https://example.test/w', body, sign('https://example.test/w')));
    });
  });

  it('is checked with every secret, and with none refused', () => {
    const url = 'https://example.test/w';
    const good = delivery(url, 'a=1', sign(`${url}a1`));
    isGood(good, ['other', secret]);
    for (const secrets of [[], [''], ['other']]) isForged(good, secrets);
    isForged(delivery(url, 'a=1', sign(`${url}a1`, '')), ['']);
  });
  it('refuses bodies that cannot be read', () => {
    const url = 'https://example.test/w';
    isForged(delivery(url, Buffer.from([0x61, 0x3d, 0xff]), sign(`${url}a\uFFFD`)));
    isForged(delivery(url, 'a=1&'.repeat(2000), sign(`${url}a1`)));
  });
});
