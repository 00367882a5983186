import { createHmac } from 'node:crypto';
import { formBodies } from '../form-mutations.ts';
import { type AdapterSample, goldenBodies, signedDelivery } from './adapter-sample.ts';

const url = 'https://example.test/webhooks/sms/token';

/** As Twilio signs: the address, then every name with its values, sorted, each value once. */
function signature(body: Buffer, secret: string): string {
  const pairs = [...new URLSearchParams(body.toString())].map(([name, value]) => ({ name, value }));
  const unique = new Map(pairs.map(pair => [`${pair.name}\n${pair.value}`, pair]));
  const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  const sorted = [...unique.values()].sort(
    (one, other) => order(one.name, other.name) || order(one.value, other.value),
  );
  const content = sorted.map(({ name, value }) => name + value).join('');
  return createHmac('sha1', secret)
    .update(url + content)
    .digest('base64');
}

export const smsSample: AdapterSample = {
  settings: {
    accountSid: 'AC00000000000000000000000000000001',
    authToken: 'auth-token-a',
    from: '+351210000001',
  },
  foreignSettings: {
    accountSid: 'AC00000000000000000000000000000009',
    authToken: 'auth-token-b',
    from: '+351210000009',
  },
  bodies: goldenBodies('sms'),
  format: formBodies,
  sign: (body, secret) => signedDelivery('sms', body, { 'x-twilio-signature': signature(body, secret) }),
  proofHeader: 'x-twilio-signature',
  isStrict: false,
  to: [{ kind: 'phone', value: '+351910000002' }],
  answers: [{ path: /\/Messages\.json$/, body: { sid: 'SM1', status: 'queued' } }],
};
