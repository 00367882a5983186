import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { facebookAdapter } from '../../../src/platforms/facebook/index.ts';
import { instagramAdapter } from '../../../src/platforms/instagram/index.ts';
import type { InstagramSettings } from '../../../src/platforms/instagram/instagram-settings.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const door = { url: 'https://example.test/webhooks/facebook/t' };
const page = { pageId: '660011', pageAccessToken: 'token-1' };
const linked: InstagramSettings = { accountId: '178', accessToken: 'token-2', login: 'facebook' };
const own: InstagramSettings = { ...linked, login: 'instagram' };
const subscribed = {
  data: [{ id: '55', name: 'App', subscribed_fields: ['messages', 'messaging_postbacks'] }],
};
const graph = (code: number, message = 'm', error_subcode?: number) => ({
  error: { code, message, error_subcode },
});

describe('Connecting and checking Meta’s channels', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.seen.length = 0;
  });
  const io = (timeout?: number) => ioOf(client(timeout), server.url);
  /** The answer of each path, without its version and query. */
  const answers = (byPath: Readonly<Record<string, StubAnswer>>) => {
    server.answer = ({ url }) =>
      byPath[url.replace(/^\/v23\.0/, '').replace(/\?.*$/, '')] ?? { status: 404, body: {} };
  };
  const asked = () => server.seen.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`);
  const checkPage = () => facebookAdapter.check!(page, io(), door);
  const connectPage = () => facebookAdapter.connect!(page, io(), door);

  it('subscribes a page to all that it is about', async () => {
    answers({ '/660011/subscribed_apps': { body: { success: true } } });
    await connectPage();
    expect(asked()).to.deep.equal([
      'POST /v23.0/660011/subscribed_apps?subscribed_fields=messages,messaging_postbacks,message_deliveries,' +
        'message_reads,message_echoes,message_reactions,message_edits,messaging_referrals,messaging_optins,' +
        'messaging_handovers,standby,messaging_policy_enforcement',
    ]);
    expect(server.last.headers.authorization).to.equal('Bearer token-1');
  });
  it('subscribes an Instagram account by its page, or itself', async () => {
    answers({ '/me/subscribed_apps': { body: {} }, '/178/subscribed_apps': { body: {} } });
    await instagramAdapter.connect!(linked, io(), door);
    await instagramAdapter.connect!(own, io(), door);
    expect(asked()[0]).to.match(/^POST \/v23\.0\/me\/subscribed_apps\?.*message_echoes/);
    expect(asked()[1]).to.equal(
      'POST /v23.0/178/subscribed_apps?subscribed_fields=messages,messaging_postbacks,messaging_seen,' +
        'message_reactions,message_edit,messaging_referral,messaging_optins,messaging_handover,standby',
    );
  });
  it('says what an administrator can do when that fails', async () => {
    const failures: readonly (readonly [StubAnswer, string, RegExp])[] = [
      [
        { status: 400, body: graph(190) },
        'Rejected reauthorise 190',
        /Set a new one in the settings of the channel\.$/,
      ],
      [{ status: 403, body: graph(200) }, 'Rejected reauthorise 200', /permissions for messages/],
      [
        { status: 400, body: graph(100, 'Unknown field') },
        'Rejected message 100',
        /^Messenger refused: Unknown field\.$/,
      ],
      [{ status: 404, body: '' }, 'Rejected message http_404', /status 404\.$/],
      [{ status: 400, body: graph(4) }, 'Unavailable channel http_400', /Try again/],
      [{ status: 500, body: '' }, 'Unavailable channel http_500', /Try again/],
      [{ isReset: true }, 'Unavailable channel no_answer', /Try again/],
      [{ body: '<html>' }, 'Rejected message http_200', /status 200/],
    ];
    for (const [answer, expected, sentence] of failures) {
      server.answer = answer;
      const error = await rejection(connectPage());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
      expect(error.message).to.match(sentence).and.not.to.contain('essage will');
      expect([Rejected, Unavailable].some(kind => error instanceof kind)).to.equal(true);
    }
  });

  it('finds a page well', async () => {
    answers({
      '/660011': { body: { name: 'Boots & Co', id: '660011' } },
      '/660011/subscribed_apps': { body: subscribed },
    });
    expect(await checkPage()).to.deep.equal({
      health: 'ok',
      message: null,
      accountName: 'Boots & Co',
      isSubscribed: true,
    });
    expect(asked()).to.deep.equal(['GET /v23.0/660011?fields=name', 'GET /v23.0/660011/subscribed_apps']);
  });
  it('finds an account well, by either login', async () => {
    answers({
      '/178': { body: { username: 'boots', name: 'Boots' } },
      '/me': { body: { user_id: '178', username: 'boots' } },
      '/me/subscribed_apps': { body: subscribed },
      '/178/subscribed_apps': { body: { data: [{ subscribed_fields: [{ name: 'messages' }] }] } },
    });
    for (const settings of [linked, own])
      expect(await instagramAdapter.check!(settings, io(), door)).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: 'boots',
        isSubscribed: true,
      });
  });
  it('notices that nothing is delivered', async () => {
    for (const data of [[], [{ subscribed_fields: ['feed'] }], [{}]]) {
      answers({ '/660011': { body: { name: 'B' } }, '/660011/subscribed_apps': { body: { data } } });
      const check = await checkPage();
      expect(check).to.include({ health: 'warning', isSubscribed: false, accountName: 'B' });
      expect(check.message).to.match(/Connect the channel again\.$/);
    }
  });
  it('notices the account’s other id, under which nothing would arrive', async () => {
    answers({ '/me': { body: { id: '178', user_id: '17841400000000011' } } });
    const check = await instagramAdapter.check!(own, io(), door);
    expect(check.health).to.equal('warning');
    expect(check.message).to.contain('Set accountId to that number');
  });
  it('does not mind when the subscription may not be asked for', async () => {
    answers({
      '/660011': { body: { name: 'B' } },
      '/660011/subscribed_apps': { status: 403, body: graph(200) },
    });
    const check = await checkPage();
    expect(check).to.include({ health: 'ok', message: null }).and.not.to.have.property('isSubscribed');
    expect(check.facts?.[0]?.value).to.match(/^Cannot be checked\. /);
  });
  const failures: readonly (readonly [StubAnswer, string])[] = [
    [{ status: 400, body: graph(190) }, 'reauthorise'],
    [{ status: 400, body: graph(100, 'gone', 33) }, 'reauthorise'],
    [{ status: 400, body: graph(368) }, 'stopped'],
    [{ status: 400, body: graph(100) }, 'warning'],
    [{ status: 500, body: '' }, 'unknown'],
    [{ status: 429, body: '' }, 'unknown'],
    [{ isReset: true }, 'unknown'],
    [{ isSilent: true }, 'unknown'],
  ];
  for (const [answer, health] of failures)
    it(`never throws: ${JSON.stringify(answer)} is ${health}`, async () => {
      server.answer = answer;
      for (const check of [
        await facebookAdapter.check!(page, io(100), door),
        await instagramAdapter.check!(linked, io(100), door),
        await instagramAdapter.check!(own, io(100), door),
      ]) {
        expect(check.health).to.equal(health);
        expect(check.message).to.match(/\.$/);
      }
    });
});
