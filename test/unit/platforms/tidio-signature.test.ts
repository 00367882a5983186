import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { ForgedDelivery, type RawDelivery } from '../../../src/platforms/adapter.ts';
import { verifyTidioSignature } from '../../../src/platforms/tidio/tidio-signature.ts';
import { goldenCases } from '../../support/golden-cases.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const now = receivedAt.getTime() / 1000;
const credentials = { signingSecrets: ['webhook-a'] };
const body = goldenCases('tidio').find(({ name }) => name.startsWith('32'))!.deliveries[0]!.body;

const signatureOf = (secret: string, at: number | string = now) =>
  createHmac('sha256', secret).update(`${body.toString()}_${at}`).digest('hex');
const delivery = (header: string | undefined): RawDelivery => ({
  method: 'POST',
  publicUrl: 'https://example.test/webhooks/tidio/token',
  headers: { 'x-tidio-signature': header },
  body,
  receivedAt,
});
const verify = (header: string | undefined, given = credentials) =>
  verifyTidioSignature(delivery(header), given);
const isForged = (header: string | undefined, given = credentials) =>
  expect(() => verify(header, given), header).to.throw(ForgedDelivery);

describe('The signature of a Tidio webhook', () => {
  const right = signatureOf('webhook-a');
  const other = signatureOf('webhook-new');

  it('fits when one of those that it carries does: Tidio signs with the old and the new secret', () => {
    verify(`t=${now},s=${right}`);
    for (const signatures of [`s=${other},s=${right}`, `s=${right},s=${other}`]) {
      verify(`t=${now},${signatures}`);
      verify(`t=${now},${signatures}`, { signingSecrets: ['webhook-new'] });
      verify(`t=${now},${signatures}`, { signingSecrets: ['unknown', 'webhook-a'] });
    }
    isForged(`t=${now},s=${other}`);
    isForged(`t=${now},s=${right}`, { signingSecrets: [] });
    isForged(`t=${now},s=${signatureOf('')}`, { signingSecrets: [''] });
  });
  it('is of the time that it names', () => {
    isForged(`t=${now + 1},s=${right}`);
    isForged(`t=${now},s=${signatureOf('webhook-a', now + 1)}`);
  });
  it('may be six hours old, for Tidio tries again for almost five', () => {
    const hour = 3600;
    const at = (time: number) => `t=${time},s=${signatureOf('webhook-a', time)}`;
    for (const time of [now - 5 * hour, now + hour]) verify(at(time));
    for (const time of [now - 7 * hour, now + 7 * hour, 0]) isForged(at(time));
  });
  it('is refused in any other form', () => {
    const forms = [
      undefined,
      '',
      `s=${right}`,
      `t=${now}`,
      `t=${now},`,
      `t=${now},s=`,
      `t=soon,s=${signatureOf('webhook-a', 'soon')}`,
      `s=${right},t=${now}`,
      `t=${now},v1=${right}`,
      `t=${now},s=${right.toUpperCase()}`,
      `t=${now}, s=${right}`,
      `t=${now},s=${right},t=${now},s=${right}`,
      `t=${now}${`,s=${other}`.repeat(10)},s=${right}`,
    ];
    for (const form of forms) isForged(form);
  });
});
