import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import type { Message, MessageStatus } from '../../src/contract/messages.ts';
import { expectEventsTellAll, expectNoGaps, wholeThread } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { standardSignature, WebhookCallback } from '../support/webhook-callback.ts';

interface Problem {
  readonly error: { readonly code: string; readonly message: string };
}

describe('the API channel', () => {
  let product: Product;
  let acme: ProductTenant;
  let callback: WebhookCallback;
  let channel: Channel & { secret: string };

  before(async function () {
    this.timeout(60_000);
    [product, callback] = await Promise.all([
      startProduct({ variables: { OUTBOUND_ALLOW: '127.0.0.1:*' } }),
      WebhookCallback.start(),
    ]);
    ({ acme } = product);
    const made = await acme.http<Channel & { secret: string }>('POST', '/channels', {
      platform: 'api',
      name: 'Shop system',
      settings: { callbackUrl: callback.url },
    });
    expect(made.status).to.equal(201);
    channel = made.body;
    callback.secret = channel.secret;
  });
  after(async () => {
    await product?.close();
    await callback?.close();
  });
  afterEach(async () => {
    callback.replies.length = 0;
    callback.requests.length = 0;
    await acme.http('PATCH', `/channels/${channel.id}`, { isActive: true });
    await acme.applied();
    await acme.query('DELETE FROM held_facts');
    await expectEventsTellAll(acme);
    expectNoGaps(await acme.events());
  });

  let last = 0;
  const newId = (word: string) => `${word}-${++last}`;
  const now = () => String(Math.floor(Date.now() / 1000));
  interface Post {
    readonly to?: Pick<Channel, 'webhookUrl'> & { secret: string | null };
    readonly id?: string;
    readonly timestamp?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  const answerTo = async (event: unknown, given: Post = {}): Promise<{ status: number; text: string }> => {
    const { to = channel, id = newId('delivery'), timestamp = now() } = given;
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const response = await fetch(to.webhookUrl ?? '', {
      method: 'POST',
      body,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': standardSignature(to.secret ?? '', id, timestamp, body),
        ...given.headers,
      },
    });
    return { status: response.status, text: await response.text() };
  };
  const post = async (event: unknown, given?: Post) => (await answerTo(event, given)).status;
  const receive = async (event: unknown, given?: Post) => {
    expect(await post(event, given)).to.equal(200);
    await acme.applied();
  };
  const message = (text: string, more: object = {}) => ({
    type: 'message',
    id: newId('message'),
    customer: { id: 'customer-1', name: 'Carla' },
    text,
    ...more,
  });
  const rowOf = async (externalId: string) => {
    const [row] = await acme.query<{ id: number; conversationId: number }>(
      'SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1',
      [externalId],
    );
    return row;
  };
  const threadOf = async (externalId: string) =>
    wholeThread(acme, (await rowOf(externalId))?.conversationId ?? 0);
  const deliveries = () => acme.query('SELECT id, state, error FROM inbound_deliveries ORDER BY id');

  describe('in', () => {
    it('brings a customer, their addresses and what they say', async () => {
      const event = message('Where is my order?', {
        customer: { id: 'c-100', name: 'Dora', email: 'dora@example.com', phone: '+351910000100' },
        attachments: [
          {
            type: 'image',
            url: 'https://files.example/1.jpg',
            mimeType: 'image/jpeg',
            filename: '1.jpg',
            size: 12,
          },
        ],
        sentAt: '2026-11-20T10:00:00+01:00',
      });
      await receive(event);
      const [shown] = await threadOf(event.id);
      expect(shown).to.deep.include({
        type: 'image',
        content: 'Where is my order?',
        sentAt: '2026-11-20T09:00:00.000Z',
      });
      expect(shown?.attachments[0]).to.deep.include({
        type: 'image',
        filename: '1.jpg',
        size: 12,
        url: null,
      });
      const [customer] = await acme.query(
        `SELECT c.name, c.phone, i.kind, i.value FROM customers c JOIN channel_contacts cc ON cc.customer_id = c.id
         JOIN customer_identities i ON i.channel_contact_id = cc.id WHERE i.value = 'c-100'`,
      );
      expect(customer).to.deep.equal({
        name: 'Dora',
        phone: '+351910000100',
        kind: 'customer_id',
        value: 'c-100',
      });
    });

    it('keeps the threads of one customer apart', async () => {
      const events = ['order-1', 'order-2', 'order-1'].map(conversation =>
        message(`About ${conversation}`, { conversation }),
      );
      await receive({ events });
      const ids = await Promise.all(events.map(async event => (await rowOf(event.id))?.conversationId));
      expect(ids[0]).to.equal(ids[2]);
      expect(ids[0]).to.not.equal(ids[1]);
    });

    it('edits, reacts, deletes and quotes', async () => {
      const customer = { id: 'customer-1' };
      const [one, two, three] = [message('one'), message('two'), message('three')] as const;
      await receive({ events: [one, two, three, message('quoting', { replyTo: one.id })] });
      await receive({
        events: [
          { type: 'edit', id: newId('edit'), messageId: one.id, customer, text: 'one, better' },
          { type: 'reaction', id: newId('reaction'), messageId: two.id, customer, emoji: '👍' },
          { type: 'delete', id: newId('delete'), messageId: three.id, customer },
        ],
      });
      const thread = (await threadOf(one.id)).slice(-4);
      expect(thread.map(({ content }) => content)).to.deep.equal(['one, better', 'two', null, 'quoting']);
      expect(thread[1]?.reactions.map(({ emoji }) => emoji)).to.deep.equal(['👍']);
      expect(thread[3]?.replyToId).to.equal(thread[0]?.id);
    });

    it('the same delivery and the same message have an effect once', async () => {
      const event = message('once');
      const id = newId('delivery');
      const before = (await deliveries()).length;
      for (let times = 0; times < 3; times++) await receive(event, { id });
      expect((await deliveries()).length).to.equal(before + 1);
      await receive(event);
      const same = (await threadOf(event.id)).filter(({ content }) => content === 'once');
      expect(same).to.have.length(1);
    });

    it('a delivery of another channel may have the same id', async () => {
      const id = newId('delivery');
      const [one, other] = [message('through the first'), message('through the second')];
      await receive(one, { id });
      await receive(other, { id, to: acme.api });
      expect(await rowOf(one.id)).to.be.an('object');
      expect(await rowOf(other.id)).to.be.an('object');
    });

    it('takes one right signature of several, as during a rotation', async () => {
      const event = message('rotated');
      const body = JSON.stringify(event);
      const [id, timestamp] = [newId('delivery'), now()];
      const old = standardSignature(`whsec_${Buffer.alloc(24, 1).toString('base64')}`, id, timestamp, body);
      const right = standardSignature(channel.secret, id, timestamp, body);
      await receive(body, { id, timestamp, headers: { 'webhook-signature': `${old} v1a,abc= ${right}` } });
      expect(await rowOf(event.id)).to.be.an('object');
    });

    describe('refuses', () => {
      const seconds = (offset: number) => String(Math.floor(Date.now() / 1000) + offset);
      const cases: readonly (readonly [string, () => Post])[] = [
        ['a time more than five minutes ago', () => ({ timestamp: seconds(-310) })],
        ['a time more than five minutes ahead', () => ({ timestamp: seconds(310) })],
        ['milliseconds', () => ({ timestamp: String(Date.now()) })],
        ['no number as time', () => ({ timestamp: 'yesterday' })],
        ['no time', () => ({ timestamp: '' })],
        ['no id', () => ({ headers: { 'webhook-id': '' } })],
        ['another id than was signed', () => ({ headers: { 'webhook-id': 'other' } })],
        ['another time than was signed', () => ({ headers: { 'webhook-timestamp': seconds(-10) } })],
        ['no signature', () => ({ headers: { 'webhook-signature': '' } })],
        [
          'a wrong one',
          () => ({ headers: { 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` } }),
        ],
        [
          "another channel's secret",
          () => ({ to: { webhookUrl: channel.webhookUrl, secret: acme.api.secret } }),
        ],
        [
          "another tenant's secret",
          () => ({ to: { webhookUrl: channel.webhookUrl, secret: product.globex.api.secret } }),
        ],
      ];
      for (const [name, given] of cases)
        it(name, async () => {
          const before = (await deliveries()).length;
          expect(await post(message('forged'), given())).to.equal(401);
          expect((await deliveries()).length).to.equal(before);
        });
    });

    it('refuses what is not an event, and says why: its writer can mend it', async () => {
      const before = (await deliveries()).length;
      const good = message('Not alone');
      for (const [body, reason] of [
        ['no JSON', /./],
        [{ type: 'message', id: 'x' }, /customer/],
        [{ ...message('typo'), sendAt: 'now' }, /sendAt/],
        [{ events: [good, { type: 'bad' }] }, /events\.1\.type/],
      ] as const) {
        const { status, text } = await answerTo(body);
        expect(status).to.equal(422);
        expect((JSON.parse(text) as Problem).error.message).to.match(reason);
      }
      expect((await deliveries()).length).to.equal(before);
      // Nothing of it was kept: the same event comes again, mended.
      await receive({ events: [good] });
      expect(await rowOf(good.id)).to.have.property('id');
    });
  });

  describe('out', () => {
    const chat = async () => {
      const event = message('Hello', { customer: { id: newId('customer'), name: 'Out' } });
      await receive(event);
      return { ...((await rowOf(event.id)) as { id: number; conversationId: number }), externalId: event.id };
    };
    const send = async (conversationId: number, body: object) => {
      const answer = await acme.http<Message>('POST', `/conversations/${conversationId}/messages`, body);
      expect(answer.status).to.equal(201);
      return answer.body;
    };
    const becomes = async (sent: Message, status: MessageStatus) => {
      await until(`message ${sent.id} is ${status}`, async () => {
        const [row] = await acme.query('SELECT status FROM messages WHERE id = $1', [sent.id]);
        return row?.status === status;
      });
      return (await wholeThread(acme, sent.conversationId)).find(({ id }) => id === sent.id) as Message;
    };
    const hurry = async () => {
      await acme.query('UPDATE channels SET paused_until = NULL');
      await acme.query('UPDATE message_sends SET next_attempt_at = now() WHERE claimed_until IS NULL');
      await product.process.workers?.lanes.send.visited(acme.tenant.id);
    };

    it('posts a signed message that names customer, words and quote', async () => {
      const { conversationId, id, externalId } = await chat();
      const sent = await send(conversationId, { content: 'On its way', replyToId: id });
      await becomes(sent, 'sent');
      const [request, ...others] = callback.requests;
      expect(others).to.deep.equal([]);
      expect(request?.isSigned).to.equal(true);
      expect(Math.abs(Number(request?.timestamp) - Date.now() / 1000)).to.be.below(60);
      const [identity] = await acme.query<{ value: string }>(
        `SELECT i.value FROM conversations c JOIN customer_identities i ON i.channel_contact_id = c.channel_contact_id
         WHERE c.id = $1`,
        [conversationId],
      );
      expect(request?.body).to.deep.equal({
        type: 'message',
        id: request?.id,
        to: [{ kind: 'customer_id', value: identity?.value }],
        content: { type: 'text', text: 'On its way' },
        replyTo: externalId,
      });
    });

    it('repeats under the same id what was not taken', async () => {
      const { conversationId } = await chat();
      callback.replies.push({ status: 503 }, { status: 429, headers: { 'retry-after': '60' } });
      const sent = await send(conversationId, { content: 'Again' });
      for (let tries = 1; tries <= 3; tries++) {
        await until('it was asked', () => callback.requests.length >= tries);
        await until('the outcome is recorded', async () => {
          const claimed = await acme.query('SELECT 1 FROM message_sends WHERE claimed_until IS NOT NULL');
          return claimed.length === 0;
        });
        await hurry();
      }
      await becomes(sent, 'sent');
      expect(callback.requests).to.have.length(3);
      expect(new Set(callback.requests.map(({ id }) => id)).size).to.equal(1);
      expect(callback.requests.every(({ isSigned }) => isSigned)).to.equal(true);
    });

    it('knows its receipts by the id that the receiver gave, and by our own', async () => {
      const { conversationId } = await chat();
      callback.replies.push({ status: 200, body: '{"id":"theirs-1"}' });
      const sent = await send(conversationId, { content: 'Named by both' });
      await becomes(sent, 'sent');
      await receive({ type: 'receipt', messageId: 'theirs-1', status: 'delivered' });
      await becomes(sent, 'delivered');
      await receive({ type: 'receipt', messageId: callback.requests[0]?.id, status: 'read' });
      expect((await becomes(sent, 'read')).error).to.equal(null);
      expect(await rowOf('theirs-1')).to.deep.include({ id: sent.id });

      const unnamed = await send(conversationId, { content: 'Named by us' });
      await becomes(unnamed, 'sent');
      await receive({
        type: 'receipt',
        messageId: callback.requests[1]?.id,
        status: 'failed',
        error: { code: 'full', message: 'The mailbox is full.' },
      });
      expect((await becomes(unnamed, 'failed')).error).to.deep.equal({
        code: 'full',
        message: 'The mailbox is full.',
      });
    });

    it('two messages to which the receiver gives the same id are both sent', async () => {
      const { conversationId } = await chat();
      callback.replies.push(
        { status: 200, body: '{"id":"always-this"}' },
        { status: 200, body: '{"id":"always-this"}' },
      );
      const one = await send(conversationId, { content: 'one' });
      const other = await send(conversationId, { content: 'other' });
      await becomes(one, 'sent');
      await becomes(other, 'sent');
      expect(callback.requests).to.have.length(2);
    });

    for (const [status, becomesStatus, code, health] of [
      [400, 'failed', 'http_400', 'ok'],
      [302, 'failed', 'http_302', 'ok'],
      [500, 'unknown', 'outcome_unknown', 'ok'],
      [401, 'pending', 'http_401', 'reauthorise'],
      [410, 'pending', 'http_410', 'stopped'],
    ] as const)
      it(`an answer ${status}: ${becomesStatus}, the channel is ${health}`, async () => {
        const { conversationId } = await chat();
        callback.replies.push({ status, headers: { location: callback.url } });
        const sent = await send(conversationId, { content: 'No' });
        await until('the outcome is shown', async () => {
          const [row] = await acme.query('SELECT error_code AS code FROM messages WHERE id = $1', [sent.id]);
          return row?.code === code;
        });
        await becomes(sent, becomesStatus);
        expect(callback.requests).to.have.length(1);
        expect((await acme.http<Channel>('GET', `/channels/${channel.id}`)).body.health).to.equal(health);
        await acme.http('PATCH', `/channels/${channel.id}`, { isActive: true });
        if (becomesStatus === 'pending') await becomes(sent, 'sent');
      });

    it('without a callback nothing can be sent, and that is said', async () => {
      const event = message('To the other channel');
      await receive(event, { to: acme.api });
      const { id, conversationId } = (await rowOf(event.id)) ?? {};
      for (const [path, body] of [
        [`/conversations/${conversationId}/messages`, { type: 'text', content: 'Nowhere to go' }],
        [`/messages/${id}/react`, { emoji: '👍' }],
      ] as const) {
        const refused = await acme.http<Problem>('POST', path, body);
        expect(refused, path).to.nested.include({ status: 409, 'body.error.code': 'receives_only' });
      }
      const { body } = await acme.http<Channel>('GET', `/channels/${acme.api.id}`);
      expect(body.abilities.send).to.deep.equal([]);
    });
  });
});
