import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ExternalMessage } from '../../src/contract/external.ts';
import type { Message } from '../../src/contract/messages.ts';
import { createKey } from '../../src/landlord/key-store.ts';
import { expectEventsTellAll, expectNoGaps, wholeThread } from '../support/event-mirror.ts';
import { type Answer, callApi, type Product, type ProductTenant, startProduct } from '../support/product.ts';

interface Session {
  readonly visitor: { readonly id: string; readonly name: string | null };
  readonly token: string;
  readonly expiresIn: number;
}
interface Started {
  readonly chat: { readonly id: string; readonly status: string; readonly queue: null };
}
interface Page {
  readonly items: ExternalMessage[];
  readonly nextCursor: string | null;
}

describe('the chat on a website', () => {
  let product: Product;
  let acme: ProductTenant;
  let globex: ProductTenant;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
    ({ acme, globex } = product);
  });
  after(() => product?.close());
  afterEach(async () => {
    await expectEventsTellAll(acme);
    expectNoGaps(await acme.events());
  });

  const ORIGIN = 'https://shop.example';
  const call = <Body>(method: string, path: string, body?: unknown, token?: string, url = product.url) =>
    callApi<Body>(url, method, `/external${path}`, body, token, { origin: ORIGIN });
  const init = (tenant: ProductTenant, more: object = {}) =>
    call<Session>('POST', '/visitor/init', {
      apiKey: tenant.widget.widgetKey,
      sessionId: randomUUID(),
      ...more,
    });
  const visit = async (tenant = acme, more: object = {}): Promise<Session> => {
    const answer = await init(tenant, more);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body;
  };
  const start = async (session: Session, initialMessage = 'Hello?', clientId?: string): Promise<string> => {
    const answer = await call<Started>('POST', '/chat/start', { initialMessage, clientId }, session.token);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body.chat.id;
  };
  const say = (session: Session, chatId: string, content: string, clientId?: string, url?: string) =>
    call<ExternalMessage>('POST', `/chat/${chatId}/messages`, { content, clientId }, session.token, url);
  const read = (session: Session, chatId: string, query = '') =>
    call<Page>('GET', `/chat/${chatId}/messages${query}`, undefined, session.token);
  const refusal = ({ status, body }: Answer<unknown>) => [
    status,
    (body as { error?: { code: string } }).error?.code,
  ];
  const conversationOf = async (chatId: string) => {
    const [row] = await acme.query<{ id: number }>('SELECT id FROM conversations WHERE public_id = $1', [
      chatId,
    ]);
    return row?.id ?? 0;
  };

  it('a visitor opens a session, writes, and reads what was written', async () => {
    const session = await visit(acme, { name: 'Vera', email: 'vera@example.com' });
    expect(session.visitor.name).to.equal('Vera');
    expect(session.expiresIn).to.equal(86_400);
    const chatId = await start(session, 'Is it in stock?');
    const second = await say(session, chatId, 'The blue one');
    expect(second.status).to.equal(201);
    expect(second.body).to.deep.include({
      chatId,
      senderType: 'customer',
      sender: null,
      type: 'text',
      content: 'The blue one',
      attachments: [],
      status: 'delivered',
    });
    const page = (await read(session, chatId)).body;
    expect(page.items.map(message => message.content)).to.deep.equal(['Is it in stock?', 'The blue one']);
    expect(page.nextCursor).to.equal(null);
    const { body } = await acme.http<{ customer: { name: string }; platform: string; windowExpiresAt: null }>(
      'GET',
      `/conversations/${await conversationOf(chatId)}`,
    );
    expect(body).to.deep.include({ platform: 'widget', windowExpiresAt: null });
    expect(body.customer.name).to.equal('Vera');
  });

  it("an agent's answer is seen by the visitor, without the agent's number and without colleagues' lines", async () => {
    const session = await visit();
    const chatId = await start(session);
    const id = await conversationOf(chatId);
    const sent = await acme.http<Message>('POST', `/conversations/${id}/messages`, { content: 'Yes, it is' });
    expect(sent.body).to.include({ status: 'sent' });
    await acme.http('PATCH', `/conversations/${id}`, { status: 'pending' });
    await acme.http('POST', `/conversations/${id}/notes`, { content: 'a note of ours' });
    const { items } = (await read(session, chatId)).body;
    expect(items.map(({ content, senderType, sender }) => [content, senderType, sender])).to.deep.equal([
      ['Hello?', 'customer', null],
      ['Yes, it is', 'agent', { name: 'Ada Admin', avatarUrl: null }],
    ]);
    const internal = new Set(Object.keys(sent.body).filter(key => key.endsWith('Id') && key !== 'clientId'));
    for (const item of items) for (const key of internal) expect(item).to.not.have.property(key);
    expect((await acme.http(`GET`, `/conversations/${id}`)).body).to.include({ waitingSince: null });
    expect((await start(session, 'Great')).length).to.equal(36);
    expect(await conversationOf(chatId)).to.equal(id);
    expect((await read(session, chatId)).body.items.at(-1)?.content).to.equal('Great');
  });

  it('catches up after the last message that it has, page by page', async () => {
    const session = await visit();
    const chatId = await start(session, '0');
    for (let index = 1; index <= 6; index++) await say(session, chatId, String(index));
    const all = (await read(session, chatId)).body.items;
    const pages: (string | null)[][] = [];
    for (let after = ''; ; ) {
      const { items, nextCursor } = (await read(session, chatId, `?limit=3${after}`)).body;
      pages.push(items.map(message => message.content));
      if (nextCursor === null) break;
      after = `&after=${nextCursor}`;
    }
    expect(pages).to.deep.equal([['0', '1', '2'], ['3', '4', '5'], ['6']]);
    const rest = (await read(session, chatId, `?after=${all[4]?.id}`)).body;
    expect(rest.items).to.deep.equal(all.slice(5));
    expect((await read(session, chatId, `?after=${all.at(-1)?.id}`)).body).to.deep.equal({
      items: [],
      nextCursor: null,
    });
    expect((await read(session, chatId, `?after=${randomUUID()}`)).body.items).to.deep.equal([]);
  });

  it('the same clientId is one message, one after the other and at once', async () => {
    const session = await visit();
    const clientId = randomUUID();
    const chatId = await start(session, 'Once', clientId);
    expect(await start(session, 'Once', clientId)).to.equal(chatId);
    const other = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => say(session, chatId, 'Twice?', other)),
    );
    expect(new Set(answers.map(answer => answer.status))).to.deep.equal(new Set([201]));
    expect(new Set(answers.map(answer => answer.body.id)).size).to.equal(1);
    expect((await read(session, chatId)).body.items.map(message => message.content)).to.deep.equal([
      'Once',
      'Twice?',
    ]);
    // Another visitor may use the same one.
    const stranger = await visit();
    expect(await start(stranger, 'Mine', clientId)).to.not.equal(chatId);
  });

  it('keeps the order of twenty messages that are sent at once, each one seen', async () => {
    const session = await visit();
    const chatId = await start(session);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => say(session, chatId, `at once ${index}`)),
    );
    expect(answers.map(answer => answer.status)).to.deep.equal(Array(20).fill(201));
    const { items } = (await read(session, chatId, '?limit=100')).body;
    expect(items).to.have.length(21);
    expect(items.map(item => item.createdAt)).to.deep.equal(items.map(item => item.createdAt).sort());
    expect(await wholeThread(acme, await conversationOf(chatId))).to.have.length(21);
  });

  it('works in a process that has no workers of its own', async () => {
    const web = await product.addProcess({ hasNoWorkers: true });
    const session = await visit();
    const chatId = await start(session);
    const answer = await say(session, chatId, 'Through another door', undefined, web.url);
    expect([answer.status, answer.body.content]).to.deep.equal([201, 'Through another door']);
    await web.close();
  });

  it('a token opens the same visitor again; a foreign one does not', async () => {
    const session = await visit();
    const chatId = await start(session);
    const again = await visit(acme, { visitorToken: session.token, name: 'Now with a name' });
    expect(again.visitor).to.deep.equal({ id: session.visitor.id, name: 'Now with a name' });
    expect((await read(again, chatId)).body.items).to.have.length(1);
    const elsewhere = await visit(globex, { visitorToken: session.token });
    expect(elsewhere.visitor.id).to.not.equal(session.visitor.id);
    const broken = await visit(acme, { visitorToken: `${session.token}x` });
    expect(broken.visitor.id).to.not.equal(session.visitor.id);
  });

  it('nobody reads or writes in the chat of somebody else', async () => {
    const [one, other, foreign] = [
      await visit(acme, { name: 'A', email: 'same@example.com' }),
      await visit(acme, { name: 'A', email: 'same@example.com' }),
      await visit(globex),
    ];
    const chatId = await start(one, 'private');
    const own = await start(other);
    await start(foreign);
    for (const session of [other, foreign]) {
      expect(refusal(await read(session, chatId))).to.deep.equal([404, 'not_found']);
      expect(refusal(await say(session, chatId, 'intruding'))).to.deep.equal([404, 'not_found']);
    }
    const [message] = (await read(one, chatId)).body.items;
    expect((await read(other, own, `?after=${message?.id}`)).body.items).to.deep.equal([]);
    expect(refusal(await read(one, randomUUID()))).to.deep.equal([404, 'not_found']);
    expect(refusal(await read(one, '1'))).to.deep.equal([404, 'not_found']);
    expect((await read(one, chatId)).body.items.map(item => item.content)).to.deep.equal(['private']);
  });

  it('the credentials of agents and visitors do not open each other’s routes', async () => {
    const session = await visit();
    const chatId = await start(session);
    expect(refusal(await product.http('GET', '/conversations', undefined, session.token))).to.deep.equal([
      403,
      'forbidden',
    ]);
    expect(
      (await product.http('GET', `/external/chat/${chatId}/messages`, undefined, acme.token)).status,
    ).to.equal(403);
    expect((await product.http('GET', `/external/chat/${chatId}/messages`)).status).to.equal(401);
  });

  it('only the public key of a widget opens a session, and only on its pages', async () => {
    const { key } = await createKey(product.landlord.db, acme.tenant.id, 'secret', ['conversations:read']);
    const webhookToken = acme.account.webhookUrl.split('/').at(-1);
    for (const apiKey of [key, 'wk_unknown', webhookToken])
      expect(refusal(await init(acme, { apiKey })), apiKey).to.deep.equal([401, 'invalid_key']);
    expect(refusal(await init(acme, { identityToken: 'x' }))).to.deep.equal([401, 'invalid_identity']);
    expect((await init(acme, { isAdmin: true })).status).to.equal(422);

    const from = (origin: string) =>
      callApi(
        product.url,
        'POST',
        '/external/visitor/init',
        { apiKey: acme.widget.widgetKey, sessionId: randomUUID() },
        undefined,
        { origin },
      );
    for (const origin of ['https://shop.example', 'http://shop.example', 'https://eu.shop.example']) {
      const answer = await from(origin);
      expect([answer.status, answer.headers.get('access-control-allow-origin')], origin).to.deep.equal([
        200,
        origin,
      ]);
      expect(answer.headers.get('access-control-allow-credentials')).to.equal(null);
    }
    for (const origin of [
      'https://evil.example',
      'https://shop.example.evil.example',
      'https://notshop.example',
      'https://evil.example/shop.example',
      'null',
    ])
      expect(refusal(await from(origin)), origin).to.deep.equal([403, 'domain_not_allowed']);
  });

  it('answers a preflight for any page, without credentials', async () => {
    const response = await fetch(`${product.url}/api/v1/external/visitor/init`, {
      method: 'OPTIONS',
      headers: { origin: 'https://anywhere.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).to.equal(204);
    expect(response.headers.get('access-control-allow-origin')).to.equal('https://anywhere.example');
    expect(response.headers.get('access-control-allow-headers')).to.contain('Authorization');
    expect(response.headers.get('access-control-allow-credentials')).to.equal(null);
  });

  it('a widget that is switched off opens no new session', async () => {
    await acme.http('PATCH', `/channels/${acme.widget.id}`, { isActive: false });
    expect(refusal(await init(acme))).to.deep.equal([401, 'invalid_key']);
    await acme.http('PATCH', `/channels/${acme.widget.id}`, { isActive: true });
    expect((await init(acme)).status).to.equal(200);
  });

  it('what a visitor says stays what it is', async () => {
    const session = await visit(acme, { name: '<b>Bold</b>' });
    const words = '<script>alert(1)</script> \u202e end';
    const chatId = await start(session, words);
    const [shown] = (await read(session, chatId)).body.items;
    expect(shown?.content).to.equal(words);
    for (const content of ['', '   ', 'x'.repeat(10_001), 'a\u0000b', '\ud83d'])
      expect(refusal(await say(session, chatId, content))).to.deep.equal([422, 'validation_failed']);
    expect((await read(session, chatId)).body.items).to.have.length(1);
  });
});
