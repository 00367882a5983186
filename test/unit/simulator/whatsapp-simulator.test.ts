import { expect } from 'chai';
import { NotFound } from '../../../src/kit/errors.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import {
  type Autopilot,
  inboundFile,
  inboundReaction,
  type ThreadItem,
  WhatsAppSimulator,
} from '../../../src/simulator/index.ts';
import {
  accountFor,
  io,
  quickRetry,
  rejection,
  settings,
  textTo,
  WebhookReceiver,
} from './webhook-receiver.ts';

const rui = { waId: '551187654321', name: 'Rui P', otherNumbers: ['5511987654321'] };
const ana = { waId: '351910000003', name: 'Ana', userId: 'PT.7' };

describe('WhatsAppSimulator', () => {
  let receiver: WebhookReceiver;
  let simulator: WhatsAppSimulator;
  let baseUrl: string;
  const begin = async (autopilot: Autopilot) => {
    simulator = new WhatsAppSimulator({
      accounts: [accountFor(receiver)],
      customers: [rui, ana],
      autopilot,
      answerAfterMs: 20,
      webhookRetry: quickRetry,
    });
    baseUrl = await simulator.provider.start();
  };
  const send = (message: Parameters<NonNullable<typeof whatsappAdapter.send>>[0]) =>
    whatsappAdapter.send?.(message, settings, io(baseUrl));
  const phone = (waId: string) =>
    simulator.thread(waId).map(({ direction, text, status }) => [direction, text, status]);
  beforeEach(async () => {
    receiver = new WebhookReceiver();
    await receiver.start();
  });
  afterEach(async () => {
    await simulator.provider.stop();
    await receiver.stop();
  });

  it('shows a chat as the phone does', async () => {
    await begin('off');
    receiver.script.push(500);
    const { id, posts } = simulator.say(rui.waId, 'Olá');
    expect(phone(rui.waId)).to.deep.equal([['in', 'Olá', 'sent']]);
    await posts;
    expect(phone(rui.waId)).to.deep.equal([['in', 'Olá', 'delivered']]);
    await whatsappAdapter.showSign?.('read', { to: [], externalId: id }, settings, io(baseUrl));
    await send(textTo(rui.otherNumbers[0] ?? '', 'Bom dia'));
    const template = {
      type: 'template',
      name: 'hello',
      language: 'pt_PT',
      variables: ['Rui', '$&'],
    } as const;
    await send({ ...textTo(rui.waId), content: template });
    const reaction = { type: 'reaction', targetExternalId: id, emoji: '👍' } as const;
    await send({ ...textTo(rui.waId), content: reaction });
    expect(phone(rui.waId)).to.deep.equal([
      ['in', 'Olá', 'read'],
      ['out', 'Bom dia', 'sent'],
      ['out', 'Olá Rui, a encomenda $& chegou.', 'sent'],
    ]);
    expect(phone(ana.waId)).to.deep.equal([]);
  });
  it('sends what else a phone sends', async () => {
    await begin('off');
    const person = simulator.person(ana.waId);
    expect(person).to.deep.equal({ waId: ana.waId, name: 'Ana', userId: 'PT.7' });
    const file = simulator.provider.addFile('770022', 'image/png', Buffer.from('x'));
    await simulator.send(
      ana.waId,
      inboundFile(person, { type: 'image', id: file.id, mimeType: 'image/png', caption: 'look' }),
    ).posts;
    await simulator.send(ana.waId, inboundReaction(person, 'wamid.0', '👍')).posts;
    expect(phone(ana.waId)).to.deep.equal([['in', '[image] look', 'delivered']]);
    expect(receiver.facts.map(({ kind }) => kind)).to.deep.equal(['message', 'reaction']);
  });
  it('marks all unread messages as read, once', async () => {
    await begin('receipts');
    await simulator.say(ana.waId, 'hi').posts;
    for (const correlator of ['c-1', 'c-2']) await send(textTo(ana.waId, 'Hello', correlator));
    await simulator.whenIdle();
    expect(phone(ana.waId).slice(1)).to.deep.equal([
      ['out', 'Hello', 'delivered'],
      ['out', 'Hello', 'delivered'],
    ]);
    expect(await simulator.read(ana.waId)).to.have.length(2);
    expect(await simulator.read(ana.waId)).to.have.length(0);
    const read = receiver.facts.filter(fact => fact.kind === 'receipt' && fact.status === 'read');
    expect(read.map(fact => fact.kind === 'receipt' && fact.correlator).sort()).to.deep.equal(['c-1', 'c-2']);
    expect(phone(ana.waId).at(-1)).to.deep.equal(['out', 'Hello', 'read']);
  });
  it('chatty customers read and answer, but not for ever', async () => {
    await begin('chatty');
    await simulator.say(ana.waId, 'hi').posts;
    for (let round = 1; round <= 4; round += 1) {
      await send(textTo(ana.waId, 'What is your order number?'));
      await simulator.whenIdle();
    }
    const lines = phone(ana.waId);
    const order = 'It is order 20418, from last Tuesday.';
    expect(lines.filter(([direction]) => direction === 'in').map(([, text]) => text)).to.deep.equal([
      'hi',
      order,
      order,
      order,
    ]);
    expect(lines.at(-1)).to.deep.equal(['out', 'What is your order number?', 'read']);
  });
  it('puts an earlier chat back', async () => {
    await begin('off');
    const line = (id: string, direction: 'in' | 'out', at: Date): ThreadItem => ({
      id,
      direction,
      text: id,
      status: 'read',
      at,
    });
    simulator.restore(ana.waId, [line('wamid.1', 'in', new Date()), line('wamid.2', 'out', new Date())]);
    simulator.restore(rui.waId, [line('wamid.3', 'in', new Date(0))]);
    await send({ ...textTo(ana.waId), replyToExternalId: 'wamid.2' });
    expect(await rejection(send(textTo(rui.waId)))).to.include({ scope: 'window' });
    expect(phone(ana.waId)).to.have.length(3);
  });
  it('knows nobody else', async () => {
    await begin('off');
    expect(() => simulator.say('351999999999', 'hi')).to.throw(NotFound);
    expect(await rejection(send(textTo('351999999999')))).to.include({ code: '131026' });
  });
});
