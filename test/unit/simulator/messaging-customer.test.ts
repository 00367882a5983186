import { expect } from 'chai';
import {
  type MessagingEvent,
  type MessagingObject,
  messagingBody,
  messagingCustomer,
} from '../../../src/simulator/index.ts';
import { at, expectMeaning, fileUrl as file, later, type Meaning, read } from './fact-meaning.ts';
import { adapterOf } from './platform-samples.ts';

describe('people of Messenger and Instagram', () => {
  const person = '25990000000000001';
  const customer = messagingCustomer;
  const readOf = (event: MessagingEvent, object: MessagingObject = 'page') =>
    read(
      object === 'page' ? 'facebook' : 'instagram',
      messagingBody(object, { id: '66001', events: [event] }),
    );
  const common = { mid: 'm_1', at };
  const message = { kind: 'message', accountId: '66001', direction: 'inbound', externalId: 'm_1', at };
  const table: readonly [string, MessagingEvent, Meaning][] = [
    ['write', customer.inboundText(person, 'Olá', common), { ...message, 'content.text': 'Olá' }],
    [
      'answer a message',
      customer.inboundText(person, 'Yes', { ...common, replyTo: 'm_0' }),
      { ...message, replyToExternalId: 'm_0' },
    ],
    [
      'send pictures',
      customer.inboundFiles(
        person,
        [
          { type: 'image', url: file },
          { type: 'image', url: file },
        ],
        common,
      ),
      {
        ...message,
        'content.media': [
          { type: 'image', url: file },
          { type: 'image', url: file },
        ],
      },
    ],
    [
      'send a place',
      customer.inboundLocation(person, { latitude: 1.5, longitude: 2.5, title: 'Here' }, common),
      { ...message, 'content.metadata.location': { latitude: 1.5, longitude: 2.5, name: 'Here' } },
    ],
    [
      'tap an answer',
      customer.inboundQuickReply(person, { title: 'Red', payload: 'red' }, common),
      { ...message, 'content.type': 'interactive', 'content.metadata.interactive.id': 'red' },
    ],
    [
      'tap a button',
      customer.inboundPostback(person, { title: 'Hours', payload: 'HOURS' }, common),
      { ...message, 'content.type': 'interactive', 'content.text': 'Hours' },
    ],
    [
      'mention the account in a story',
      customer.inboundStoryMention(person, file, common),
      { ...message, 'content.type': 'story', 'content.metadata.story': { url: file, isMention: true } },
    ],
    [
      'answer a story',
      customer.inboundStoryReply(person, 'Nice', { id: 's1', url: file }, common),
      { ...message, 'content.metadata.story': { id: 's1', url: file } },
    ],
    [
      'react',
      customer.inboundReaction(person, 'm_0', '🔥', at),
      { kind: 'reaction', targetExternalId: 'm_0', emoji: '🔥' },
    ],
    [
      'take a reaction back',
      customer.inboundReaction(person, 'm_0', undefined, at),
      { kind: 'reaction', targetExternalId: 'm_0', emoji: '' },
    ],
    [
      'edit',
      customer.inboundEdit(person, 'm_0', 'New', { at: later }),
      { kind: 'edit', targetExternalId: 'm_0', 'content.text': 'New', at: later },
    ],
    ['take back', customer.inboundUnsend(person, 'm_0', at), { kind: 'revoke', targetExternalId: 'm_0' }],
    [
      'are written to by another program',
      customer.businessEcho(person, { text: 'Beep', metadata: 'theirs' }, common),
      { ...message, direction: 'outbound', correlator: 'theirs', 'contact.aliases[0].value': person },
    ],
    [
      'have read all until then',
      customer.readUpTo(person, at),
      { kind: 'watermark', status: 'read', upTo: at, 'contact.aliases[0].value': person },
    ],
    [
      'have seen one message',
      customer.seen(person, 'm_9', at),
      { kind: 'receipt', status: 'read', externalId: 'm_9' },
    ],
    [
      'have been delivered all until then',
      customer.delivered(person, at),
      { kind: 'watermark', status: 'delivered', upTo: at },
    ],
  ];
  for (const [name, event, meaning] of table) it(name, () => expectMeaning(readOf(event), meaning));

  it('are told apart by platform', () => {
    const event = customer.inboundText(person, 'Olá');
    expectMeaning(readOf(event), { 'contact.aliases': [{ kind: 'psid', value: person }] });
    expectMeaning(readOf(event, 'instagram'), { 'contact.aliases': [{ kind: 'igsid', value: person }] });
  });
  it('may write to two pages of one app', () => {
    const entries = ['1', '2'].map(id => ({ id, events: [customer.inboundText(person, id)] }));
    const parts = adapterOf('facebook').split?.(messagingBody('page', ...entries));
    expect(parts?.map(({ accountId }) => accountId)).to.deep.equal(['1', '2']);
  });
});
