import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import { hashPassword } from '../../src/features/users/index.ts';
import { inboundText } from '../../src/simulator/index.ts';
import { AgentClient } from '../support/agent-client.ts';
import { addKey, addUser, signIn } from '../support/callers.ts';
import { failureOf } from '../support/failure-of.ts';
import { callApi, type Product, type ProductTenant, startProduct } from '../support/product.ts';
import type { ProductChild } from '../support/product-process.ts';
import { ADMIN_ID } from '../support/tenants.ts';

const CLOSED_WITHIN_MS = 5000;

/** Sockets of a real process of its own; what they hear of is committed by another one, unless a test says otherwise. */
describe('the sockets of agents', () => {
  let product: Product;
  let server: ProductChild;
  const clients: AgentClient[] = [];
  let turn = 0;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
    server = await product.addChild('web');
  });
  after(async function () {
    this.timeout(30_000);
    await product?.close();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  async function connect(token: string): Promise<AgentClient> {
    const client = await AgentClient.connect(server.url, token);
    clients.push(client);
    return client;
  }
  const person = (tenant: ProductTenant) => ({
    waId: '351910000001',
    name: `Customer of ${tenant.tenant.slug}`,
  });
  /** One message to this tenant; resolves with its words, which name the tenant. */
  async function receive(tenant: ProductTenant): Promise<string> {
    const text = `for ${tenant.tenant.slug} only, ${++turn}`;
    await tenant.receive([inboundText(person(tenant), text)]);
    return text;
  }
  const hasHeard = (text: string) => (client: AgentClient) => JSON.stringify(client.heard).includes(text);

  describe('who gets in', () => {
    it('only by websocket', async () => {
      const failure = await failureOf(
        AgentClient.connect(server.url, product.acme.token, { transports: ['polling'] }),
      );
      expect(failure).to.be.instanceOf(Error);
      const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
      expect(answer.status).to.equal(400);
    });

    it('only from our own pages, or from no page', async () => {
      for (const origin of [
        'http://evil.example',
        'null',
        `${server.url}.evil.example`,
        'http://127.0.0.1:1',
      ])
        expect(
          await failureOf(AgentClient.connect(server.url, product.acme.token, { origin })),
          origin,
        ).to.be.instanceOf(Error);
      const { host } = new URL(server.url);
      for (const origin of [server.url, `http://${host}`]) {
        const client = await AgentClient.connect(server.url, product.acme.token, { origin });
        expect(client.isConnected, origin).to.equal(true);
        client.close();
      }
    });

    it('only with the token of a session that lives', async () => {
      const { context, acme } = product;
      const { masterKeys } = context;
      const sign = (changes: { audience?: string; issuer?: string; expires?: string; claims?: object }) =>
        new SignJWT({
          tid: acme.tenant.id,
          sub: String(ADMIN_ID),
          ver: 1,
          fam: randomUUID(),
          ...changes.claims,
        })
          .setProtectedHeader({ alg: 'HS256', kid: masterKeys.keyId })
          .setIssuer(changes.issuer ?? 'concierge')
          .setAudience(changes.audience ?? 'agent')
          .setIssuedAt()
          .setExpirationTime(changes.expires ?? '15m')
          .sign(masterKeys.deriveKey('token/agent'));
      const [head = '', body = '', signature = ''] = acme.token.split('.');
      const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
      const visitor = await context.tokens.signVisitor({
        tenantId: acme.tenant.id,
        channelId: acme.widget.id,
        visitorId: randomUUID(),
      });
      const tokens: Record<string, unknown> = {
        nothing: undefined,
        empty: '',
        'a number': 7,
        'an object': { toString: 'x' },
        nonsense: 'nonsense',
        'a key': await addKey(context, acme, ['conversations:read', 'events:read']),
        "a visitor's": visitor,
        expired: await sign({ expires: '-1s' }),
        'of another audience': await sign({ audience: 'visitor' }),
        'of another issuer': await sign({ issuer: 'somebody' }),
        'of a session that never was': await sign({}),
        'of a user that never was': await sign({ claims: { sub: '999' } }),
        'of a tenant that never was': await sign({ claims: { tid: randomUUID() } }),
        'of the other tenant, edited': `${head}.${Buffer.from(
          JSON.stringify({
            ...JSON.parse(Buffer.from(body, 'base64url').toString()),
            tid: product.globex.tenant.id,
          }),
        ).toString('base64url')}.${signature}`,
        unsigned: `${unsigned}.${body}.`,
      };
      for (const [name, token] of Object.entries(tokens)) {
        const failure = await failureOf(AgentClient.connect(server.url, token));
        expect((failure as Error).message, name).to.equal('unauthenticated');
      }
    });
  });

  describe('what is heard', () => {
    it("is one's own tenant's, whatever rooms a client asks for", async () => {
      const { acme, globex } = product;
      const [ours, theirs] = [await connect(acme.token), await connect(globex.token)];
      const { id } = globex.tenant;
      for (const room of [`${id}/readers`, `${id}/blind`, `${id}/user/1`, `${id}/viewing/1`])
        for (const name of ['join', 'room', 'subscribe', 'conversation.view', 'committed'])
          for (const data of [room, [room], { room }, { conversationId: room }, [[id, 1]]])
            ours.emit(name, data);
      ours.say('conversation.view', { conversationId: 1 });
      const secret = await receive(globex);
      await theirs.until('they hear it', hasHeard(secret));
      const own = await receive(acme);
      await ours.until('we hear ours', hasHeard(own));
      expect(hasHeard(globex.tenant.slug)(ours)).to.equal(false);
      expect(hasHeard(acme.tenant.slug)(theirs)).to.equal(false);
      // Both have the same ids: it is the content that tells them apart.
      const created = (client: AgentClient) =>
        client.of('message.created').map(({ data }) => data.message.id);
      expect(created(ours)).to.deep.equal(created(theirs));
    });

    it('is every number once and in order, also of what other processes commit', async () => {
      const { acme } = product;
      const client = await connect(acme.token);
      const from = (await acme.events()).at(-1)?.seq ?? 0;
      const { token } = acme;
      const { body } = await acme.http<{ items: { id: number }[] }>('GET', '/conversations');
      const [conversation] = body.items;
      const note = (url: string, content: string) =>
        callApi(url, 'POST', `/conversations/${conversation?.id}/notes`, { content }, token);
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => note(index % 2 ? server.url : product.url, `note ${index}`)),
      );
      const all = (await acme.events(from)).map(event => event.seq);
      expect(all).to.have.length(30);
      await client.until(
        'all are heard',
        ({ events }) => events.filter(event => event.seq > from).length >= 30,
      );
      expect(client.events.map(event => event.seq).filter(seq => seq > from)).to.deep.equal(all);
    });

    it('is the bare number for somebody who may not see conversations', async () => {
      const { acme, context } = product;
      const watcher = await addUser(context, acme, 'Walter Watcher');
      await acme.query(`INSERT INTO roles (name, permissions) VALUES ('watcher', '{events:read}')`);
      await acme.query(
        `UPDATE users SET role_id = (SELECT id FROM roles WHERE name = 'watcher') WHERE id = $1`,
        [watcher.id],
      );
      const { token } = await signIn(context, acme.tenant, watcher.id);
      const [blind, seeing] = [await connect(token), await connect(acme.token)];
      const text = await receive(acme);
      await seeing.until('the colleague sees it', hasHeard(text));
      const seqs = seeing.events.map(event => event.seq);
      await blind.until('the numbers are heard', ({ events }) => events.length >= seqs.length);
      expect(blind.events.map(event => event.seq)).to.deep.equal(seqs);
      for (const { name, data } of blind.heard) {
        expect(name).to.equal('skipped');
        expect(data).to.have.all.keys('seq', 'type', 'at', 'data');
        expect(data).to.deep.include({ type: 'skipped', data: {} });
      }
      const { body } = await callApi<{ items: { type: string }[] }>(
        server.url,
        'GET',
        `/events?after=${(seqs[0] ?? 0) - 1}`,
        undefined,
        token,
      );
      expect(body.items.map(item => item.type)).to.deep.equal(seqs.map(() => 'skipped'));
      // Nor is this user heard where conversations are spoken of.
      blind.say('conversation.view', { conversationId: 1 });
      blind.say('typing', { conversationId: 1, isTyping: true });
      seeing.say('conversation.view', { conversationId: 1 });
      await seeing.until('it sees itself', client => client.of('viewing').length > 0);
      expect(seeing.of('viewing')).to.deep.equal([
        { conversationId: 1, users: [{ id: ADMIN_ID, name: 'Ada Admin' }] },
      ]);
      expect(seeing.of('typing')).to.deep.equal([]);
    });
  });

  describe('who types and who looks', () => {
    const viewers = (client: AgentClient, conversationId: number): readonly number[] | undefined =>
      client
        .of('viewing')
        .findLast(data => data.conversationId === conversationId)
        ?.users.map(user => user.id)
        .sort();

    it('is told to colleagues of the tenant, to nobody else and not to oneself', async () => {
      const { acme, globex, context } = product;
      const colleague = await addUser(context, acme, 'Tina Types');
      const [ada, tina, other] = [
        await connect(acme.token),
        await connect(colleague.token),
        await connect(globex.token),
      ];
      for (const wrong of [
        null,
        7,
        'x',
        {},
        { conversationId: '1', isTyping: true },
        { conversationId: -1, isTyping: true },
      ])
        tina.emit('typing', wrong);
      tina.say('typing', { conversationId: 12, isTyping: true });
      tina.say('typing', { conversationId: 12, isTyping: false });
      await ada.until('both signs are heard', client => client.of('typing').length >= 2);
      const sign = { conversationId: 12, by: 'user', user: { id: colleague.id, name: 'Tina Types' } };
      expect(ada.of('typing')).to.deep.equal([
        { ...sign, isTyping: true },
        { ...sign, isTyping: false },
      ]);
      ada.say('typing', { conversationId: 12, isTyping: true });
      await tina.until('the answer is heard', client => client.of('typing').length > 0);
      expect(tina.of('typing').map(data => data.user?.id)).to.deep.equal([ADMIN_ID]);
      expect(other.of('typing')).to.deep.equal([]);
    });

    it('follows whoever comes, goes elsewhere, and is cut off', async () => {
      const { acme, context } = product;
      const colleague = await addUser(context, acme, 'Vera Views');
      const [ada, vera] = [await connect(acme.token), await connect(colleague.token)];
      ada.say('conversation.view', { conversationId: 21 });
      await ada.until('she is there', client => viewers(client, 21)?.length === 1);
      vera.say('conversation.view', { conversationId: 21 });
      for (const client of [ada, vera])
        await client.until('both are there', them => viewers(them, 21)?.length === 2);
      vera.say('conversation.view', { conversationId: 22 });
      await ada.until('one has left', client => viewers(client, 21)?.length === 1);
      await vera.until('she is elsewhere', client => viewers(client, 22)?.length === 1);
      vera.say('conversation.view', { conversationId: 21 });
      await ada.until('both are there again', client => viewers(client, 21)?.length === 2);
      vera.close();
      await ada.until('the one who was cut off is gone', client => viewers(client, 21)?.length === 1);
      expect(viewers(ada, 21)).to.deep.equal([ADMIN_ID]);
    });

    it('counts a user once, however many windows are open', async () => {
      const { acme } = product;
      const [one, two] = [await connect(acme.token), await connect(acme.token)];
      one.say('conversation.view', { conversationId: 31 });
      await one.until('she is there', client => viewers(client, 31)?.length === 1);
      two.say('conversation.view', { conversationId: 31 });
      await two.until('she is told', client => viewers(client, 31) !== undefined);
      expect(viewers(two, 31)).to.deep.equal([ADMIN_ID]);
    });

    it('is not listened to when somebody talks more than a person can', async () => {
      const { acme, context } = product;
      const talker = await addUser(context, acme, 'Tom Talks');
      const [ada, tom] = [await connect(acme.token), await connect(talker.token)];
      for (let index = 0; index < 500; index++) tom.say('typing', { conversationId: 41, isTyping: true });
      const text = await receive(acme);
      await tom.until('he still hears', hasHeard(text));
      expect(ada.of('typing').length).to.be.within(1, 100);
    });
  });

  describe('a session that ends closes its sockets within five seconds', () => {
    const password = 'the first long password';

    /** An agent with a socket on the other process; `end` is done by this one. */
    async function expectEnd(
      name: string,
      end: (user: { id: number; token: string; refreshToken: string }) => Promise<unknown>,
    ) {
      const { acme, context } = product;
      const user = await addUser(context, acme, name, { passwordHash: await hashPassword(password) });
      const [theirs, ours] = [await connect(user.token), await connect(acme.token)];
      await end(user);
      await theirs.until('the socket is closed', client => !client.isConnected, CLOSED_WITHIN_MS);
      expect(theirs.heard.at(-1)?.name).to.equal('session.ended');
      expect(ours.isConnected, 'the colleague').to.equal(true);
      const failure = await failureOf(AgentClient.connect(server.url, user.token));
      expect((failure as Error).message).to.equal('unauthenticated');
    }

    for (const where of ['in the same process', 'in another process'] as const) {
      const call = (token: string, method: string, path: string, body: unknown) =>
        callApi(where === 'in the same process' ? server.url : product.url, method, path, body, token).then(
          ({ status }) => expect(status).to.be.within(200, 204),
        );
      const name = (user: string) => `${user} ${where === 'in the same process' ? 'Near' : 'Far'}`;

      it(`by a changed password, ${where}`, () =>
        expectEnd(name('Paula'), ({ token }) =>
          call(token, 'POST', '/auth/password?cookie=0', {
            currentPassword: password,
            newPassword: 'another long password',
          }),
        ));
      it(`by deactivation, ${where}`, () =>
        expectEnd(name('Dora'), ({ id }) =>
          call(product.acme.token, 'PATCH', `/users/${id}`, { isActive: false }),
        ));
      it(`by another role, ${where}`, () =>
        expectEnd(name('Rita'), ({ id }) =>
          call(product.acme.token, 'PATCH', `/users/${id}`, { role: 'lead' }),
        ));
      it(`by signing out, ${where}`, () =>
        expectEnd(name('Olga'), ({ token, refreshToken }) =>
          call(token, 'POST', '/auth/logout', { refreshToken }),
        ));
    }
  });

  const redisUrl = process.env.PRODUCT_REDIS_URL;
  // Without a Redis there is nothing that two installations could share: each listens in its own landlord database.
  if (redisUrl)
    describe('share a Redis with other installations', () => {
      it('by names that say whose they are', async () => {
        const { acme } = product;
        const client = await connect(acme.token);
        const text = await receive(acme);
        await client.until('it is heard', hasHeard(text));
        const redis = new Redis(redisUrl);
        try {
          const names = [...(await redis.keys('*')), ...((await redis.pubsub('CHANNELS')) as string[])];
          expect(names).to.have.length.above(3);
          const own = `concierge:${product.context.installation}:`;
          expect(names.filter(name => name.startsWith(own))).to.have.length.above(3);
          expect(names.filter(name => !name.startsWith('concierge:'))).to.deep.equal([]);
        } finally {
          redis.disconnect();
        }
      });
    });
});
