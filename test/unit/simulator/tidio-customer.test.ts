import { expect } from 'chai';
import { type TidioEvent, tidioBody, tidioCustomer } from '../../../src/simulator/index.ts';
import { at, expectMeaning, fileUrl as file, type Meaning, read } from './fact-meaning.ts';
import { adapterOf } from './platform-samples.ts';

describe('contacts of Tidio', () => {
  const contact = { id: '147ae37d-43bc-42a6-bc7b-c10d1525a2f7', firstName: 'Ana', lastName: 'Reis' };
  const customer = tidioCustomer;
  const common = { messageId: '01K1', webhookId: 'w1', at };
  const ticket = { id: 10021, subject: 'Parcel' };
  const table: readonly [string, TidioEvent, Meaning][] = [
    [
      'write in the chat',
      customer.inboundChat(contact, 'Olá', common),
      { kind: 'pull', what: `contact:${contact.id}`, accountId: 'pk1' },
    ],
    [
      'open a ticket',
      customer.inboundTicket(contact, ticket, 'Where is it?', common),
      { kind: 'pull', what: 'ticket:10021' },
    ],
    [
      'answer in a ticket',
      customer.inboundTicketReply(contact, ticket, 'Thanks', { ...common, attachments: [file] }),
      {
        kind: 'message',
        direction: 'inbound',
        externalId: '01K1',
        threadKey: '10021',
        at,
        'content.text': 'Thanks',
        'content.media': [{ type: 'image', url: file, filename: 'lamp.jpg' }],
        'contact.aliases': [{ kind: 'tidio_contact', value: contact.id }],
      },
    ],
    [
      'are answered in Tidio',
      customer.operatorReply(contact, ticket, 'op-1', 'On its way', common),
      { direction: 'outbound', 'content.text': 'On its way', 'content.metadata.sender': { id: 'op-1' } },
    ],
  ];
  for (const [name, event, meaning] of table)
    it(name, () => {
      const body = tidioBody('pk1', event);
      expectMeaning(read('tidio', body), meaning);
      // One ring is one delivery.
      expect(adapterOf('tidio').deliveryKey({ ...delivery, body })).to.equal('tidio:w1');
    });
  const delivery = { method: 'POST', publicUrl: '', headers: {}, receivedAt: at };
});
