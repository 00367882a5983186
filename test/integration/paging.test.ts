import { expect } from 'chai';
import type { ErrorBody, Message } from '../../src/contract/index.ts';
import { seededRandom } from '../../src/sample/seeded-random.ts';
import { addKey } from '../support/callers.ts';
import { addConversation } from '../support/conversation-rows.ts';
import { type Answer, type Product, type ProductTenant, startProduct } from '../support/product.ts';

interface Row {
  readonly id: number;
}
interface Page {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}
interface List {
  readonly name: string;
  readonly path: string;
  /** One row more, at a place in the order that depends on `turn`. */
  readonly add: (turn: number) => Promise<unknown>;
  /** Ids in the order in which the list has to give them. */
  readonly order: string;
}

const EPOCH = Date.parse('2026-03-01T12:00:00Z');

describe('pages', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;
  let contact: { contactId: number; customerId: number };
  let conversationId: number;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    acme = product.acme;
    const added = await addConversation(acme, { status: 'resolved' });
    contact = added;
    conversationId = added.id;
  });
  after(() => product?.close());

  const get = <Body = Page>(path: string): Promise<Answer<Body>> => acme.http<Body>('GET', path);
  const joined = (path: string, query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;

  /** Resolved ones of a single contact; several at the same time, others a millisecond apart. */
  async function addResolved(turn: number): Promise<void> {
    await acme.query(
      `INSERT INTO conversations (customer_id, channel_id, channel_contact_id, platform, status, last_message_at,
         waiting_since, resolved_at)
       VALUES ($1, $2, $3, 'whatsapp', $4, $5::timestamptz + $6 * interval '1 millisecond',
         $5::timestamptz + $6 * interval '1 millisecond', now())`,
      [
        contact.customerId,
        acme.whatsapp.id,
        contact.contactId,
        turn % 2 ? 'resolved' : 'archived',
        new Date(EPOCH + (turn % 3) * 1000),
        turn % 4,
      ],
    );
  }
  const words = ['a', 'A', 'ä', 'b', 'B', 'z', 'Z', '_', '-', '1', 'é', 'e', 'ß', 'ss', '😀', ' x'];
  const word = (turn: number) => words[turn % words.length];

  const lists: readonly List[] = [
    ...(['newest', 'oldest', 'waiting'] as const).map(sort => ({
      name: `of conversations, ${sort} first`,
      path: `/conversations?status=resolved,archived&sort=${sort}`,
      add: addResolved,
      order: `SELECT id FROM conversations WHERE status IN ('resolved','archived')
        AND (waiting_since IS NOT NULL OR '${sort}' <> 'waiting') ORDER BY ${
          sort === 'waiting' ? 'waiting_since' : 'last_message_at'
        } ${sort === 'newest' ? 'DESC, id DESC' : 'ASC, id ASC'}`,
    })),
    {
      name: 'of a customer’s conversations',
      path: '/customers/1/conversations',
      add: addResolved,
      order: 'SELECT id FROM conversations WHERE customer_id = 1 ORDER BY last_message_at DESC, id DESC',
    },
    {
      name: 'of customers',
      path: '/customers',
      add: turn =>
        acme.query(
          `INSERT INTO customers (name, created_at) VALUES ('Same', $1::timestamptz + $2 * interval '1 millisecond')`,
          [new Date(EPOCH + (turn % 3) * 1000), turn % 4],
        ),
      order: 'SELECT id FROM customers ORDER BY created_at DESC, id DESC',
    },
    {
      name: 'of customers that are looked for',
      path: '/customers?q=same',
      add: turn => acme.query(`INSERT INTO customers (name, phone) VALUES ('Same', $1)`, [`+4912345${turn}`]),
      order: `SELECT id FROM customers WHERE name = 'Same' ORDER BY created_at DESC, id DESC`,
    },
    {
      name: 'of notes',
      path: '/conversations/1/notes',
      add: turn => acme.http('POST', '/conversations/1/notes', { content: `Note ${turn}` }),
      order: 'SELECT id FROM conversation_notes WHERE conversation_id = 1 ORDER BY id',
    },
    {
      name: 'of tags',
      path: '/tags',
      add: turn => acme.query('INSERT INTO conversation_tags (name) VALUES ($1)', [`${word(turn)} ${turn}`]),
      order: 'SELECT id FROM conversation_tags ORDER BY name, id',
    },
    {
      name: 'of users',
      path: '/users',
      add: turn =>
        acme.query(`INSERT INTO users (name, email, password_hash, role_id) VALUES ($1, $2, 'none', 1)`, [
          word(turn),
          `user${turn}@acme.test`,
        ]),
      order: 'SELECT id FROM users ORDER BY name, id',
    },
    {
      name: 'of teams',
      path: '/teams',
      add: turn => acme.query('INSERT INTO teams (name) VALUES ($1)', [`${word(turn)} ${turn}`]),
      order: 'SELECT id FROM teams ORDER BY name, id',
    },
    {
      name: 'of channels',
      path: '/channels',
      add: turn => acme.http('POST', '/channels', { platform: 'api', name: `Api ${turn}`, settings: {} }),
      order: 'SELECT id FROM channels WHERE removed_at IS NULL ORDER BY id',
    },
  ];
  const idsOf = async (sql: string) => (await acme.query<Row>(sql)).map(row => row.id);

  for (const list of lists)
    it(`of a list ${list.name} hold everything once, whatever is added meanwhile`, async () => {
      let turn = 0;
      while (turn < 12) await list.add(turn++);
      const atFirst = await idsOf(list.order);

      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? 'limit=3' : `limit=3&cursor=${cursor}`;
        const { status, body } = await get(joined(list.path, query));
        expect(status).to.equal(200);
        expect(body.items).to.have.lengthOf.at.most(3);
        if (body.nextCursor !== null) expect(body.items).to.have.lengthOf(3);
        seen.push(...body.items.map(item => item.id));
        cursor = body.nextCursor;
        if (turn < 20) await list.add(turn++);
      } while (cursor !== null);

      expect(new Set(seen).size, 'nothing twice').to.equal(seen.length);
      expect(seen, 'nothing left out').to.include.members(atFirst);
      const now = await idsOf(list.order);
      expect(seen, 'in order').to.deep.equal(now.filter(id => seen.includes(id)));

      const whole = await get(joined(list.path, 'limit=100'));
      expect(whole.body.items.map(item => item.id)).to.deep.equal(now);
      expect(whole.body.nextCursor).to.equal(null);
      const exact = await get(joined(list.path, `limit=${now.length}`));
      expect(exact.body.nextCursor, 'no empty page at the end').to.equal(null);
      const first = await get(joined(list.path, 'limit=1'));
      expect(first.body.items.map(item => item.id)).to.deep.equal(now.slice(0, 1));
      expect((await get(list.path)).body.items).to.have.lengthOf(Math.min(25, now.length));
    });

  it('have between one row and a hundred', async () => {
    for (const { path } of [...lists, { path: '/conversations/1/messages' }]) {
      for (const limit of ['0', '101', '-1', '1.5', 'all', ''])
        expect((await get(joined(path, `limit=${limit}`))).status, `${path} ${limit}`).to.equal(422);
      for (const limit of [1, 100])
        expect((await get(joined(path, `limit=${limit}`))).status, `${path} ${limit}`).to.equal(200);
    }
  });

  it('are not opened by a cursor that is none', async () => {
    const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const cursors = [
      'x',
      '%00',
      raw(null),
      raw([]),
      raw({}),
      raw([1.5, 'x']),
      raw(['a\0', 1]),
      raw([1, 2, 3]),
    ];
    for (const { path } of lists)
      for (const cursor of [...cursors, 'x'.repeat(501)]) {
        const { status, body } = await get<ErrorBody>(joined(path, `cursor=${cursor}`));
        expect(status, `${path} ${cursor}`).to.equal(422);
        expect(body.error.message).to.match(/^cursor: /);
      }
    for (const path of ['/customers', '/conversations'])
      for (const time of ['-271821-04-20T00:00:00.000Z', '2026-02-30', 'now', ''])
        expect((await get(`${path}?cursor=${raw([time, 1])}`)).status, `${path} ${time}`).to.equal(422);
    // Times and numbers that no row has, as far as they go.
    for (const path of ['/customers', '/conversations'])
      for (const key of [
        ['9999-12-31T23:59:59.999Z', Number.MAX_SAFE_INTEGER],
        ['0000-01-01T00:00:00.000Z', Number.MIN_SAFE_INTEGER],
        ['1970-01-01T00:00:00.000Z', 0],
      ])
        expect((await get(`${path}?cursor=${raw(key)}`)).status, `${path} ${key}`).to.equal(200);
  });

  describe('of a thread', () => {
    let order: number[];
    const path = () => `/conversations/${conversationId}/messages`;
    interface Thread {
      readonly items: readonly Message[];
      readonly hasMore: boolean;
    }

    before(async () => {
      const random = seededRandom(7);
      // Platforms' times: out of order, several in one second.
      for (let turn = 0; turn < 25; turn++) await addMessage(random.whole(0, 8));
      order = await threadOrder();
    });
    const addMessage = (second: number) =>
      acme.query(
        `INSERT INTO messages (conversation_id, channel_id, direction, type, content, sender_type, status, sent_at)
         VALUES ($1, $2, 'inbound', 'text', 'x', 'customer', 'delivered', $3)`,
        [conversationId, acme.whatsapp.id, new Date(EPOCH + second * 1000)],
      );
    const threadOrder = async () => {
      const rows = await acme.query<Row>(
        'SELECT id FROM messages WHERE conversation_id = $1 ORDER BY sent_at, id',
        [conversationId],
      );
      return rows.map(row => row.id);
    };
    const thread = async (query: string) => (await get<Thread>(`${path()}?${query}`)).body;
    const ids = ({ items }: Thread) => items.map(item => item.id);

    it('begin with the newest and are the oldest first', async () => {
      expect(ids(await thread('limit=5'))).to.deep.equal(order.slice(-5));
      expect((await thread('limit=5')).hasMore).to.equal(true);
      const whole = await thread('limit=100');
      expect(ids(whole)).to.deep.equal(order);
      expect(whole.hasMore).to.equal(false);
      expect((await thread(`limit=${order.length}`)).hasMore).to.equal(false);
    });

    it('lead back to the beginning', async () => {
      let page = await thread('limit=4');
      const seen = ids(page);
      while (page.hasMore) {
        page = await thread(`limit=4&before=${seen[0]}`);
        seen.unshift(...ids(page));
      }
      expect(seen).to.deep.equal(order);
      expect(await thread(`before=${order[0]}`)).to.deep.equal({ items: [], hasMore: false });
    });

    it('lead on to the end, also to what is said meanwhile', async () => {
      let page = await thread(`limit=4&after=${order[0]}`);
      const seen = ids(page);
      for (let turn = 0; page.hasMore; turn++) {
        if (turn < 3) await addMessage(20 + turn);
        page = await thread(`limit=4&after=${seen.at(-1)}`);
        seen.push(...ids(page));
      }
      const now = await threadOrder();
      expect(now).to.have.lengthOf(order.length + 3);
      expect(seen).to.deep.equal(now.slice(1));
      expect(await thread(`after=${now.at(-1)}`)).to.deep.equal({ items: [], hasMore: false });
    });
  });

  describe('of events', () => {
    interface Events {
      readonly items: readonly { readonly seq: number; readonly type: string; readonly data: unknown }[];
      readonly lastSeq: number;
    }
    const events = async (query: string) => (await get<Events>(`/events?${query}`)).body;

    it('follow each other without a gap, also while more happens', async () => {
      const change = (turn: number) => acme.http('PATCH', '/conversations/1', { subject: `Subject ${turn}` });
      for (let turn = 0; turn < 20; turn++) await change(turn);
      const { lastSeq } = await events('limit=1');
      const seen: number[] = [];
      for (let turn = 0; ; turn++) {
        const page = await events(`after=${seen.at(-1) ?? 0}&limit=7`);
        expect(page.items).to.have.lengthOf.at.most(7);
        expect(page.lastSeq).to.be.at.least(seen.at(-1) ?? 0);
        seen.push(...page.items.map(item => item.seq));
        if (turn < 3) await change(turn);
        if (page.items.length === 0) break;
      }
      expect(seen).to.deep.equal(Array.from({ length: lastSeq + 3 }, (_, index) => index + 1));
      expect(await events('after=999999')).to.deep.equal({ items: [], lastSeq: lastSeq + 3 });
      for (const limit of [0, 501, 1.5]) expect((await get(`/events?limit=${limit}`)).status).to.equal(422);
      expect((await events('limit=500')).items).to.have.lengthOf(lastSeq + 3);
    });

    it('tell a program that may not read conversations the numbers only', async () => {
      const { key } = await addKey(product.context, acme, ['events:read']);
      const { body } = await product.http<Events>('GET', '/events?limit=5', undefined, key);
      expect(body.items.map(({ seq, type, data }) => [seq, type, data])).to.deep.equal(
        [1, 2, 3, 4, 5].map(seq => [seq, 'skipped', {}]),
      );
    });

    it('are gone for ever once they are no longer kept', async () => {
      const gone = async (after: number) => {
        const { status, body } = await get<ErrorBody>(`/events?after=${after}`);
        return status === 200 ? 'here' : `${status} ${body.error.code}`;
      };
      const { lastSeq } = await events('limit=1');
      await acme.query('DELETE FROM outbox_events WHERE seq <= 10');
      expect(await gone(0)).to.equal('410 events_expired');
      expect(await gone(9)).to.equal('410 events_expired');
      expect(await gone(10)).to.equal('here');
      // Nothing happened for a month: the rows are gone, the number stays.
      await acme.query('DELETE FROM outbox_events');
      expect(await gone(0)).to.equal('410 events_expired');
      expect(await gone(lastSeq - 1)).to.equal('410 events_expired');
      expect(await gone(lastSeq)).to.equal('here');
      expect(await events(`after=${lastSeq}`)).to.deep.equal({ items: [], lastSeq });
    });
  });
});
