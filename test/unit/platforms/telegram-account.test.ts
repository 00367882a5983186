import { expect } from 'chai';
import { MediaUnavailable, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { checkTelegram, connectTelegram } from '../../../src/platforms/telegram/connect-telegram.ts';
import { telegramAdapter } from '../../../src/platforms/telegram/index.ts';
import { locateTelegramMedia } from '../../../src/platforms/telegram/telegram-media.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const botToken = '7100000001:AAE-token_of_the_bot';
const settings = { botToken, secretToken: 'secret-a' };
const door = { url: 'https://inbox.example.test/webhooks/telegram/token' };
const refused = (status: number, description: string): StubAnswer => ({
  status,
  body: { ok: false, error_code: status, description },
});

describe('A Telegram channel', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const io = () => ioOf(client(500), server.url);

  const given: readonly (readonly [string, object, boolean])[] = [
    ['the least', { botToken }, true],
    ['everything', { ...settings, apiUrl: 'http://127.0.0.1:8081' }, true],
    ['no token', {}, false],
    ['a token that leaves its path', { botToken: '1:a/../x' }, false],
    ['a token without its bot', { botToken: 'AAE-token' }, false],
    ['a secret with a space', { botToken, secretToken: 'a b' }, false],
    ['a secret of 257 letters', { botToken, secretToken: 'x'.repeat(257) }, false],
    ['an odd base URL', { botToken, apiUrl: 'file:///x' }, false],
    ['an unknown key', { botToken, colour: 'red' }, false],
  ];
  for (const [name, value, isFit] of given)
    it(`settings: ${name} is ${isFit ? 'fit' : 'refused'}`, () => {
      expect(telegramAdapter.settings.safeParse(value).success).to.equal(isFit);
    });
  it('is its bot, whatever the token, and makes its secret', () => {
    expect(telegramAdapter.accountId({ botToken })).to.equal('7100000001');
    expect(telegramAdapter.complete({ botToken }).secretToken).to.match(/^[\w-]{43}$/);
    expect(telegramAdapter.complete(settings)).to.deep.equal(settings);
    expect(telegramAdapter.credentials({ botToken })).to.deep.equal({ signingSecrets: [] });
  });

  describe('when it is connected', () => {
    it('is delivered to our door with its secret, with all that we read', async () => {
      server.answer = { body: { ok: true, result: true } };
      await connectTelegram(settings, io(), door);
      expect(server.last.url).to.equal(`/bot${botToken}/setWebhook`);
      expect(server.lastJson).to.deep.equal({
        url: door.url,
        secret_token: 'secret-a',
        allowed_updates: [
          'message',
          'edited_message',
          'callback_query',
          'message_reaction',
          'my_chat_member',
          'business_connection',
          'business_message',
          'edited_business_message',
          'deleted_business_messages',
        ],
        max_connections: 40,
      });
    });
    it('is not connected without a secret', async () => {
      expect(await rejection(connectTelegram({ botToken }, io(), door))).to.include({ code: 'no_secret' });
    });
    const failures: readonly (readonly [StubAnswer, string])[] = [
      [refused(401, 'Unauthorized'), 'Rejected reauthorise'],
      [refused(404, 'Not Found'), 'Rejected reauthorise'],
      [refused(400, 'Bad Request: bad webhook: An HTTPS URL must be provided'), 'Rejected account'],
      [refused(429, 'Too Many Requests'), 'Unavailable channel'],
      [refused(500, 'Internal Server Error'), 'Unavailable channel'],
      [{ isReset: true }, 'Unavailable channel'],
    ];
    for (const [answer, expected] of failures)
      it(`hears ${JSON.stringify(answer)}: ${expected}`, async () => {
        server.answer = answer;
        const error = await rejection(connectTelegram(settings, io(), door));
        expect(`${error.name} ${error.scope}`).to.equal(expected);
        expect(error.message).not.to.match(/message (?:will|may)|AAE-token/);
      });
  });

  describe('when it is looked at', () => {
    const webhook = { url: door.url, has_custom_certificate: false, pending_update_count: 3 };
    const look = (info: object) => {
      server.answer = ({ url }) => ({
        body: {
          ok: true,
          result: url.endsWith('/getMe') ? { id: 7100000001, username: 'bakery_bot' } : info,
        },
      });
      return checkTelegram(settings, io(), door);
    };
    it('is well, with its name and what waits', async () => {
      expect(await look(webhook)).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: '@bakery_bot',
        isSubscribed: true,
        facts: [{ name: 'Waiting updates', value: '3' }],
      });
    });
    it('warns of a failure of the last hour, and not of an older one', async () => {
      const now = Math.floor(Date.now() / 1000);
      const failed = (date: number) =>
        look({ ...webhook, last_error_date: date, last_error_message: 'Connection timed out' });
      const recent = await failed(now - 60);
      expect(recent).to.include({ health: 'warning', isSubscribed: true });
      expect(recent.message).to.contain('Connection timed out');
      const old = await failed(now - 7200);
      expect(old).to.include({ health: 'ok', message: null });
      expect(old.facts).to.deep.include({ name: 'Last failed delivery', value: 'Connection timed out' });
    });
    it('warns when nobody is delivered to, or somebody else', async () => {
      const [nobody, other] = [await look({ url: '' }), await look({ url: 'https://other.example.test/' })];
      for (const check of [nobody, other])
        expect(check).to.include({ health: 'warning', isSubscribed: false });
      expect(nobody.message).to.contain('to nobody');
      expect(other.message).to.contain('another address');
    });
    it('never throws', async () => {
      const healthAfter = async (answer: StubAnswer) => {
        server.answer = answer;
        return (await checkTelegram(settings, io(), door)).health;
      };
      expect(await healthAfter(refused(401, 'Unauthorized'))).to.equal('reauthorise');
      expect(await healthAfter(refused(409, 'Conflict'))).to.equal('warning');
      expect(await healthAfter({ status: 502, body: '<html>' })).to.equal('unknown');
      expect(await healthAfter({ isSilent: true })).to.equal('unknown');
      const dead = await checkTelegram(settings, ioOf(client(), 'http://127.0.0.1:1'), door);
      expect(dead.health).to.equal('unknown');
    });
  });

  describe('when a file is wanted', () => {
    const locate = (media: object = { id: 'f1' }) =>
      locateTelegramMedia({ type: 'document', ...media }, settings, io());
    it('asks where it is', async () => {
      server.answer = {
        body: { ok: true, result: { file_id: 'f1', file_size: 12, file_path: 'documents/file 1?.pdf' } },
      };
      expect(await locate()).to.deep.equal({
        url: `${server.url}/file/bot${botToken}/documents/file%201%3F.pdf`,
        size: 12,
      });
      expect(server.last.url).to.equal(`/bot${botToken}/getFile`);
      expect(server.lastJson).to.deep.equal({ file_id: 'f1' });
    });
    it('knows what will never come', async () => {
      for (const said of ['Bad Request: file is too big', 'Bad Request: wrong file_id']) {
        server.answer = refused(400, said);
        expect(await rejection(locate())).to.be.instanceOf(MediaUnavailable);
      }
      expect(await rejection(locate({}))).to.be.instanceOf(MediaUnavailable);
      server.answer = refused(400, 'Bad Request: file is too big');
      expect((await rejection(locate())).message).to.contain('20 MB');
    });
    it('tries what may come', async () => {
      const answers: readonly StubAnswer[] = [
        refused(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'),
        refused(429, 'Too Many Requests'),
        { status: 502, body: '' },
        { isReset: true },
      ];
      for (const answer of answers) {
        server.answer = answer;
        expect(await rejection(locate())).to.be.instanceOf(Unavailable);
      }
      server.answer = refused(401, 'Unauthorized');
      const error = await rejection(locate());
      expect(error).to.be.instanceOf(Rejected);
      expect(error).to.include({ scope: 'reauthorise' });
    });
  });
});
