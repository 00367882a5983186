import { expect } from 'chai';
import type { InboundFact } from '../../../src/platforms/inbound-fact.ts';
import { inboundForm, statusForm, type TwilioEvent, twilioCustomer } from '../../../src/simulator/index.ts';
import { at, expectMeaning, fileUrl as file, type Meaning, read } from './fact-meaning.ts';
import { adapterOf } from './platform-samples.ts';

describe('people of Twilio', () => {
  const phone = '+351910000002';
  const whatsapp = `whatsapp:${phone}`;
  const account = { accountSid: `AC${'a'.repeat(32)}`, to: '+351210000001' };
  const customer = twilioCustomer;
  const common = { sid: 'SM1' };
  const message = { kind: 'message', direction: 'inbound', externalId: 'SM1', accountId: account.accountSid };
  const table: readonly [string, TwilioEvent, Meaning][] = [
    [
      'write',
      customer.inboundText(phone, 'Olá & +1', common),
      { ...message, 'content.text': 'Olá & +1', 'contact.phone': phone },
    ],
    [
      'send pictures with words',
      customer.inboundFiles(phone, [{ url: file, mimeType: 'image/jpeg' }], 'Look', common),
      {
        ...message,
        'content.text': 'Look',
        'content.media': [{ type: 'image', url: file, mimeType: 'image/jpeg' }],
      },
    ],
    [
      'send a place',
      customer.inboundLocation(whatsapp, { latitude: 1.5, longitude: 2.5, name: 'Here' }, common),
      { ...message, 'content.metadata.location': { latitude: 1.5, longitude: 2.5, name: 'Here' } },
    ],
    [
      'tap a button, as an answer',
      customer.inboundButton(whatsapp, { payload: 'yes', text: 'Yes' }, { ...common, replyTo: 'SM0' }),
      { ...message, replyToExternalId: 'SM0', 'content.metadata.interactive.id': 'yes' },
    ],
  ];
  for (const [name, event, meaning] of table)
    it(name, () => expectMeaning(read('sms', inboundForm(account, event)), meaning));

  it('opt out and in', () => {
    for (const [word, isReachable] of [
      ['STOP', false],
      ['START', true],
    ] as const) {
      const facts = adapterOf('sms').parse(
        inboundForm(account, customer.inboundOptOut(phone, word, common)),
        at,
      );
      expect(facts.map(({ kind }) => kind)).to.deep.equal(['message', 'reach']);
      expectMeaning(facts[1] as InboundFact, { isReachable });
    }
  });
  it('get messages, or do not', () => {
    const sent = { accountSid: account.accountSid, sid: 'SM9', from: account.to, to: phone };
    expectMeaning(read('sms', statusForm(sent, 'delivered')), { status: 'delivered', externalId: 'SM9' });
    expectMeaning(read('sms', statusForm(sent, 'undelivered', 30003)), {
      status: 'failed',
      'fault.code': '30003',
    });
    expect(adapterOf('sms').parse(statusForm(sent, 'queued'), at)).to.deep.equal([]);
  });
});
