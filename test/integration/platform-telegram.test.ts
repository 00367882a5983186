import { expect } from 'chai';
import type { Conversation } from '../../src/contract/conversations.ts';
import { createLogger } from '../../src/observability/logger.ts';
import {
  signedByTelegram,
  type TelegramBot,
  TelegramProvider,
  telegramError,
  tooManyRequests,
} from '../../src/simulator/index.ts';
import { AgentClient } from '../support/agent-client.ts';
import { wholeContent } from '../support/database-content.ts';
import { ChannelDesk, everything, expectAllTold, expectForged, fetched } from '../support/platform-desk.ts';
import { type Product, startProduct } from '../support/product.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

describe('Telegram, from end to end', () => {
  const botId = '7100000001';
  const bot = { botToken: `${botId}:AAE-token-of-acme`, secretToken: 'secret-of-acme' };
  const otherBot = { botToken: '7100000002:AAE-token-of-globex', secretToken: 'secret-of-globex' };
  const provider = new TelegramProvider({ accounts: [bot, otherBot] });
  const logged: string[] = [];
  let product: Product;
  let desk: ChannelDesk;
  let other: ChannelDesk;

  before(async function () {
    this.timeout(60_000);
    await provider.start();
    product = await startProduct({ log: createLogger('trace', { write: line => void logged.push(line) }) });
    const connect = (
      tenant: Product['acme'],
      { botToken, secretToken }: Required<Pick<TelegramBot, 'botToken' | 'secretToken'>>,
    ) =>
      ChannelDesk.connect(
        product,
        tenant,
        'telegram',
        { botToken, secretToken, apiUrl: provider.url },
        signedByTelegram(secretToken),
      );
    [desk, other] = [await connect(product.acme, bot), await connect(product.globex, otherBot)];
  });
  after(async () => {
    await product?.close();
    await provider.stop();
  });
  afterEach(async () => {
    provider.behaveWell(botId);
    await desk.setActive(true);
    await expectAllTold([desk, other]);
  });

  let lastUpdate = 500_000;
  let lastMessage = 100;
  let lastPerson = 7_000_000_000;
  const now = () => Math.floor(Date.now() / 1000);
  const updateOf = (kind: string, value: object) =>
    Buffer.from(JSON.stringify({ update_id: ++lastUpdate, [kind]: value }));
  const newPerson = () => ({ id: ++lastPerson, is_bot: false, first_name: 'Ana', last_name: 'Abreu' });
  type Person = ReturnType<typeof newPerson>;
  const privateChat = ({ id, first_name }: Person) => ({ id, type: 'private', first_name });
  const newGroup = () => ({ id: -++lastPerson, type: 'group', title: 'Neighbours' });
  const messageBy = (from: Person, content: object, chat: { id: number } = privateChat(from)) => ({
    message_id: ++lastMessage,
    date: now(),
    chat,
    from,
    ...content,
  });
  const idOf = ({ chat, message_id }: { chat: { id: number }; message_id: number }) =>
    `${chat.id}:${message_id}`;
  /** Somebody who has just written for the first time, alone or in a group. */
  const newChat = async (chat?: { id: number }) => {
    const person = newPerson();
    const message = messageBy(person, { text: 'Hello?' }, chat);
    await desk.receive(updateOf('message', message));
    const { id: firstId, conversationId } = await desk.messageOf(idOf(message));
    return { person, chatId: String(message.chat.id), message, firstId, conversationId };
  };
  const provedBy = (secretToken: string) => signedByTelegram(secretToken)(Buffer.alloc(0), '');
  /** What was asked of this chat. */
  const callsTo = (chatId: string) =>
    provider.calls(botId).filter(({ parameters }) => String(parameters.chat_id) === chatId);
  const contents = async (conversationId: number) =>
    (await desk.thread(conversationId)).map(({ content }) => content);

  describe('at the door', () => {
    it('only what carries the bot’s own secret is taken', async () => {
      const body = updateOf('message', messageBy(newPerson(), { text: 'forged' }));
      const url = desk.webhookUrl;
      await expectForged(product, [
        { url, body, headers: {} },
        { url, body, headers: provedBy('') },
        { url, body, headers: provedBy(`${bot.secretToken}x`) },
        { url, body, headers: provedBy(bot.botToken) },
        { url, body, headers: provedBy(otherBot.secretToken) },
        { url: other.webhookUrl, body, headers: provedBy(bot.secretToken) },
      ]);
      expect(await desk.post(body)).to.deep.equal({ status: 200, contentType: null, body: '' });
    });

    it('a tap is answered with the end of its wait, and nothing else is answered at all', async () => {
      const { person, message } = await newChat();
      const tap = (id: string) =>
        updateOf('callback_query', { id, from: person, message, data: 'yes', chat_instance: '1' });
      const reply = await desk.post(tap('4382bfdwdsb323b2d9'));
      expect(reply).to.include({ status: 200, body: '' });
      expect(await desk.post(tap('438200000000001'))).to.deep.equal({
        status: 200,
        contentType: 'application/json; charset=utf-8',
        body: '{"method":"answerCallbackQuery","callback_query_id":"438200000000001"}',
      });
      for (const [kind, value] of [
        ['message', messageBy(person, { text: '{"method":"sendMessage"}', method: 'sendMessage' })],
        ['edited_message', { ...message, text: 'Hello!', edit_date: now() + 1 }],
        ['poll_answer', { poll_id: '1', user: person, option_ids: [0] }],
      ] as const)
        expect(await desk.post(updateOf(kind, value)), kind).to.include({ status: 200, body: '' });
    });

    it('an update that nobody can read is put aside, and the next of its chat comes through', async () => {
      const { person, conversationId } = await newChat();
      const truncated = updateOf('message', messageBy(person, { text: 'cut off' })).subarray(0, -2);
      const deep = Buffer.from(
        `{"update_id":${++lastUpdate},"message":${'['.repeat(9000)}${']'.repeat(9000)}}`,
      );
      for (const body of [truncated, deep, Buffer.from('[]')])
        expect(await desk.post(body)).to.include({ status: 200, body: '' });
      await desk.receive(updateOf('message', messageBy(person, { text: 'Behind them' })));
      expect(await contents(conversationId)).to.deep.equal(['Hello?', 'Behind them']);
      const parked = await desk.tenant.query(`SELECT error FROM inbound_deliveries WHERE state = 'parked'`);
      expect(parked).to.have.length(3);
      for (const { error } of parked) expect(error).to.be.a('string').and.not.equal('');
    });

    it('an update that comes again changes nothing', async () => {
      const body = updateOf('message', messageBy(newPerson(), { text: 'Once' }));
      await desk.receive(body);
      const before = await everything(product);
      await desk.receive(body);
      expect(await everything(product)).to.deep.equal(before);
    });
  });

  describe('what comes in', () => {
    it('a text is a conversation with a customer, and agents hear of it', async () => {
      const agent = await AgentClient.connect(product.url, product.acme.token);
      const { conversationId, firstId } = await newChat();
      const { body } = await desk.tenant.http<Conversation>('GET', `/conversations/${conversationId}`);
      expect(body).to.deep.include({ platform: 'telegram', unreadCount: 1, windowExpiresAt: null });
      expect(body.customer.name).to.equal('Ana Abreu');
      await agent.until('the agent hears it', client =>
        client.of('message.created').some(({ data }) => data.message.id === firstId),
      );
      agent.close();
    });

    it('an album is three messages in their order, and an edit changes one of them', async () => {
      const person = newPerson();
      const photos = ['one', 'two', 'three'].map(caption => {
        provider.addFile(botId, sampleFiles.zip, `photo-${caption}`);
        const photo = [
          { file_id: 'too-small', width: 90, height: 60 },
          { file_id: `photo-${caption}`, width: 900, height: 600 },
        ];
        return messageBy(person, { photo, caption, media_group_id: '1361' });
      });
      for (const photo of photos) await desk.post(updateOf('message', photo));
      await desk.tenant.applied();
      const { conversationId } = await desk.messageOf(idOf(photos[0] as (typeof photos)[0]));
      for (const photo of photos) await desk.withFiles(idOf(photo));
      const album = await desk.thread(conversationId);
      expect(album.map(({ content, metadata }) => [content, metadata.album])).to.deep.equal([
        ['one', '1361'],
        ['two', '1361'],
        ['three', '1361'],
      ]);
      expect(album.map(({ attachments }) => attachments.map(({ state }) => state))).to.deep.equal(
        Array(3).fill(['stored']),
      );
      await desk.receive(updateOf('edited_message', { ...photos[1], caption: 'TWO', edit_date: now() + 1 }));
      const edited = await desk.messageOf(idOf(photos[1] as (typeof photos)[0]));
      expect(edited.content).to.equal('TWO');
      expect(edited.editedAt).to.not.equal(null);
    });

    it('who blocks the bot, and takes it back, is told of in the thread', async () => {
      const { person, conversationId, chatId } = await newChat();
      const becomes = (status: string, before: string, at: number) =>
        updateOf('my_chat_member', {
          chat: privateChat(person),
          from: person,
          date: at,
          old_chat_member: { status: before },
          new_chat_member: { status },
        });
      await desk.receive(becomes('kicked', 'member', now()));
      provider.failNext(botId, telegramError(403, 'Forbidden: bot was blocked by the user'));
      const sent = await desk.send(conversationId, 'Are you there?');
      expect((await desk.becomes(sent, 'failed')).error).to.deep.equal({
        code: 'blocked',
        message: 'The customer has blocked the bot. They must unblock it before you can write to them.',
      });
      expect(callsTo(chatId)).to.have.length(1);
      await desk.receive(becomes('member', 'kicked', now() + 1));
      const lines = (await desk.thread(conversationId)).filter(({ type }) => type === 'system');
      expect(lines.map(({ content, sender, metadata }) => [content, sender, metadata.event])).to.deep.equal([
        ['The customer has blocked the bot: nothing can be sent until they unblock it.', null, 'reach'],
        ['The customer takes messages of the bot again.', null, 'reach'],
      ]);
    });

    it('a group that becomes a supergroup keeps its conversation, whoever tells of it first', async () => {
      const group = newGroup();
      const { person, conversationId } = await newChat(group);
      const moved = { id: -1_001_000_000_000 - ++lastPerson, type: 'supergroup', title: 'Neighbours' };
      await desk.receive(updateOf('message', messageBy(person, { migrate_to_chat_id: moved.id }, group)));
      await desk.receive(updateOf('message', messageBy(person, { migrate_from_chat_id: group.id }, moved)));
      await desk.receive(updateOf('message', messageBy(person, { text: 'Still us' }, moved)));
      await desk.becomes(await desk.send(conversationId, 'We know'), 'sent');
      expect(await contents(conversationId)).to.deep.equal(['Hello?', 'Still us', 'We know']);
      expect(callsTo(String(moved.id))).to.have.length(1);

      const another = newGroup();
      const chat = await newChat(another);
      const later = { ...moved, id: moved.id - 1 };
      const upgraded = 'Bad Request: group chat was upgraded to a supergroup chat';
      provider.failNext(botId, telegramError(400, upgraded, { migrate_to_chat_id: later.id }));
      await desk.becomes(await desk.send(chat.conversationId, 'Is anybody here?'), 'sent');
      expect(callsTo(chat.chatId)).to.have.length(1);
      expect(callsTo(String(later.id))).to.have.length(1);
      await desk.receive(updateOf('message', messageBy(chat.person, { text: 'In here' }, later)));
      expect(await contents(chat.conversationId)).to.have.members(['Hello?', 'Is anybody here?', 'In here']);
    });

    it('a voice message is fetched, and the bot’s token is kept out of everything', async () => {
      const { person, conversationId } = await newChat();
      provider.addFile(botId, sampleFiles.voice, 'voice-1');
      provider.failNext(botId, { kind: 'reset', isAccepted: false }, 1, 'files');
      const voice = { file_id: 'voice-1', mime_type: 'audio/ogg', file_size: sampleFiles.voice.length };
      const message = messageBy(person, { voice });
      await desk.receive(updateOf('message', message));
      await until('the first try has failed', async () => {
        const hurried = await desk.tenant.query(
          `UPDATE message_attachments SET next_attempt_at = now()
           WHERE state = 'waiting' AND attempts = 1 AND claimed_until IS NULL RETURNING id`,
        );
        return hurried.length > 0;
      });
      expect(logged.join('')).to.contain('a file was not fetched yet');
      await product.process.workers?.lanes.files.visited(desk.tenant.tenant.id);
      const { attachments } = await desk.withFiles(idOf(message));
      expect(attachments[0]).to.include({ type: 'audio', isVoice: true, state: 'stored' });
      expect((await fetched(attachments[0]?.url ?? null)).bytes.equals(sampleFiles.voice)).to.equal(true);

      for (const fault of [
        { kind: 'reset', isAccepted: false },
        { kind: 'answer', status: 500, body: 'oops', isAccepted: false },
        telegramError(400, 'Odd'),
      ] as const)
        provider.failNext(botId, fault);
      for (const status of ['unknown', 'unknown', 'failed'] as const)
        await desk.becomes(await desk.send(conversationId, 'Hm'), status);
      const places = {
        acme: await wholeContent(product.acme),
        landlord: await wholeContent(product.landlord.db),
        events: JSON.stringify(await desk.tenant.events()),
        channel: JSON.stringify(await desk.shown()),
        logs: logged.join('\n'),
      };
      const secret = bot.botToken.slice(bot.botToken.indexOf(':') + 1);
      for (const [place, content] of Object.entries(places))
        for (const hidden of [secret, bot.secretToken])
          for (const form of [hidden, Buffer.from(hidden).toString('hex'), encodeURIComponent(hidden)])
            expect(content.includes(form), `${hidden} in ${place}`).to.equal(false);
    });
  });

  describe('what goes out', () => {
    it('a picture goes as a form with its bytes and words, a voice message as one', async () => {
      const { chatId, message, firstId, conversationId } = await newChat();
      const bytes = await noise(80, 60);
      const attachment = await desk.upload({ bytes, filename: 'lamp.jpg', mimeType: 'image/jpeg' });
      const sent = await desk.send(conversationId, {
        content: 'This *one*',
        attachments: [attachment],
        replyToId: firstId,
      });
      await desk.becomes(sent, 'sent');
      const [photo] = callsTo(chatId);
      expect(photo).to.deep.include({
        method: 'sendPhoto',
        parameters: {
          chat_id: chatId,
          caption: 'This *one*',
          reply_parameters: { message_id: message.message_id, allow_sending_without_reply: true },
        },
      });
      expect(photo?.file).to.include({ field: 'photo', filename: 'lamp.jpg', mimeType: 'image/jpeg' });
      expect(photo?.file?.bytes.equals(bytes)).to.equal(true);
      const spoken = {
        bytes: sampleFiles.voice,
        filename: 'voice.ogg',
        mimeType: 'audio/ogg',
        isVoice: true,
      };
      await desk.becomes(
        await desk.send(conversationId, { attachments: [await desk.upload(spoken)] }),
        'sent',
      );
      const voice = callsTo(chatId).at(-1);
      expect(voice).to.include({ method: 'sendVoice' });
      expect(voice?.file?.bytes.equals(sampleFiles.voice)).to.equal(true);
    });

    it('buttons come back as a tap on their message; reactions go both ways', async () => {
      const { person, chatId, message, firstId, conversationId } = await newChat();
      const buttons = [
        { id: 'yes', title: 'Yes, please' },
        { id: 'no', title: 'No' },
      ];
      const sent = await desk.send(conversationId, { type: 'interactive', content: 'Deliver?', buttons });
      await desk.becomes(sent, 'sent');
      const keyboard = [
        [{ text: 'Yes, please', callback_data: 'yes' }],
        [{ text: 'No', callback_data: 'no' }],
      ];
      expect(callsTo(chatId)[0]).to.deep.include({
        method: 'sendMessage',
        parameters: { chat_id: chatId, text: 'Deliver?', reply_markup: { inline_keyboard: keyboard } },
      });
      const ours = {
        message_id: Number((await desk.externalIdOf(sent))?.split(':')[1]),
        date: now(),
        chat: privateChat(person),
        reply_markup: { inline_keyboard: keyboard },
      };
      await desk.post(updateOf('callback_query', { id: '77001', from: person, message: ours, data: 'yes' }));
      await desk.tenant.applied();
      expect(await desk.messageOf('callback:77001')).to.deep.include({
        conversationId,
        type: 'interactive',
        content: 'Yes, please',
        replyToId: sent.id,
        metadata: { interactive: { id: 'yes', title: 'Yes, please' } },
      });

      expect((await desk.react({ id: firstId }, '👍')).status).to.equal(200);
      await until('the reaction has gone', () => callsTo(chatId).length === 2);
      expect(callsTo(chatId)[1]).to.deep.include({
        method: 'setMessageReaction',
        parameters: {
          chat_id: chatId,
          message_id: message.message_id,
          reaction: [{ type: 'emoji', emoji: '👍' }],
        },
      });
      const theirs = {
        chat: privateChat(person),
        user: person,
        message_id: ours.message_id,
        date: now(),
        old_reaction: [],
        new_reaction: [{ type: 'emoji', emoji: '🔥' }],
      };
      await desk.receive(updateOf('message_reaction', theirs));
      const { reactions } = await desk.show(sent);
      expect(reactions.map(({ emoji, by }) => [emoji, by])).to.deep.equal([['🔥', 'customer']]);
    });

    it('when the bot is to slow down all its chats wait as long as Telegram says', async () => {
      const [one, two] = [await newChat(), await newChat()];
      provider.failNext(botId, tooManyRequests(7));
      const first = await desk.send(one.conversationId, 'First');
      const pause = async () => {
        const [row] = await desk.tenant.query<{ seconds: number | null }>(
          'SELECT extract(epoch FROM paused_until - now())::float8 AS seconds FROM channels WHERE id = $1',
          [desk.channel.id],
        );
        return row?.seconds ?? 0;
      };
      await until('the channel is paused', async () => (await pause()) > 0);
      expect(await pause()).to.be.within(3, 7);
      const second = await desk.send(two.conversationId, 'Second');
      await product.process.workers?.lanes.send.visited(desk.tenant.tenant.id);
      expect((await desk.show(first)).error?.message).to.contain('slow down');
      expect(callsTo(two.chatId)).to.deep.equal([]);
      await desk.hurry();
      for (const message of [first, second])
        expect(await desk.becomes(message, 'sent')).to.deep.include({ error: null });
      expect(callsTo(one.chatId)).to.have.length(2);
    });
  });
});
