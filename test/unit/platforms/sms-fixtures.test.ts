import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { smsAdapter } from '../../../src/platforms/sms/index.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const form = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString());
const message = { AccountSid: 'AC1', MessageSid: 'SM1', From: '+351910000002', Body: 'hi' };

describe('SMS fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('sms').map(({ name }) => Number(name.slice(0, 2)));
    expect(numbers).to.include.members([35, 40]);
  });
  testGoldenCases('sms', smsAdapter.parse);

  it('refuses what names no account or no message', () => {
    for (const name of ['AccountSid', 'MessageSid'])
      for (const value of ['', ' ', 'x'.repeat(600)])
        expect(() => smsAdapter.parse(form({ ...message, [name]: value }), receivedAt)).to.throw(
          UnreadableDelivery,
        );
    const odd = Buffer.from(form(message).toString().replace('AccountSid', 'Account%00Sid'));
    expect(() => smsAdapter.parse(odd, receivedAt)).to.throw(UnreadableDelivery);
  });
  it('names the account that a body speaks for, and owns its own', () => {
    const body = form(message);
    expect(smsAdapter.split?.(body)).to.deep.equal([{ accountId: 'AC1', body }]);
    const settings = { accountSid: 'AC1', authToken: 't', from: '+351210000001' };
    expect(smsAdapter.credentials(settings)).to.deep.equal({ signingSecrets: ['t'], ownsAccounts: ['AC1'] });
    expect(smsAdapter.accountId(settings)).to.equal('AC1:+351210000001');
  });
  it('has one key for a message, and one for each status of one', () => {
    const keyOf = (body: Buffer) =>
      smsAdapter.deliveryKey({ method: 'POST', publicUrl: '', headers: {}, body, receivedAt });
    const keys = [
      form(message),
      form({ ...message, MessageSid: 'SM2' }),
      form({ ...message, MessageStatus: 'sent' }),
      form({ ...message, MessageStatus: 'delivered' }),
      Buffer.from('a=1'),
      Buffer.from('a=2'),
    ].map(keyOf);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(keyOf(form({ ...message, SmsStatus: 'received', Extra: '1' }))).to.equal(keys[0]);
    expect(keyOf(form({ Extra: '1', ...message, MessageStatus: 'sent' }))).to.equal(keys[2]);
  });
  it('knows a Brazilian of WhatsApp with and without the 9, and a number of the telephone only as it is', () => {
    const formsOf = (kind: string, value: string) =>
      smsAdapter.equivalents?.({ kind, value }).map(alias => alias.value);
    expect(formsOf('wa_id', '5511987654321')).to.deep.equal(['5511987654321', '551187654321']);
    expect(formsOf('phone', '+5511987654321')).to.deep.equal(['+5511987654321']);
  });
});
