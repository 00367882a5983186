import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { checkTidio } from '../../../src/platforms/tidio/check-tidio.ts';
import { tidioAdapter } from '../../../src/platforms/tidio/index.ts';
import { pullTidio } from '../../../src/platforms/tidio/pull-tidio.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const operatorId = '11111111-1111-4111-8111-111111111111';
const least = { projectPublicKey: 'pk1', clientId: 'ci_a', clientSecret: 'cs_a', webhookSecret: 'webhook-a' };
const settings = { ...least, operatorId };
const contactId = '147ae37d-43bc-42a6-bc7b-c10d1525a2f7';
const since = Date.parse('2026-10-01T00:00:00.000Z');

describe('A Tidio channel', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const io = () => ioOf(client(500), server.url);
  /** Answers by path, the query left out; anything else is not there. */
  const answers = (byPath: Readonly<Record<string, StubAnswer>>) => {
    server.answer = ({ url }) => byPath[url.split('?')[0] ?? ''] ?? { status: 404, body: { errors: [] } };
  };

  const given: readonly (readonly [string, object, boolean])[] = [
    ['the least', least, true],
    ['everything', { ...settings, apiUrl: 'http://127.0.0.1:8081' }, true],
    ['no webhook secret', { ...least, webhookSecret: undefined }, false],
    ['an operator by name', { ...least, operatorId: 'Ana' }, false],
    ['a secret with a line end', { ...least, clientSecret: 'a\nb' }, false],
    ['an odd base URL', { ...least, apiUrl: 'file:///x' }, false],
    ['an unknown key', { ...least, colour: 'red' }, false],
  ];
  for (const [name, value, isFit] of given)
    it(`${isFit ? 'takes' : 'refuses'} ${name} as settings`, () => {
      expect(tidioAdapter.settings.safeParse(value).success).to.equal(isFit);
    });

  describe('when it is checked', () => {
    const operators = {
      body: { operators: [{ id: operatorId, name: 'Ana' }, { id: 'o2', email: 'rui@example.test' }, {}] },
    };
    it('tells the name of the project, and which operators there are', async () => {
      answers({ '/project': { body: { id: 'p', name: 'Lumen & Oak' } }, '/operators': operators });
      expect(await checkTidio(settings, io())).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: 'Lumen & Oak',
        facts: [
          { name: 'Operator Ana', value: operatorId },
          { name: 'Operator rui@example.test', value: 'o2' },
        ],
      });
      expect(await checkTidio(least, io())).to.include({ health: 'ok' });
      const upper = { ...settings, operatorId: operatorId.toUpperCase() };
      expect(await checkTidio(upper, io())).to.include({ health: 'ok' });
    });
    it('warns of an operator that is not there, when it can know', async () => {
      const other = { ...settings, operatorId: '22222222-2222-4222-8222-222222222222' };
      answers({ '/project': { body: {} }, '/operators': operators });
      expect(await checkTidio(other, io())).to.include({ health: 'warning' });
      answers({ '/project': { body: {} } });
      expect(await checkTidio(other, io())).to.deep.equal({ health: 'ok', message: null, facts: [] });
    });
    it('never throws', async () => {
      const healthAfter = async (answer: StubAnswer) => {
        server.answer = answer;
        const { health, message } = await checkTidio(settings, io());
        expect(message).to.match(/^[A-Z].*\.$/);
        return health;
      };
      expect(await healthAfter({ status: 401, body: {} })).to.equal('reauthorise');
      expect(await healthAfter({ status: 402, body: {} })).to.equal('stopped');
      expect(await healthAfter({ status: 404, body: {} })).to.equal('warning');
      expect(await healthAfter({ status: 429, body: {} })).to.equal('unknown');
      expect(await healthAfter({ status: 200, body: '<html>' })).to.equal('unknown');
      expect(await healthAfter({ isSilent: true })).to.equal('unknown');
    });
  });

  describe('when it fetches', () => {
    const pull = (what: string) => pullTidio(what, settings, io());
    const bodyOf = async (what: string) => {
      const [first] = (await pull(what)).bodies;
      return first && (JSON.parse(first.body.toString()) as Record<string, unknown>);
    };
    const message = (message_id: string, created_at: string) => ({
      message_id,
      created_at,
      author_type: 'contact',
      content: 'hello',
    });
    const chat = `/contacts/${contactId}/messages`;
    const person = { body: { id: contactId, first_name: 'Ana', email: 'ana@example.test', city: 'Porto' } };

    it("gives a contact's messages with the contact's name", async () => {
      const messages = [message('m2', '2026-10-01T11:59:00Z'), message('m1', '2026-10-01T11:58:00Z')];
      answers({ [chat]: { body: { messages } }, [`/contacts/${contactId}`]: person });
      expect(await bodyOf(`contact:${contactId}`)).to.deep.equal({
        project_public_key: 'pk1',
        pulled: `contact:${contactId}`,
        contact: {
          id: contactId,
          first_name: 'Ana',
          last_name: null,
          email: 'ana@example.test',
          phone: null,
          distinct_id: null,
        },
        messages: [...messages].reverse(),
      });
      expect(server.last.headers).to.include({ 'x-tidio-openapi-client-secret': 'cs_a' });
    });
    it('asks for nobody by name who has written nothing, or is gone', async () => {
      for (const answer of [{ body: { messages: [] } }, { status: 404, body: {} }]) {
        const count = server.seen.length;
        server.answer = answer;
        expect(await pull(`contact:${contactId}`)).to.deep.equal({ bodies: [] });
        expect(server.seen).to.have.length(count + 1);
      }
    });
    it('goes on without a name when the contact is not there', async () => {
      answers({ [chat]: { body: { messages: [message('m1', '2026-10-01T11:58:00Z')] } } });
      expect(await bodyOf(`contact:${contactId}`)).to.have.nested.property('contact.first_name', null);
    });
    it('takes the end of a long chat', async () => {
      const time = (index: number) => new Date(since + index * 1000).toISOString();
      const messages = Array.from({ length: 300 }, (_, index) => message(`m${index}`, time(index)));
      answers({
        [chat]: { body: { messages: [...messages].reverse() } },
        [`/contacts/${contactId}`]: person,
      });
      const taken = (await bodyOf(`contact:${contactId}`))?.messages as { message_id: string }[];
      expect(taken.map(({ message_id }) => message_id)).to.deep.equal(
        messages.slice(100).map(({ message_id }) => message_id),
      );
    });
    it('has the same key for the same messages', async () => {
      const give = (...ids: string[]) =>
        answers({ [chat]: { body: { messages: ids.map(id => message(id, '2026-10-01T11:58:00Z')) } } });
      const keyOf = async () => (await pull(`contact:${contactId}`)).bodies[0]?.key;
      give('m1');
      const key = await keyOf();
      expect(await keyOf()).to.equal(key);
      give('m1', 'm2');
      expect(await keyOf()).not.to.equal(key);
    });
    it('gives a ticket with its messages', async () => {
      const ticket = {
        id: 10021,
        contact_id: contactId,
        subject: 'Parcel',
        messages: [message('m3', '2026-10-01T11:58:00Z')],
      };
      answers({ '/tickets/10021': { body: ticket }, [`/contacts/${contactId}`]: person });
      const body = await bodyOf(`ticket:10021:${since}`);
      expect(body).to.deep.include({ pulled: 'ticket:10021', since, ticket });
      const [fact] = tidioAdapter.parse(Buffer.from(JSON.stringify(body)), new Date());
      expect(fact).to.include({ kind: 'message', externalId: 'm3', threadKey: '10021' });
      expect(fact).to.have.nested.property('contact.name', 'Ana');
    });
    it('leaves room for answers in the ten requests that the smallest plan takes in a minute', async () => {
      const messages = [message('m1', '2026-10-01T11:58:00Z')];
      const ticket = { contact_id: contactId, messages };
      answers({
        [chat]: { body: { messages } },
        '/tickets/10021': { body: ticket },
        [`/contacts/${contactId}`]: person,
      });
      for (const what of [`contact:${contactId}`, 'ticket:10021']) {
        const before = server.seen.length;
        await pull(what);
        const inAMinute = (server.seen.length - before) * (tidioAdapter.pullsPerMinute ?? Number.NaN);
        expect(inAMinute).to.be.at.most(8);
      }
    });
    it('recalls tickets that are open or changed, and contacts that came, page by page', async () => {
      expect(tidioAdapter.recall?.(new Date(since), settings)).to.deep.equal([
        `tickets:${since}:1`,
        `contacts:${since}:1`,
      ]);
      const [earlier, later] = ['2026-09-30T23:59:59Z', '2026-10-01T00:00:01Z'];
      const tickets = [
        { id: 1, status: 'open' },
        { id: 2, status: 'solved' },
        { id: 3, status: 'solved', updated_at: later },
        { id: 4, status: 'open', updated_at: earlier },
        { id: 5, status: 'solved', created_at: later },
        { id: '../x', status: 'open' },
      ];
      answers({
        '/tickets': { body: { tickets, meta: { cursor: 'a:b=&' } } },
        '/contacts': {
          body: {
            contacts: [{ id: 'c1', created_at: later }, { id: 'c2', created_at: earlier }, { id: 'c3' }],
          },
        },
      });
      expect(await bodyOf(`tickets:${since}:1`)).to.deep.include({
        since,
        items: [{ id: 1 }, { id: 3 }, { id: 5 }],
      });
      const { next = '' } = await pull(`tickets:${since}:1`);
      expect(next).to.equal(`tickets:${since}:2:a:b=&`);
      expect((await pull(next)).next).to.equal(undefined);
      expect(server.last.url).to.equal('/tickets?cursor=a%3Ab%3D%26');
      expect(await bodyOf(`contacts:${since}:1`)).to.deep.include({ items: [{ id: 'c1' }] });
      expect(await pull(`contacts:${since}:1`)).not.to.have.property('next');
    });
    it('ends a list that would not end', async () => {
      answers({ '/contacts': { body: { contacts: [{ id: 'c1' }], meta: { cursor: 'next' } } } });
      expect(await pull(`contacts:${since}:999`)).to.deep.equal({
        bodies: [],
        next: `contacts:${since}:1000:next`,
      });
      expect(await pull(`contacts:${since}:1000`)).to.deep.equal({ bodies: [] });
    });
    it('waits, stops or goes on as Tidio says', async () => {
      const errorOn = async (answer: StubAnswer) => {
        server.answer = answer;
        return rejection(pull(`contact:${contactId}`));
      };
      expect(await errorOn({ status: 401, body: {} })).to.include({ name: 'Rejected', scope: 'reauthorise' });
      expect(await errorOn({ status: 429, body: {} })).to.include({
        name: 'Unavailable',
        scope: 'channel',
        retryAfterMs: 60_000,
      });
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
