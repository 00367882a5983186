import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { checkCrisp } from '../../../src/platforms/crisp/check-crisp.ts';
import { crispAdapter } from '../../../src/platforms/crisp/index.ts';
import { pullCrisp } from '../../../src/platforms/crisp/pull-crisp.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const websiteId = '0b6c9f6a-3a0e-4a53-9e11-3b8c41f2a001';
const settings = { websiteId, identifier: 'id-a', key: 'key-a', hookSecret: 'hook-secret-of-a' };
const since = Date.parse('2026-10-01T00:00:00.000Z');
const good = (data: unknown): StubAnswer => ({ body: { error: false, reason: 'listed', data } });
const refused = (status: number, reason: string): StubAnswer => ({
  status,
  body: { error: true, reason, data: {} },
});

describe('A Crisp channel', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const io = () => ioOf(client(500), server.url);

  const given: readonly (readonly [string, object, boolean])[] = [
    ['the least', settings, true],
    ['everything', { ...settings, tier: 'website', apiUrl: 'http://127.0.0.1:8081' }, true],
    ['an old id of a website', { ...settings, websiteId: '-JzqEmX56venQuQw4YV8' }, true],
    ['no hook secret', { websiteId, identifier: 'i', key: 'k' }, false],
    ['a hook secret that can be guessed', { ...settings, hookSecret: 'secret' }, false],
    ['a website that leaves its path', { ...settings, websiteId: '../user' }, false],
    ['a key with a line end', { ...settings, key: 'a\nb' }, false],
    ['another tier', { ...settings, tier: 'user' }, false],
    ['an odd base URL', { ...settings, apiUrl: 'file:///x' }, false],
    ['an unknown key', { ...settings, colour: 'red' }, false],
  ];
  for (const [name, value, isFit] of given)
    it(`${isFit ? 'takes' : 'refuses'} ${name} as settings`, () => {
      expect(crispAdapter.settings.safeParse(value).success).to.equal(isFit);
    });
  it('is known by its website', () => {
    expect(crispAdapter.accountId(settings)).to.equal(websiteId);
  });

  describe('when it is checked', () => {
    it('tells the name of the website', async () => {
      server.answer = good({ website_id: websiteId, name: 'Lumen & Oak', domain: 'shop.example.test' });
      expect(await checkCrisp(settings, io())).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: 'Lumen & Oak',
        facts: [{ name: 'Domain', value: 'shop.example.test' }],
      });
      expect(server.last).to.include({ method: 'GET', url: `/v1/website/${websiteId}` });
      server.answer = good('x');
      expect(await checkCrisp(settings, io())).to.deep.equal({ health: 'ok', message: null, facts: [] });
    });
    it('never throws', async () => {
      const healthAfter = async (answer: StubAnswer) => {
        server.answer = answer;
        const { health, message } = await checkCrisp(settings, io());
        expect(message).to.match(/^[A-Z].*\.$/);
        return health;
      };
      expect(await healthAfter(refused(401, 'invalid_session'))).to.equal('reauthorise');
      expect(await healthAfter(refused(403, 'not_allowed'))).to.equal('reauthorise');
      expect(await healthAfter(refused(402, 'not_subscribed'))).to.equal('stopped');
      expect(await healthAfter(refused(404, 'website_not_found'))).to.equal('warning');
      expect(await healthAfter(refused(429, 'rate_limited'))).to.equal('unknown');
      expect(await healthAfter({ status: 502, body: '<html>' })).to.equal('unknown');
      expect(await healthAfter({ isSilent: true })).to.equal('unknown');
    });
  });

  describe('after an outage', () => {
    const pull = (what: string) => pullCrisp(what, settings, io());
    const bodyOf = async (what: string) => {
      const { bodies } = await pull(what);
      return bodies.map(({ body }) => JSON.parse(body.toString()) as unknown);
    };
    const conversation = (session_id: string, updated_at: number) => ({
      session_id,
      updated_at,
      meta: { email: 'rui@example.test' },
    });
    const message = (fingerprint: number, timestamp: number) => ({
      type: 'text',
      from: 'user',
      content: 'hello',
      fingerprint,
      timestamp,
    });

    it('asks for the conversations since then, page by page, until one is older', async () => {
      expect(crispAdapter.recall?.(new Date(since), settings)).to.deep.equal([`conversations:1:${since}`]);
      server.answer = good([conversation('session_a', since + 9), conversation('session_b', since + 5)]);
      const first = await pull(`conversations:1:${since}`);
      expect(server.last.url).to.equal(
        `/v1/website/${websiteId}/conversations/1?per_page=50&order_date_updated=1&filter_date_start=2026-10-01T00%3A00%3A00.000Z`,
      );
      expect(first.next).to.equal(`conversations:2:${since}`);
      const facts = first.bodies.flatMap(({ body }) => crispAdapter.parse(body, new Date()));
      expect(facts.map(fact => (fact.kind === 'pull' ? fact.what : fact.kind))).to.deep.equal([
        `messages:session_a:${since}`,
        `messages:session_b:${since}`,
      ]);
      server.answer = good([conversation('session_c', since), conversation('session_d', since - 1)]);
      expect(await bodyOf(`conversations:2:${since}`)).to.deep.equal([
        {
          website_id: websiteId,
          pulled: 'conversations',
          since,
          conversations: [{ session_id: 'session_c', updated_at: since }],
        },
      ]);
      expect((await pull(`conversations:2:${since}`)).next).to.equal(undefined);
      server.answer = good([]);
      expect(await pull(`conversations:3:${since}`)).to.deep.equal({ bodies: [] });
    });
    it('ends a list that would not end', async () => {
      server.answer = good([conversation('session_a', since + 9)]);
      expect((await pull(`conversations:999:${since}`)).next).to.equal(`conversations:1000:${since}`);
      expect((await pull(`conversations:1000:${since}`)).next).to.equal(undefined);
    });
    it('asks for messages backwards until they are older', async () => {
      server.answer = good([message(1790000000002, since + 5), message(1790000000003, since + 9)]);
      const first = await pull(`messages:session_a:${since}`);
      expect(server.last.url).to.equal(`/v1/website/${websiteId}/conversation/session_a/messages`);
      expect(first.next).to.equal(`messages:session_a:${since}:${since + 5}`);
      server.answer = good([message(1790000000000, since - 1), message(1790000000001, since)]);
      const second = await pull(first.next ?? '');
      expect(server.last.url).to.match(new RegExp(`/messages\\?timestamp_before=${since + 5}$`));
      expect(second.next).to.equal(undefined);
      const facts = second.bodies.flatMap(({ body }) => crispAdapter.parse(body, new Date()));
      expect(facts.map(fact => fact.externalId)).to.deep.equal(['session_a:1790000000001']);
    });
    it('does not ask for the same page for ever', async () => {
      server.answer = good([message(1790000000002, since + 5)]);
      expect((await pull(`messages:session_a:${since}:${since + 5}`)).next).to.equal(undefined);
    });
    it('gives the messages as their hooks would have', async () => {
      const data = { ...message(1790000000002, since + 5), origin: 'chat', user: { nickname: 'visitor7' } };
      const hook = {
        website_id: websiteId,
        event: 'message:send',
        data: { ...data, session_id: 'session_a' },
      };
      server.answer = good([data]);
      const { bodies } = await pull(`messages:session_a:${since}`);
      const receivedAt = new Date();
      expect(bodies.flatMap(({ body }) => crispAdapter.parse(body, receivedAt))).to.deep.equal(
        crispAdapter.parse(Buffer.from(JSON.stringify(hook)), receivedAt),
      );
    });
    it('has the same key for the same messages, whenever they were asked for', async () => {
      server.answer = good([message(1790000000002, since + 5)]);
      const keyOf = async (what: string) => (await pull(what)).bodies[0]?.key;
      expect(await keyOf(`messages:session_a:${since}`)).to.equal(
        await keyOf(`messages:session_a:${since - 1000}`),
      );
      expect(await keyOf(`messages:session_b:${since}`)).not.to.equal(
        await keyOf(`messages:session_a:${since}`),
      );
    });
    it('has nothing of a conversation that was deleted there', async () => {
      server.answer = refused(404, 'session_not_found');
      expect(await pull(`messages:session_a:${since}`)).to.deep.equal({ bodies: [] });
    });
    it('waits, stops or goes on as Crisp says', async () => {
      const errorOn = async (answer: StubAnswer) => {
        server.answer = answer;
        return rejection(pull(`messages:session_a:${since}`));
      };
      expect(await errorOn(refused(401, 'invalid_session'))).to.include({
        name: 'Rejected',
        scope: 'reauthorise',
      });
      const slow = await errorOn({ status: 429, headers: { 'retry-after': '9' }, body: '' });
      expect(slow).to.include({ name: 'Unavailable', scope: 'channel', retryAfterMs: 9000 });
      expect(await errorOn({ status: 500, body: '' })).to.include({
        name: 'Unavailable',
        scope: 'conversation',
      });
      expect(await errorOn({ isReset: true })).to.be.instanceOf(Unavailable);
      const unknown = await rejection(pull('weather'));
      expect(unknown).to.be.instanceOf(Rejected);
      expect(unknown).to.include({ code: 'unknown_pull' });
    });
  });
});
