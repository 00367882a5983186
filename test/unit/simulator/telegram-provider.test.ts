import { expect } from 'chai';
import { MediaUnavailable } from '../../../src/platforms/adapter.ts';
import { type TelegramPerson, TelegramProvider, telegramCustomer } from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings, secretOf } from './platform-samples.ts';
import { messageTo, outboundFile } from './provider-rigs.ts';
import { io, quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

describe('TelegramProvider', () => {
  const adapter = adapterOf('telegram');
  const settings = channelSettings.telegram;
  const botId = '7100000001';
  const ana: TelegramPerson = { id: 7_000_000_001, firstName: 'Ana' };
  let receiver: WebhookReceiver;
  let provider: TelegramProvider;
  let apiUrl: string;
  beforeEach(async () => {
    receiver = new WebhookReceiver(adapter, secretOf('telegram'));
    await receiver.start();
    provider = new TelegramProvider({
      accounts: [{ botToken: settings.botToken }],
      webhookRetry: quickRetry,
      webhookTimeoutMs: 500,
    });
    apiUrl = await provider.start();
    await adapter.connect?.(settings, io(apiUrl), { url: `${receiver.url}/webhooks` });
  });
  afterEach(async () => {
    await provider.stop();
    await receiver.stop();
    expect(receiver.refusals).to.deep.equal([]);
  });
  const send = (...given: [Parameters<typeof messageTo>[1], Parameters<typeof messageTo>[2]?]) =>
    adapter.send?.(messageTo('telegram', ...given), settings, io(apiUrl));
  const texts = () => receiver.facts.map(fact => (fact.kind === 'message' ? fact.content.text : fact.kind));

  it('delivers where it was told to, with the secret that it was given', async () => {
    await provider.deliver(botId, [telegramCustomer.inboundText(ana, 'Hello?')]);
    expect(texts()).to.deep.equal(['Hello?']);
    const check = (url: string) => adapter.check?.(settings, io(apiUrl), { url });
    expect(await check(`${receiver.url}/webhooks`)).to.include({ health: 'ok', isSubscribed: true });
    expect(await check('https://elsewhere.example/')).to.include({ health: 'warning' });
    receiver.script.push(500);
    await provider.deliver(botId, [telegramCustomer.inboundText(ana, 'Again')]);
    const failed = await check(`${receiver.url}/webhooks`);
    expect(failed?.message).to.contain('Wrong response from the webhook: 500');
  });

  it('wants an address that the world can reach', async () => {
    const refused = await rejection(
      adapter.connect?.(settings, io(apiUrl), { url: 'http://inbox.example/webhooks' }),
    );
    expect(refused).to.include({ scope: 'account', code: 'bad_webhook' });
  });

  it('leaves out what the bot has not asked for', async () => {
    const bare = new TelegramProvider({
      accounts: [{ ...settings, webhookUrl: `${receiver.url}/webhooks` }],
      webhookRetry: quickRetry,
    });
    const reaction = telegramCustomer.inboundReaction(ana, 1, '🔥');
    expect(await bare.deliver(botId, [reaction])).to.deep.equal([]);
    await provider.deliver(botId, [reaction]);
    expect(texts()).to.deep.equal(['reaction']);
    await bare.stop();
  });

  it('keeps the order of a chat also when one update is refused for a while; another chat goes on', async () => {
    const rui = { id: 7_000_000_002, firstName: 'Rui' };
    receiver.script.push(503);
    const events = ['1', '2', '3'].map(text => telegramCustomer.inboundText(ana, text));
    await provider.deliver(botId, [...events, telegramCustomer.inboundText(rui, 'x')]);
    expect(texts().filter(text => text !== 'x' && text !== '1')).to.deep.equal(['2', '3']);
    expect(texts().indexOf('2')).to.be.greaterThan(texts().lastIndexOf('1'));
    const ids = receiver.deliveries.map(({ body }) => JSON.parse(body.toString()).update_id);
    expect(new Set(ids)).to.have.length(4);
  });

  it('shuffles and repeats when told', async () => {
    const events = Array.from({ length: 8 }, (_, index) => telegramCustomer.inboundText(ana, `${index}`));
    await provider.deliver(botId, events, { copies: 2, isShuffled: true });
    expect(texts()).to.have.length(16);
    expect(new Set(receiver.deliveries.map(adapter.deliveryKey))).to.have.length(8);
  });

  it('takes files, buttons and reactions', async () => {
    await send({ type: 'media', files: [outboundFile(Buffer.from('a lamp'), '')], text: 'Look' });
    await send({ type: 'buttons', text: 'Which?', choices: [{ id: 'red', title: 'Red' }] });
    await send({ type: 'reaction', targetExternalId: `${ana.id}:12`, emoji: '👍' });
    const [photo, question] = provider.accepted(botId);
    expect(photo).to.nested.include({ method: 'sendPhoto', 'file.filename': 'lamp.jpg' });
    expect(photo?.message.caption).to.equal('Look');
    expect(photo?.file?.bytes.toString()).to.equal('a lamp');
    expect(question?.message.reply_markup).to.deep.equal({
      inline_keyboard: [[{ text: 'Red', callback_data: 'red' }]],
    });
    expect(provider.calls(botId).at(-1)?.method).to.equal('setMessageReaction');
  });

  it('refuses what Telegram refuses', async () => {
    const choice = { id: 'x'.repeat(64), title: 'Long' };
    await send({ type: 'buttons', text: 'Which?', choices: [choice] });
    const table = [
      [send('x'.repeat(4097)), { code: 'too_long' }],
      [send(' '), { code: '400' }],
      [send('Hi', { to: [{ kind: 'telegram_id', value: 'x' }] }), { code: 'chat_not_found' }],
      [
        send({ type: 'reaction', targetExternalId: `${ana.id}:12`, emoji: '🦄' }),
        { code: 'reaction_refused' },
      ],
    ] as const;
    for (const [sending, properties] of table) expect(await rejection(sending)).to.include(properties);
    await provider.deliver(botId, [telegramCustomer.blockChange(ana, true)]);
    expect(await rejection(send('Hi'))).to.include({ code: 'blocked' });
    await provider.deliver(botId, [telegramCustomer.blockChange(ana, false)]);
    await send('Welcome back');
  });

  it('ends the wait of a tap as the answer to its update says', async () => {
    const { externalId } = (await send('Which?')) ?? { externalId: '' };
    const message = {
      message_id: Number(externalId.split(':')[1]),
      date: 1,
      chat: { id: ana.id, type: 'private' as const },
    };
    await provider.deliver(botId, [telegramCustomer.inboundTap(ana, message, 'red', '77001')]);
    expect(provider.calls(botId).at(-1)).to.deep.include({
      method: 'answerCallbackQuery',
      parameters: { callback_query_id: '77001' },
    });
  });

  it('gives files by links that hold the token', async () => {
    const id = provider.addFile(botId, Buffer.from('a voice'));
    const source = await adapter.locateMedia?.({ type: 'audio', id }, settings, io(apiUrl));
    expect(source?.size).to.equal(7);
    expect(await (await fetch(source?.url ?? '')).text()).to.equal('a voice');
    provider.failNext(botId, { kind: 'answer', status: 503, body: '', isAccepted: false }, 1, 'files');
    expect((await fetch(source?.url ?? '')).status).to.equal(503);
    const large = provider.addFile(botId, Buffer.alloc(20 * 1024 * 1024 + 1));
    for (const gone of ['nothing', large]) {
      const error = await rejection(adapter.locateMedia?.({ type: 'audio', id: gone }, settings, io(apiUrl)));
      expect(error).to.be.instanceOf(MediaUnavailable);
    }
    expect((await fetch(`${apiUrl}/file/bot7100000001:wrong/files/${id}`)).status).to.equal(401);
  });
});
