import { type CrispEvent, crispBody, crispCustomer } from '../../../src/simulator/index.ts';
import { at, expectMeaning, fileUrl as file, later, type Meaning, read } from './fact-meaning.ts';

describe('visitors of Crisp', () => {
  const visitor = { sessionId: 'session_ab12', nickname: 'Ana' };
  const customer = crispCustomer;
  const common = { fingerprint: 179000000012345, at };
  const id = 'session_ab12:179000000012345';
  const message = { kind: 'message', direction: 'inbound', externalId: id, at, accountId: 'w-1' };
  const question = {
    fingerprint: 179000000012345,
    content: {
      id: 'q',
      text: 'Which?',
      choices: [
        { value: 'red', label: 'Red' },
        { value: 'blue', label: 'Blue' },
      ],
    },
  };
  const table: readonly [string, CrispEvent, Meaning][] = [
    [
      'write',
      customer.inboundText(visitor, 'Olá', common),
      { ...message, 'content.text': 'Olá', 'contact.name': 'Ana' },
    ],
    [
      'send a file',
      customer.inboundFile(visitor, { name: 'lamp.jpg', url: file, mimeType: 'image/jpeg' }, common),
      {
        ...message,
        'content.media': [{ type: 'image', url: file, mimeType: 'image/jpeg', filename: 'lamp.jpg' }],
      },
    ],
    [
      'choose an answer',
      customer.inboundChoice(visitor, question, 'blue', at),
      {
        kind: 'message',
        replyToExternalId: id,
        'content.metadata.interactive': { id: 'blue', title: 'Blue' },
      },
    ],
    [
      'edit',
      customer.inboundEdit(visitor, common.fingerprint, 'Olé', later),
      { kind: 'edit', targetExternalId: id, 'content.text': 'Olé', at: later },
    ],
    [
      'delete',
      customer.inboundRemoval(visitor, common.fingerprint, at),
      { kind: 'revoke', targetExternalId: id },
    ],
    [
      'are written to',
      customer.operatorMessage(
        visitor,
        { type: 'text', content: 'Bom dia', properties: { concierge_id: '7.c0ffee' } },
        common,
      ),
      { ...message, direction: 'outbound', correlator: '7.c0ffee', 'content.text': 'Bom dia' },
    ],
    [
      'have read',
      customer.acknowledged(visitor, 'read', [common.fingerprint], at),
      { kind: 'receipt', status: 'read', externalId: id },
    ],
    [
      'have got',
      customer.acknowledged(visitor, 'delivered', [common.fingerprint], at),
      { kind: 'receipt', status: 'delivered', externalId: id },
    ],
    ['are blocked', customer.blockChange(visitor, true, at), { kind: 'reach', isReachable: false }],
  ];
  for (const [name, event, meaning] of table)
    it(name, () => expectMeaning(read('crisp', crispBody('w-1', event)), meaning));
});
