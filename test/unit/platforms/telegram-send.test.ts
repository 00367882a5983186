import { expect } from 'chai';
import {
  type OutboundFile,
  type OutboundMessage,
  OutcomeUnknown,
  Unavailable,
} from '../../../src/platforms/adapter.ts';
import { sendTelegram, showTelegramSign } from '../../../src/platforms/telegram/send-telegram.ts';
import { knownRefusals } from '../../../src/platforms/telegram/telegram-errors.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const botToken = '7100000001:AAE-token_of_the_bot';
const settings = { botToken };
const text: OutboundMessage = {
  correlator: 'c-1',
  to: [{ kind: 'telegram_id', value: '7000000001' }],
  content: { type: 'text', text: 'Hello *you*' },
};
const sent = { body: { ok: true, result: { message_id: 90, chat: { id: 7000000001 } } } };
const refused = (status: number, description: string, parameters?: object): StubAnswer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
});

describe('sendTelegram', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = sent;
  });
  const io = (timeout?: number) => ioOf(client(timeout), `${server.url}/`);
  const send = (message: Partial<OutboundMessage> = {}) =>
    sendTelegram({ ...text, ...message }, settings, io());

  it('sends a text as it is, to the person', async () => {
    expect(await send()).to.deep.equal({ externalId: '7000000001:90', aliases: [] });
    expect(server.last.url).to.equal(`/bot${botToken}/sendMessage`);
    expect(server.lastJson).to.deep.equal({ chat_id: '7000000001', text: 'Hello *you*' });
  });
  it('goes to the base URL of the channel when it has one', async () => {
    const own = { ...settings, apiUrl: `${server.url}/proxy/` };
    await sendTelegram(text, own, ioOf(client(), 'http://127.0.0.1:1'));
    expect(server.last.url).to.equal(`/proxy/bot${botToken}/sendMessage`);
  });
  it('writes for a business account in its own chats', async () => {
    const to = [{ kind: 'telegram_business', value: 'Bq_c-1:7000000001' }];
    expect(await send({ to })).to.deep.equal({ externalId: 'Bq_c-1:7000000001:90', aliases: [] });
    expect(server.lastJson).to.include({ business_connection_id: 'Bq_c-1', chat_id: '7000000001' });
  });
  it('quotes a message of the same chat, and nothing else', async () => {
    const quoteOf = async (replyToExternalId: string) => {
      await send({ replyToExternalId });
      return (server.lastJson as { reply_parameters?: unknown }).reply_parameters;
    };
    expect(await quoteOf('7000000001:12')).to.deep.equal({
      message_id: 12,
      allow_sending_without_reply: true,
    });
    for (const other of ['7000000002:12', 'Bq_c-1:7000000001:12', 'callback:4382000000000000001', 'x'])
      expect(await quoteOf(other)).to.equal(undefined);
  });
  it('sets buttons under a text, one in each row', async () => {
    const choices = [
      { id: 'blue', title: 'The blue one' },
      { id: 'x'.repeat(64), title: 'Long' },
    ];
    await send({ content: { type: 'buttons', text: 'Which?', choices } });
    expect(server.lastJson).to.deep.include({
      text: 'Which?',
      reply_markup: {
        inline_keyboard: [
          [{ text: 'The blue one', callback_data: 'blue' }],
          [{ text: 'Long', callback_data: 'x'.repeat(64) }],
        ],
      },
    });
    const tooLong = [{ id: 'é'.repeat(33), title: 'Long' }];
    const error = await rejection(send({ content: { type: 'buttons', text: 'Which?', choices: tooLong } }));
    expect(error).to.include({ name: 'Rejected', scope: 'message', code: 'choice_too_long' });
  });

  const kinds: readonly (readonly [OutboundFile['kind'], string, boolean, string])[] = [
    ['image', 'image/png', false, 'sendPhoto photo'],
    ['image', 'image/gif', false, 'sendAnimation animation'],
    ['video', 'video/mp4', false, 'sendVideo video'],
    ['audio', 'audio/mpeg', false, 'sendAudio audio'],
    ['audio', 'audio/mp4', true, 'sendVoice voice'],
    ['audio', 'audio/ogg', false, 'sendVoice voice'],
    ['document', 'application/pdf', false, 'sendDocument document'],
  ];
  for (const [kind, mimeType, isVoice, expected] of kinds)
    it(`sends ${isVoice ? 'spoken ' : ''}${mimeType} by ${expected}`, async () => {
      const file = { ...outboundFile(kind, mimeType), isVoice };
      await send({
        content: { type: 'media', files: [file], text: 'With words' },
        replyToExternalId: '7000000001:12',
      });
      const [method = '', field = ''] = expected.split(' ');
      expect(server.last.url).to.equal(`/bot${botToken}/${method}`);
      const form = server.last.body.toString();
      expect(form).to.contain(`name="${field}"; filename="${file.filename}"`);
      expect(form).to.contain(`the bytes of ${mimeType}`);
      expect(form).to.match(/name="chat_id"\r\n\r\n7000000001\r\n/);
      expect(form).to.match(/name="caption"\r\n\r\nWith words\r\n/);
      expect(form).to.match(/name="reply_parameters"\r\n\r\n\{"message_id":12,/);
    });

  it('reacts, takes a reaction back, and does not mind that nothing changes', async () => {
    const react = (emoji: string, targetExternalId = '7000000001:12') =>
      send({ content: { type: 'reaction', targetExternalId, emoji } });
    server.answer = { body: { ok: true, result: true } };
    expect(await react('\u2764\uFE0F')).to.deep.equal({ externalId: '7000000001:12:reaction', aliases: [] });
    expect(server.last.url).to.equal(`/bot${botToken}/setMessageReaction`);
    expect(server.lastJson).to.deep.equal({
      chat_id: '7000000001',
      message_id: 12,
      reaction: [{ type: 'emoji', emoji: '\u2764' }],
    });
    await react('');
    expect(server.lastJson).to.deep.include({ reaction: [] });
    server.answer = refused(400, 'Bad Request: message is not modified');
    await react('👍');
    server.answer = refused(400, 'Bad Request: REACTION_INVALID');
    expect(await rejection(react('🦖'))).to.include({ scope: 'message', code: 'reaction_refused' });
    expect(await rejection(react('👍', 'callback:1'))).to.include({ code: 'no_reaction' });
    const to = [{ kind: 'telegram_business', value: 'Bq_c-1:7000000001' }];
    const content = { type: 'reaction', targetExternalId: 'Bq_c-1:7000000001:12', emoji: '👍' } as const;
    expect(await rejection(send({ to, content }))).to.include({ code: 'no_reaction' });
  });
  it('rejects what has no chat, and what Telegram does not have, without a request', async () => {
    const count = server.seen.length;
    expect(await rejection(send({ to: [{ kind: 'wa_id', value: '1' }] }))).to.include({ code: 'no_address' });
    const list = { type: 'list', text: 'x', button: 'x', choices: [] } as const;
    expect(await rejection(send({ content: list }))).to.include({ scope: 'message', code: 'unsupported' });
    expect(server.seen).to.have.length(count);
  });

  describe('to a group that has become a supergroup', () => {
    const to = [{ kind: 'telegram_chat', value: '-4100000001' }];
    const moved = refused(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: -1002100000001,
    });
    it('writes once more, to where it is now, and tells the new address', async () => {
      const count = server.seen.length;
      server.answer = ({ body }) => (body.includes('-1002100000001') ? sent : moved);
      const file = outboundFile('document', 'application/pdf');
      const receipt = await send({ to, content: { type: 'media', files: [file] } });
      expect(receipt).to.deep.equal({
        externalId: '-1002100000001:90',
        aliases: [{ kind: 'telegram_chat', value: '-1002100000001' }],
      });
      expect(server.seen).to.have.length(count + 2);
      expect(server.last.body.toString()).to.contain('the bytes of application/pdf');
    });
    it('gives up when it moves again', async () => {
      const count = server.seen.length;
      server.answer = moved;
      expect(await rejection(send({ to }))).to.include({ name: 'Rejected', scope: 'message' });
      expect(server.seen).to.have.length(count + 2);
    });
    it('takes the new address at once when it is known', async () => {
      await send({ to: [...to, { kind: 'telegram_chat', value: '-1002100000001' }] });
      expect(server.lastJson).to.include({ chat_id: '-1002100000001' });
    });
  });

  const verdicts: readonly (readonly [StubAnswer, string])[] = [
    [refused(401, 'Unauthorized'), 'Rejected reauthorise 401'],
    [refused(404, 'Not Found'), 'Rejected reauthorise 404'],
    [refused(409, 'Conflict: terminated by other getUpdates request'), 'Rejected account 409'],
    [refused(403, 'Forbidden: bot was blocked by the user'), 'Rejected message blocked'],
    [refused(403, 'Forbidden: user is deactivated'), 'Rejected message deactivated'],
    [refused(403, "Forbidden: bot can't initiate conversation with a user"), 'Rejected message not_started'],
    [refused(403, 'Forbidden: bot was kicked from the supergroup chat'), 'Rejected message removed'],
    [refused(403, 'Forbidden: something new'), 'Rejected message forbidden'],
    [refused(400, 'Bad Request: chat not found'), 'Rejected message chat_not_found'],
    [
      refused(400, 'Bad Request: not enough rights to send text messages to the chat'),
      'Rejected message no_rights',
    ],
    [refused(400, 'Bad Request: VOICE_MESSAGES_FORBIDDEN'), 'Rejected message no_voice'],
    [refused(400, 'Bad Request: message to react not found'), 'Rejected message message_gone'],
    [refused(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS'), 'Rejected message picture_refused'],
    [refused(400, 'Bad Request: message is too long'), 'Rejected message too_long'],
    [refused(400, 'Bad Request: BUSINESS_PEER_USAGE_MISSING'), 'Rejected message business'],
    [refused(400, 'Bad Request: something new'), 'Rejected message 400'],
    [refused(413, 'Request Entity Too Large'), 'Rejected message file_too_large'],
    [refused(429, 'Too Many Requests: retry after 7', { retry_after: 7 }), 'Unavailable channel 429'],
    [refused(500, 'Internal Server Error'), 'OutcomeUnknown undefined undefined'],
    [{ status: 502, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    [{ status: 503, body: '' }, 'Unavailable channel http_503'],
    [{ status: 413, body: '<html>' }, 'Rejected message file_too_large'],
    [{ status: 302, body: '' }, 'Rejected message http_302'],
    [{ status: 200, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    [{ status: 200, body: { ok: true, result: {} } }, 'OutcomeUnknown undefined undefined'],
    [{ status: 200, body: { ok: false, error_code: 401 } }, 'Rejected reauthorise http_401'],
  ];
  for (const [answer, expected] of verdicts)
    it(`judges ${answer.status} ${JSON.stringify(answer.body)}: ${expected}`, async () => {
      server.answer = answer;
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
      expect(error.message).to.match(/^[A-Z].*[.a-z]$/);
      expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.to.contain(
        'AAE-token',
      );
    });
  it('waits as long as it is told', async () => {
    server.answer = refused(429, 'Too Many Requests: retry after 7', { retry_after: 7 });
    expect(await rejection(send())).to.include({ retryAfterMs: 7000 });
    server.answer = refused(429, 'Too Many Requests', { retry_after: 1e9 });
    expect(await rejection(send())).to.include({ retryAfterMs: 86_400_000 });
    server.answer = { status: 429, headers: { 'retry-after': '3' }, body: '' };
    expect(await rejection(send())).to.include({ retryAfterMs: 3000 });
  });
  it('knows a request that never left from one that may have arrived, and names no token', async () => {
    const dead = await rejection(sendTelegram(text, settings, ioOf(client(), 'http://127.0.0.1:1')));
    expect(dead).to.be.instanceOf(Unavailable);
    server.answer = { isSilent: true };
    const silent = await rejection(sendTelegram(text, settings, io(100)));
    expect(silent).to.be.instanceOf(OutcomeUnknown);
    for (const error of [dead, silent]) {
      expect(`${error.message}${error.stack}`).not.to.contain('AAE-token');
      expect(error.cause).to.equal(undefined);
    }
  });
  it('tells refusals in sentences that promise no other try', () => {
    for (const { sentence } of knownRefusals) {
      expect(sentence).to.match(/^[A-Z].*\.$/);
      expect(sentence).not.to.contain('tried again');
    }
  });
  it('shows that somebody types where there is a chat, and does not mind failures', async () => {
    await showTelegramSign('typing', { to: [], externalId: 'Bq_c-1:7000000001:12' }, settings, io());
    expect(server.last.url).to.equal(`/bot${botToken}/sendChatAction`);
    expect(server.lastJson).to.deep.equal({
      chat_id: '7000000001',
      business_connection_id: 'Bq_c-1',
      action: 'typing',
    });
    const count = server.seen.length;
    await showTelegramSign('read', { to: [], externalId: '7000000001:12' }, settings, io());
    await showTelegramSign('typing', { to: [], externalId: 'callback:1' }, settings, io());
    expect(server.seen).to.have.length(count);
    server.answer = { isReset: true };
    await showTelegramSign('typing', { to: [], externalId: '7000000001:12' }, settings, io());
  });
});
