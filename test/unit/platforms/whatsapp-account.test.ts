import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const shared = 'https://example.test/webhooks/whatsapp';
const door = { url: `${shared}/token-a` };
const settings = {
  phoneNumberId: '770022',
  businessAccountId: '880011',
  accessToken: 'token-1',
  verifyToken: 'verify-1',
};
const override = { override_callback_uri: door.url, verify_token: 'verify-1' };
const graph = (code: number, message = 'm', error_subcode?: number): StubAnswer => ({
  status: 400,
  body: { error: { code, message, error_subcode } },
});
const number = {
  verified_name: 'Azulejo',
  display_phone_number: '+351 21 000 0001',
  quality_rating: 'GREEN',
};
const subscribed = { data: [{ whatsapp_business_api_data: { name: 'Concierge' } }] };

describe('A WhatsApp account', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.seen.length = 0;
  });
  const io = (timeout?: number) => ioOf(client(timeout), server.url);
  /** The answer of each method and path, without its version. */
  const answers = (byPath: Readonly<Record<string, StubAnswer>>) => {
    server.answer = ({ method, url }) =>
      byPath[`${method} ${decodeURIComponent(url).replace(/^\/v23\.0/, '')}`] ?? { status: 404, body: {} };
  };
  const asked = () =>
    server.seen.map(({ method, url, body }) => [
      `${method} ${url.replace(/^\/v23\.0/, '')}`,
      body.length === 0 ? undefined : JSON.parse(body.toString('utf8')),
    ]);

  describe('when it is connected', () => {
    const connect = (own = settings) => whatsappAdapter.connect!(own, io(), door);
    const subscribing: Readonly<Record<string, StubAnswer>> = {
      'POST /880011/subscribed_apps': { body: { success: true } },
      'POST /770022': { body: { success: true } },
    };
    it('gets an address for its number, so that the other numbers of the business keep theirs', async () => {
      answers(subscribing);
      await connect();
      expect(asked()).to.deep.equal([
        ['POST /880011/subscribed_apps', {}],
        ['POST /770022', { webhook_configuration: override }],
      ]);
      expect(server.last.headers.authorization).to.equal('Bearer token-1');
    });
    it('gets one for the whole business where a number can have none', async () => {
      for (const refusal of [graph(100, 'Unknown field'), graph(10), { status: 404, body: '' }]) {
        server.seen.length = 0;
        answers({ ...subscribing, 'POST /770022': refusal });
        await connect();
        expect(asked().at(-1)).to.deep.equal(['POST /880011/subscribed_apps', override]);
        expect(asked()).to.have.length(3);
      }
    });
    it('is tried again later, and not in another way, while WhatsApp does not answer', async () => {
      answers({ ...subscribing, 'POST /770022': { status: 503, body: '' } });
      expect(await rejection(connect())).to.be.instanceOf(Unavailable);
      expect(asked()).to.have.length(2);
    });
    it('is only subscribed where there is no verify token', async () => {
      answers(subscribing);
      const { verifyToken: _none, ...bare } = settings;
      await connect(bare as typeof settings);
      expect(asked()).to.deep.equal([['POST /880011/subscribed_apps', {}]]);
    });
    it('leaves the webhook to a person where the token may not set it, and stops for an ended one only', async () => {
      answers({ 'POST /880011/subscribed_apps': graph(200) });
      const refused = await rejection(connect());
      expect(refused).to.include({ scope: 'message', code: '200' });
      expect(refused.message).to.match(/by hand\.$/);
      answers({ 'POST /880011/subscribed_apps': graph(190) });
      expect(await rejection(connect())).to.include({ scope: 'reauthorise', code: '190' });
    });
    it('says what Meta says when its door is not found', async () => {
      const failed = graph(2200, 'Callback verification failed');
      answers({ 'POST /880011/subscribed_apps': failed, 'POST /770022': failed });
      expect(await rejection(connect())).to.include({
        scope: 'message',
        message: 'WhatsApp refused: Callback verification failed.',
      });
    });
  });

  describe('when it is checked', () => {
    const check = () => whatsappAdapter.check!(settings, io(), door);
    const paths = {
      number: 'GET /770022?fields=display_phone_number,verified_name,quality_rating,throughput',
      webhook: 'GET /770022?fields=webhook_configuration',
      subscriptions: 'GET /880011/subscribed_apps',
    } as const;
    const standing = (byPath: Partial<Record<keyof typeof paths, StubAnswer>>) => {
      const all = { number: { body: number }, subscriptions: { body: subscribed }, ...byPath };
      answers(
        Object.fromEntries(
          Object.entries(all).map(([name, answer]) => [paths[name as keyof typeof paths], answer]),
        ),
      );
      return check();
    };
    const configured = (webhook_configuration: unknown): StubAnswer => ({
      body: { webhook_configuration, id: '770022' },
    });
    const elsewhere = 'https://elsewhere.test/hook';

    it('is well when its number has our address', async () => {
      const webhook = configured({ application: elsewhere, phone_number: door.url });
      expect(await standing({ webhook })).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: 'Azulejo, +351 21 000 0001',
        isSubscribed: true,
        facts: [{ name: 'Quality', value: 'high' }],
      });
    });
    const configurations: readonly (readonly [string, unknown, boolean])[] = [
      ['the business account’s', { whatsapp_business_account: door.url, application: elsewhere }, true],
      ['the app’s', { application: door.url }, true],
      ['the server’s own app’s', { application: shared }, true],
      ['one under a name that is not known', { something_new: door.url }, true],
      ['another one of the number', { phone_number: elsewhere, application: door.url }, false],
      [
        'another one of the business account',
        { whatsapp_business_account: `${shared}/token-b`, application: shared },
        false,
      ],
      ['another one of the app', { application: elsewhere }, false],
    ];
    for (const [name, configuration, isSubscribed] of configurations)
      it(`${isSubscribed ? 'hears' : 'does not hear'} by ${name}`, async () => {
        const result = await standing({ webhook: configured(configuration) });
        expect(result).to.include({ health: isSubscribed ? 'ok' : 'warning', isSubscribed });
        if (!isSubscribed)
          expect(result.message).to.match(
            /to another address\. Connect the channel again to have them here\.$/,
          );
      });
    it('is not subscribed when no app is', async () => {
      const result = await standing({
        webhook: configured({ phone_number: door.url }),
        subscriptions: { body: { data: [] } },
      });
      expect(result).to.include({ health: 'warning', isSubscribed: false });
      expect(result.message).to.match(/does not deliver.*Connect the channel again\.$/);
    });
    it('goes by the subscriptions where the number does not say', async () => {
      const of = (...data: object[]) => ({ subscriptions: { body: { data } } });
      for (const webhook of [
        configured(undefined),
        configured('odd'),
        configured({ x: 'odd' }),
        graph(100),
      ]) {
        expect(await standing({ webhook, ...of({}) })).to.include({ health: 'ok', isSubscribed: true });
        const ours = of({ override_callback_uri: elsewhere }, { override_callback_uri: door.url });
        expect(await standing({ webhook, ...ours })).to.include({ isSubscribed: true });
        const theirs = of({ override_callback_uri: `${shared}/token-b` });
        expect(await standing({ webhook, ...theirs })).to.include({ health: 'warning', isSubscribed: false });
      }
    });
    for (const refusal of [graph(10), graph(200), graph(100, 'gone', 33), { status: 403, body: '' }])
      it(`stays well when it may not ask for its webhook: ${JSON.stringify(refusal)}`, async () => {
        const result = await standing({ subscriptions: refusal, webhook: refusal });
        expect(result).to.include({ health: 'ok', message: null }).and.not.to.have.property('isSubscribed');
        expect(result.facts?.at(-1)?.value).to.match(/^Cannot be checked\. /);
        const webhook = configured({ phone_number: door.url });
        expect(await standing({ subscriptions: refusal, webhook })).to.include({ isSubscribed: true });
      });
    it('wants a new token, or stops, by what is said of the number itself', async () => {
      expect(await standing({ number: graph(190) })).to.include({ health: 'reauthorise' });
      expect(await standing({ number: graph(100, 'gone', 33) })).to.include({ health: 'reauthorise' });
      expect(await standing({ number: graph(368) })).to.include({ health: 'stopped' });
      expect(await standing({ number: { status: 500, body: '' } })).to.include({ health: 'unknown' });
    });
    it('tells of a low quality, after what is worse', async () => {
      const low = { number: { body: { ...number, quality_rating: 'RED' } } };
      const webhook = configured({ phone_number: door.url });
      expect((await standing({ ...low, webhook })).message).to.contain('quality');
      const other = configured({ phone_number: elsewhere });
      expect((await standing({ ...low, webhook: other })).message).to.contain('another address');
    });
  });

  describe('when it is asked for its history', () => {
    const pull = () => whatsappAdapter.pull!('history:1790000000:1', settings, io());
    for (const code of [0, 3, 10, 100, 200, 230, 368, 131005])
      it(`loses only that when it is refused by ${code}`, async () => {
        server.answer = graph(code, 'No', code === 100 ? 33 : undefined);
        const error = await rejection(pull());
        expect(error).to.be.instanceOf(Rejected);
        expect(error).to.include({ scope: 'message', code: String(code) });
        expect(error.message).to.match(/^WhatsApp does not tell what became of earlier messages\. .*\.$/);
      });
    it('needs a new token when that has ended, and waits while nobody answers', async () => {
      server.answer = graph(190);
      expect(await rejection(pull())).to.include({ scope: 'reauthorise', code: '190' });
      server.answer = graph(4);
      expect(await rejection(pull())).to.be.instanceOf(Unavailable);
    });
    it('tells a failure in WhatsApp’s words, without a code that nobody gave', async () => {
      const failed = { delivery_status: 'FAILED', timestamp: 1790000061 };
      const events = { data: [{ ...failed, error_description: 'Undeliverable' }, failed] };
      server.answer = { body: { data: [{ message_id: 'wamid.A', events }] } };
      const facts = (await pull()).bodies.flatMap(({ body }) => whatsappAdapter.parse(body, new Date(0)));
      expect(facts.map(fact => fact.kind === 'receipt' && fact.fault)).to.deep.equal([
        {
          code: 'unknown',
          title: 'WhatsApp refused this. WhatsApp says: Undeliverable',
          details: 'Undeliverable',
        },
        { code: 'unknown', title: 'WhatsApp could not deliver this message and gave no reason.' },
      ]);
    });
  });
});
