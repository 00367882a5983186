import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import type { TenantEvent } from '../../src/contract/events.ts';
import type { Message } from '../../src/contract/messages.ts';
import { lockKey } from '../../src/db/advisory-lock.ts';
import type { Statement } from '../../src/db/planes.ts';
import { Session } from '../../src/db/session.ts';
import type { ArrivingDelivery } from '../../src/features/inbound/delivery-store.ts';
import { PeopleMemory } from '../../src/features/inbound/people-memory.ts';
import type { KnownAddress } from '../../src/features/inbound/resolve-people.ts';
import { readArriving, takeIn } from '../../src/features/inbound/take-in.ts';
import { envelopeOf, inboundText, type WhatsAppEvent } from '../../src/simulator/index.ts';
import type { TenantScope } from '../../src/tenancy/tenants.ts';
import { expectEventsTellAll, expectNoGaps } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

/** Messages are applied in the transaction that stores them, with writers as they are remembered; see take-in.ts. */
describe('deliveries that are applied as they come', () => {
  let product: Product;
  let acme: ProductTenant;
  let memory: PeopleMemory;

  before(async () => {
    product = await startProduct();
    ({ acme } = product);
  });
  after(() => product?.close());
  beforeEach(() => {
    memory = new PeopleMemory();
  });
  afterEach(async () => {
    expectNoGaps(await acme.events());
  });

  const deliveryOf = (...events: readonly WhatsAppEvent[]): ArrivingDelivery => ({
    channelId: acme.whatsapp.id,
    platform: 'whatsapp',
    deliveryKey: randomUUID(),
    body: Buffer.from(JSON.stringify(envelopeOf(acme.account, events))),
    bodySha256: 'of the test',
    headers: {},
    receivedAt: new Date(),
  });
  const take = (...deliveries: readonly ArrivingDelivery[]) =>
    product.context.tenants.runOn(acme.tenant, scope =>
      takeIn(scope, deliveries.map(readArriving), memory, true),
    );
  /** As `take`, and how it was done; `fails` is what the database answers to the statement for known writers. */
  const watch = async (deliveries: readonly ArrivingDelivery[], fails?: Error) => {
    const told: TenantEvent[] = [];
    const complaints: unknown[] = [];
    let steps = 0;
    const isDone = await product.context.tenants.runOn(acme.tenant, scope => {
      const db = Object.create(scope.db, {
        query: {
          value: (statement: string | Statement, values?: readonly unknown[]) =>
            fails && typeof statement !== 'string' && /^take-in-.*-known$/.test(statement.name)
              ? Promise.reject(fails)
              : scope.db.query(statement, values),
        },
      });
      const log = Object.create(scope.log, {
        error: { value: (fields: { error: unknown }) => complaints.push(fields.error) },
      });
      const watched: TenantScope = {
        ...scope,
        db,
        log,
        publish: events => {
          told.push(...events);
          scope.publish(events);
        },
        transaction: work => {
          steps++;
          return scope.transaction(work);
        },
      };
      return takeIn(watched, deliveries.map(readArriving), memory, true);
    });
    return { isDone, isOneStatement: isDone && steps === 0, told, complaints };
  };
  const say = (waId: string, text: string, at?: Date) =>
    deliveryOf(inboundText({ waId, name: `Guessed ${waId}` }, text, at && { at }));
  const conversations = (waId: string) =>
    acme.query<{ id: number; status: string; unread: number; contents: string[] }>(
      `SELECT c.id, c.status, c.unread_count AS unread, array_agg(m.content ORDER BY m.id) AS contents
       FROM conversations c JOIN messages m ON m.conversation_id = c.id JOIN customers cu ON cu.id = c.customer_id
       WHERE cu.name = $1 AND m.type <> 'system' GROUP BY c.id ORDER BY c.id`,
      [`Guessed ${waId}`],
    );
  const contents = async (waId: string) => (await conversations(waId)).map(row => row.contents);
  const pending = () => acme.query(`SELECT 1 FROM inbound_deliveries WHERE state = 'pending'`);

  it('leave nothing for a drain, the first time and the next times', async () => {
    for (const text of ['one', 'two', 'three']) expect(await take(say('351960000001', text))).to.equal(true);
    expect(await contents('351960000001')).to.deep.equal([['one', 'two', 'three']]);
    expect(await pending()).to.deep.equal([]);
  });

  it('of known writers are one statement, which tells of them in the platform’s order', async () => {
    const writers = ['351960000021', '351960000022', '351960000023'] as const;
    // The first message makes a writer, the second one finds whom to remember.
    for (const waId of writers)
      for (const text of ['hello', 'hello again'])
        expect(await watch([say(waId, text)])).to.include({ isDone: true, isOneStatement: false });
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const groups = [
      [say(writers[0], 'alone', minutesAgo(9))],
      [
        say(writers[0], 'fifth', minutesAgo(1)),
        say(writers[1], 'second', minutesAgo(4)),
        say(writers[2], 'first', minutesAgo(5)),
        say(writers[0], 'third', minutesAgo(3)),
        say(writers[1], 'fourth', minutesAgo(2)),
      ],
    ];
    const told = [];
    for (const group of groups) {
      const taken = await watch(group);
      expect(taken).to.include({ isDone: true, isOneStatement: true });
      told.push(...taken.told);
    }
    expect(told.map(({ data }) => (data as { message: Message }).message.content)).to.deep.equal([
      'alone',
      'first',
      'second',
      'third',
      'fourth',
      'fifth',
    ]);
    expect(told).to.deep.equal((await acme.events()).slice(-told.length));
    await expectEventsTellAll(acme);
  });

  it('go by the steps when that statement fails, and it is told unless it was a race', async () => {
    const waId = '351960000024';
    for (const text of ['hello', 'hello again']) await take(say(waId, text));
    const broken = Object.assign(new Error('syntax error'), { code: '42601' });
    expect((await watch([say(waId, 'one')], broken)).complaints).to.deep.equal([broken]);
    const deadlock = Object.assign(new pg.DatabaseError('deadlock detected', 0, 'error'), { code: '40P01' });
    expect((await watch([say(waId, 'two')], deadlock)).complaints).to.deep.equal([]);
    expect(await contents(waId)).to.deep.equal([['hello', 'hello again', 'one', 'two']]);
    expect(await pending()).to.deep.equal([]);
  });

  it('tell when their channel last heard something', async () => {
    const delivery = say('351960000009', 'Do you hear me?');
    await take(delivery);
    const { body } = await acme.http<{ lastInboundAt: string | null }>(
      'GET',
      `/channels/${acme.whatsapp.id}`,
    );
    expect(body.lastInboundAt).to.equal(delivery.receivedAt.toISOString());
  });

  it('go where the database says, whatever is remembered', async () => {
    await take(say('351960000002', 'mine'));
    await take(say('351960000003', 'of somebody else'));
    const [right] = await acme.query<KnownAddress>(
      `SELECT i.channel_id AS "channelId", i.kind, i.value, i.channel_contact_id AS "contactId",
         cc.customer_id AS "customerId", cu.name, cu.avatar, cu.is_blocked AS "isBlocked", c.id AS "chatId"
       FROM customer_identities i JOIN channel_contacts cc ON cc.id = i.channel_contact_id
       JOIN customers cu ON cu.id = cc.customer_id JOIN conversations c ON c.channel_contact_id = cc.id
       WHERE i.value = '351960000002' AND i.kind = 'wa_id'`,
    );
    const [other] = await conversations('351960000003');
    if (!right || !other) throw new Error('They have not written.');
    const wrongs: readonly Partial<KnownAddress>[] = [
      { chatId: other.id },
      { contactId: right.contactId + 1 },
      { customerId: right.customerId + 1 },
      { name: 'Somebody else' },
      { isBlocked: true },
    ];
    for (const [index, wrong] of wrongs.entries()) {
      memory.remember(acme.tenant.id, [right], [{ ...right, ...wrong }]);
      expect(await take(say('351960000002', `wrong ${index}`)), JSON.stringify(wrong)).to.equal(true);
    }
    expect(await contents('351960000002')).to.deep.equal([
      ['mine', ...wrongs.map((_, index) => `wrong ${index}`)],
    ]);
    expect(await contents('351960000003')).to.deep.equal([['of somebody else']]);
    expect((await conversations('351960000002'))[0]?.unread).to.equal(1 + wrongs.length);
    await expectEventsTellAll(acme);
  });

  const changes = {
    'was blocked: is stored and counts nowhere': {
      change: `UPDATE customers SET is_blocked = true WHERE name = $1`,
      ends: [{ status: 'new', unread: 2, contents: ['one', 'two', 'after'] }],
    },
    'was resolved: opens it again': {
      change: `UPDATE conversations SET status = 'resolved', resolved_at = now()
        WHERE customer_id = (SELECT id FROM customers WHERE name = $1)`,
      ends: [{ status: 'open', unread: 3, contents: ['one', 'two', 'after'] }],
    },
    'was archived: begins another': {
      change: `UPDATE conversations SET status = 'archived', resolved_at = now()
        WHERE customer_id = (SELECT id FROM customers WHERE name = $1)`,
      ends: [
        { status: 'archived', unread: 2, contents: ['one', 'two'] },
        { status: 'new', unread: 1, contents: ['after'] },
      ],
    },
  };
  for (const [index, [name, { change, ends }]] of Object.entries(changes).entries())
    it(`of somebody who meanwhile ${name}`, async () => {
      const waId = `35196000010${index}`;
      for (const text of ['one', 'two']) await take(say(waId, text));
      await acme.query(change, [`Guessed ${waId}`]);
      expect(await take(say(waId, 'after'))).to.equal(true);
      expect((await conversations(waId)).map(({ id, ...row }) => row)).to.deep.equal(ends);
    });

  const interruptions = {
    'archives it: a new one begins': {
      change: `UPDATE conversations SET status = 'archived', resolved_at = now() WHERE id = $1`,
      statuses: ['archived', 'new'],
    },
    'resolves it: it is opened again': {
      change: `UPDATE conversations SET status = 'resolved', resolved_at = now() WHERE id = $1`,
      statuses: ['open'],
    },
  };
  for (const [index, [name, { change, statuses }]] of Object.entries(interruptions).entries())
    it(`wait for the conversation while somebody ${name}`, async () => {
      const waId = `35196000020${index}`;
      for (const text of ['one', 'two']) await take(say(waId, text));
      const [conversation] = await conversations(waId);
      const colleague = await Session.connect(acme.tenant.target, 'a colleague');
      try {
        await colleague.query('BEGIN');
        await colleague.query(change, [conversation?.id]);
        const taking = take(say(waId, 'three'));
        await until('the message waits', async () => {
          const waiting = await acme.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
          return waiting.length > 0;
        });
        await colleague.query('COMMIT');
        expect(await taking).to.equal(true);
      } finally {
        await colleague.close();
      }
      expect((await conversations(waId)).map(row => row.status)).to.deep.equal(statuses);
      expect((await contents(waId)).flat()).to.deep.equal(['one', 'two', 'three']);
    });

  it('under one key are one delivery, whoever wrote it', async () => {
    const waId = '351960000012';
    for (const text of ['one', 'two']) await take(say(waId, text));
    const first = say(waId, 'three');
    const second = { ...say(waId, 'never stored'), deliveryKey: first.deliveryKey };
    await take(first, second);
    await take(second);
    expect(await contents(waId)).to.deep.equal([['one', 'two', 'three']]);
  });

  it('ring a drain only when a held fact speaks of them', async () => {
    const waId = '351960000013';
    for (const text of ['one', 'two']) await take(say(waId, text));
    const message = inboundText({ waId, name: `Guessed ${waId}` }, 'three');
    if (message.kind !== 'message') throw new Error('It is a message.');
    await acme.query(
      `INSERT INTO held_facts (delivery_id, fact_index, channel_id, reason, target_external_id, expires_at)
       SELECT min(d.id), i.index, $1, 'target', i.id, now() + interval '1 day'
       FROM inbound_deliveries d, unnest($2::int[], $3::text[]) AS i (index, id) GROUP BY i.index, i.id`,
      [acme.whatsapp.id, [90, 91], ['wamid.of.another.system', message.message.id]],
    );
    try {
      expect(await take(say(waId, 'not spoken of'))).to.equal(true);
      expect(await take(deliveryOf(message))).to.equal(false);
    } finally {
      await acme.query('DELETE FROM held_facts WHERE fact_index IN (90, 91)');
    }
  });

  it('wait for nobody: while a drain is at work they are stored for it', async () => {
    const waId = '351960000004';
    await take(say(waId, 'first'));
    const drain = await Session.connect(acme.tenant.target, 'a drain');
    try {
      await drain.query('BEGIN');
      await drain.query('SELECT pg_advisory_xact_lock($1)', [lockKey('concierge inbound drain')]);
      expect(await take(say(waId, 'second'))).to.equal(false);
      expect(await contents(waId)).to.deep.equal([['first']]);
      await drain.query('COMMIT');
      // Something older waits now.
      expect(await take(say(waId, 'third'))).to.equal(false);
    } finally {
      await drain.close();
    }
    await acme.applied();
    expect(await contents(waId)).to.deep.equal([['first', 'second', 'third']]);
  });

  it('that came before have no effect, alone, together and in one', async () => {
    const waId = '351960000005';
    const event = inboundText({ waId, name: `Guessed ${waId}` }, 'once');
    const delivery = deliveryOf(event);
    await take(delivery);
    await take(delivery);
    await take(deliveryOf(event));
    const twice = say(waId, 'twice');
    await take(twice, twice, deliveryOf(event));
    await acme.applied();
    expect(await contents(waId)).to.deep.equal([['once', 'twice']]);
    expect((await conversations(waId))[0]?.unread).to.equal(2);
  });

  it('that are large are stored first', async () => {
    const waId = '351960000006';
    const events = Array.from({ length: 1500 }, (_, index) =>
      inboundText({ waId, name: `Guessed ${waId}` }, `large ${index} ${'x'.repeat(200)}`),
    );
    expect(await take(deliveryOf(...events))).to.equal(false);
    await acme.applied();
    expect((await contents(waId))[0]).to.have.lengthOf(1500);
  });

  it('with a newline in a customer’s id keep people apart', async () => {
    const channelId = acme.api.id;
    const write = (id: string, text: string): ArrivingDelivery => ({
      ...say('351960000007', ''),
      channelId,
      platform: 'api',
      body: Buffer.from(
        JSON.stringify({ type: 'message', id: randomUUID(), customer: { id, name: `Guessed ${id}` }, text }),
      ),
    });
    for (const text of ['one', 'two'])
      for (const id of ['line', 'line\n2']) expect(await take(write(id, text))).to.equal(true);
    expect(await contents('line')).to.deep.equal([['one', 'two']]);
    expect(await contents('line\n2')).to.deep.equal([['one', 'two']]);
  });
});
