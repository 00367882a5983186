import { type TelegramEvent, telegramCustomer, updateOf } from '../../../src/simulator/index.ts';
import { at, expectMeaning, later, type Meaning, read } from './fact-meaning.ts';

describe('people of Telegram', () => {
  const ana = { id: 7_000_000_001, firstName: 'Ana', lastName: 'Abreu', username: 'ana' };
  const customer = telegramCustomer;
  const common = { messageId: 12, at };
  const message = { kind: 'message', direction: 'inbound', externalId: '7000000001:12', at };
  const text = customer.inboundText(ana, 'Olá', common);
  const group = { id: -42, type: 'group', title: 'Neighbours' } as const;
  const table: readonly [string, TelegramEvent<object>, Meaning][] = [
    [
      'write',
      text,
      {
        ...message,
        'content.text': 'Olá',
        'contact.name': 'Ana Abreu',
        'contact.aliases': [{ kind: 'telegram_id', value: '7000000001' }],
      },
    ],
    [
      'write in a group',
      customer.inboundText(ana, 'Olá', { ...common, chat: group }),
      { externalId: '-42:12', 'contact.name': 'Neighbours', 'content.metadata.sender.name': 'Ana Abreu' },
    ],
    [
      'answer a message',
      customer.inboundText(ana, 'Yes', { ...common, replyTo: 11 }),
      { ...message, replyToExternalId: '7000000001:11' },
    ],
    [
      'send a picture of an album',
      customer.inboundFile(
        ana,
        { type: 'photo', fileId: 'p1', caption: 'Look' },
        { ...common, albumId: '9' },
      ),
      {
        ...message,
        'content.text': 'Look',
        'content.media': [{ type: 'image', id: 'p1', mimeType: 'image/jpeg' }],
        'content.metadata.album': '9',
      },
    ],
    [
      'speak',
      customer.inboundFile(ana, { type: 'voice', fileId: 'v1', mimeType: 'audio/ogg', size: 9 }, common),
      {
        ...message,
        'content.media': [{ type: 'audio', id: 'v1', mimeType: 'audio/ogg', size: 9, voice: true }],
      },
    ],
    [
      'send a place',
      customer.inboundLocation(ana, { latitude: 1.5, longitude: 2.5 }, common),
      { ...message, 'content.metadata.location': { latitude: 1.5, longitude: 2.5 } },
    ],
    [
      'send their own card',
      customer.inboundOwnContact(ana, '351910000001', common),
      { ...message, 'contact.phone': '+351910000001' },
    ],
    [
      'edit',
      customer.inboundEdit(text, { text: 'Olé' }, later),
      { kind: 'edit', targetExternalId: '7000000001:12', 'content.text': 'Olé', at: later },
    ],
    [
      'tap a button',
      customer.inboundTap(
        ana,
        { ...text.value, reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] } },
        'yes',
        '77001',
      ),
      {
        externalId: 'callback:77001',
        replyToExternalId: '7000000001:12',
        'content.metadata.interactive': { id: 'yes', title: 'Yes' },
      },
    ],
    [
      'react',
      customer.inboundReaction(ana, 12, '🔥', { at }),
      { kind: 'reaction', targetExternalId: '7000000001:12', emoji: '🔥' },
    ],
    ['take a reaction back', customer.inboundReaction(ana, 12, undefined, { at }), { emoji: '' }],
    ['block the bot', customer.blockChange(ana, true, at), { kind: 'reach', isReachable: false }],
    ['unblock it', customer.blockChange(ana, false, at), { kind: 'reach', isReachable: true }],
  ];
  for (const [name, event, meaning] of table)
    it(name, () => expectMeaning(read('telegram', updateOf(500_001, event)), meaning));
});
