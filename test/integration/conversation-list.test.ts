import { expect } from 'chai';
import type { Conversation, ConversationCounts, Customer, Message } from '../../src/contract/index.ts';
import { foldCounts } from '../../src/features/conversations/index.ts';
import { type SeededRandom, seededRandom } from '../../src/sample/seeded-random.ts';
import { addKey, signIn } from '../support/callers.ts';
import { addConversation } from '../support/conversation-rows.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { fillWithSample } from '../support/sample-tenant.ts';
import { ADMIN_ID } from '../support/tenants.ts';

const UNRESOLVED = ['new', 'open', 'pending', 'snoozed'];
const ALL = [...UNRESOLVED, 'resolved', 'archived'];
const HOUR_MS = 3_600_000;

type Filters = Readonly<Record<string, string>>;
/** What the server filters by, of one conversation. */
interface Known extends Conversation {
  readonly searched: string;
  /** Positions in the lists, newest and longest waiting first. */
  readonly newest: number;
  readonly waiting: number;
}

describe('the list of conversations', function () {
  this.timeout(60_000);
  let product: Product;
  let acme: ProductTenant;
  /** An agent of the sample, who has work. */
  let agent: { id: number; token: string };
  let all: Known[];

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    acme = product.acme;
    await fillWithSample(product.context, acme);
    await acme.query(`UPDATE conversations SET subject = 'Invoice ' || id || ' 100%_off' WHERE id % 9 = 0`);
    // Several that moved at the very same time, and a customer with signs that a pattern knows.
    await acme.query('UPDATE conversations SET last_message_at = $1 WHERE id % 10 = 0', [new Date()]);
    await acme.query(`UPDATE customers SET name = 'Ann\\a 50%_' WHERE id = 3`);
    const [user] = await acme.query<{ id: number }>(
      `SELECT assigned_to AS id FROM conversations WHERE status = 'open' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1`,
    );
    const id = user?.id ?? 0;
    agent = { id, token: (await signIn(product.context, acme.tenant, id)).token };
    all = await readAll();
  });
  after(() => product?.close());

  async function walk<Item>(path: string, token = agent.token): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next = cursor === '' ? '' : `&cursor=${cursor}`;
      const answer: { status: number; body: { items: Item[]; nextCursor: string | null } } =
        await product.http(
          'GET',
          `${path}${path.includes('?') ? '&' : '?'}limit=100${next}`,
          undefined,
          token,
        );
      expect(answer.status, path).to.equal(200);
      items.push(...answer.body.items);
      cursor = answer.body.nextCursor;
    }
    return items;
  }

  async function readAll(): Promise<Known[]> {
    const conversations = await walk<Conversation>(`/conversations?status=${ALL.join(',')}`);
    const customers = new Map((await walk<Customer>('/customers')).map(customer => [customer.id, customer]));
    const rows = await acme.query<{ id: number; newest: number; waiting: number }>(
      `SELECT id, row_number() OVER (ORDER BY last_message_at DESC, id DESC) AS newest,
         row_number() OVER (ORDER BY waiting_since, id) AS waiting FROM conversations`,
    );
    const places = new Map(rows.map(row => [row.id, row]));
    expect(conversations).to.have.lengthOf(rows.length);
    return conversations.map(conversation => {
      const customer = customers.get(conversation.customer.id);
      const place = places.get(conversation.id);
      const { name = '', email, phone } = customer ?? {};
      return {
        ...conversation,
        searched: [`${name} ${email ?? ''} ${phone ?? ''}`, conversation.subject ?? '']
          .join('\n')
          .toLowerCase(),
        newest: place?.newest ?? 0,
        waiting: place?.waiting ?? 0,
      };
    });
  }

  const rules: Readonly<Record<string, (one: Known, value: string, now: number) => boolean>> = {
    status: (one, value) => value.split(',').includes(one.status),
    assignee: ({ assignedTo }, value) =>
      value === 'unassigned'
        ? assignedTo === null
        : assignedTo?.id === (value === 'me' ? agent.id : Number(value)),
    team: (one, value) => one.team?.id === Number(value),
    channel: (one, value) => one.channel.id === Number(value),
    customer: (one, value) => one.customer.id === Number(value),
    platform: (one, value) => one.platform === value,
    tag: (one, value) => one.tags.some(tag => tag.id === Number(value)),
    priority: (one, value) => value.split(',').includes(one.priority),
    sla: ({ sla }, value, now) => {
      const inMs = sla ? Date.parse(sla.dueAt) - now : Number.NaN;
      return value === 'breached' ? inMs < 0 : inMs >= 0 && inMs <= HOUR_MS;
    },
    q: (one, value) => one.searched.includes(value.toLowerCase()),
    sort: () => true,
  };

  /** What the list has to give, in its order, found by looking at every conversation. */
  function expected(filters: Filters, now: number): number[] {
    const { sort = 'newest', sla, status } = filters;
    const usual =
      sort === 'waiting' || sla !== undefined ? UNRESOLVED : ALL.filter(each => each !== 'archived');
    const found = all.filter(
      one =>
        (status !== undefined || usual.includes(one.status)) &&
        (sort !== 'waiting' || one.waitingSince !== null) &&
        Object.entries(filters).every(([name, value]) => rules[name]?.(one, value, now)),
    );
    const place = (one: Known) =>
      sort === 'waiting' ? one.waiting : sort === 'oldest' ? -one.newest : one.newest;
    return found.sort((one, other) => place(one) - place(other)).map(one => one.id);
  }

  async function check(filters: Filters): Promise<number> {
    const from = Date.now();
    const given = await walk<Conversation>(`/conversations?${new URLSearchParams(filters)}`);
    const ids = given.map(conversation => conversation.id);
    // A promise may fall due while we look.
    const [first, second] = [expected(filters, from), expected(filters, Date.now())];
    const wanted = ids.length === first.length ? first : second;
    expect(ids, JSON.stringify(filters)).to.deep.equal(wanted);
    return ids.length;
  }

  /** For each filter some values, and those that give nothing or everything. */
  function values(): Record<string, string[]> {
    const most = (pick: (one: Known) => number | undefined) => {
      const ids = all.map(pick).filter(id => id !== undefined);
      return String(
        [...ids].sort(
          (one, other) => ids.filter(id => id === other).length - ids.filter(id => id === one).length,
        )[0],
      );
    };
    return {
      status: ['new', 'resolved', 'open', 'archived', 'pending,snoozed', 'open,open', ALL.join(',')],
      assignee: ['me', 'unassigned', String(ADMIN_ID), '999999'],
      team: [most(one => one.team?.id), '999999'],
      channel: [String(acme.whatsapp.id), most(one => one.channel.id)],
      customer: [most(one => one.customer.id)],
      platform: ['whatsapp', 'widget', 'email', 'tidio'],
      tag: [most(one => one.tags[0]?.id), '999999'],
      priority: ['urgent', 'low,high'],
      sla: ['due', 'breached'],
      q: ['invoice', 'AN', '@', '+', '50%_', '100%_off', 'n\\a', '%', '_', 'nobody has this name'],
      sort: ['newest', 'oldest', 'waiting'],
    };
  }

  it('filters by each filter as a look at every conversation does', async () => {
    expect(all.length).to.be.at.least(200);
    for (const [name, each] of Object.entries(values())) {
      let found = 0;
      for (const value of each) found += await check({ [name]: value });
      expect(found, `the values of ${name} find something`).to.be.above(0);
    }
    expect(await check({})).to.be.above(100);
  });

  it('filters by each pair of filters as a look at every conversation does', async () => {
    const entries = Object.entries(values());
    let found = 0;
    for (const [index, [name, these]] of entries.entries())
      for (const [other, those] of entries.slice(index + 1))
        for (const [turn, value] of these.entries()) {
          const filters = { [name]: value, [other]: those[turn % those.length] ?? '' };
          if ((await check(filters)) > 0) found++;
        }
    expect(found).to.be.above(60);
  });

  it('filters by any number of filters as a look at every conversation does', async () => {
    const random = seededRandom(11);
    const entries = Object.entries(values());
    for (let turn = 0; turn < 60; turn++) {
      const filters = Object.fromEntries(
        entries
          .filter(() => random.chance(0.35))
          .map(([name, each]) => [name, random.pick(each as [string])]),
      );
      await check(filters);
    }
  });

  it('has nothing that is a program’s own', async () => {
    const { key } = await addKey(product.context, acme, ['conversations:read']);
    expect(await walk('/conversations?assignee=me', key)).to.deep.equal([]);
    const [one] = await walk<Conversation>('/conversations', key);
    expect(one).to.include({ unreadCount: one?.inboundCount, readInboundCount: 0 });
  });

  describe('and its counts', () => {
    const countsOf = async (token = agent.token) =>
      (await product.http<ConversationCounts>('GET', '/conversations/counts', undefined, token)).body;

    function counted(known: readonly Conversation[], viewerId: number | null): ConversationCounts {
      const open = known.filter(one => UNRESOLVED.includes(one.status));
      const by = (pick: (one: Conversation) => number | undefined) => {
        const ids = [...new Set(open.map(pick))].filter(id => id !== undefined);
        return ids.map(id => ({ id, open: open.filter(one => pick(one) === id).length }));
      };
      return {
        mine: open.filter(one => one.assignedTo !== null && one.assignedTo.id === viewerId).length,
        unassigned: open.filter(one => one.assignedTo === null).length,
        all: open.length,
        snoozed: open.filter(one => one.status === 'snoozed').length,
        resolved: known.filter(one => one.status === 'resolved').length,
        byTeam: by(one => one.team?.id),
        byChannel: by(one => one.channel.id),
      };
    }
    const sorted = (counts: ConversationCounts) => ({
      ...counts,
      byTeam: counts.byTeam.sort((one, other) => one.id - other.id),
      byChannel: counts.byChannel.sort((one, other) => one.id - other.id),
    });
    async function compare(): Promise<void> {
      const known = await readAll();
      expect(sorted(await countsOf())).to.deep.equal(sorted(counted(known, agent.id)));
      expect(sorted(await countsOf(acme.token))).to.deep.equal(sorted(counted(known, ADMIN_ID)));
    }

    it('agree at first', compare);

    it('agree after many changes at once, folded in between', async () => {
      const random = seededRandom(5);
      const users = (await acme.query<{ id: number }>('SELECT id FROM users')).map(row => row.id);
      const teams = (await acme.query<{ id: number }>('SELECT id FROM teams')).map(row => row.id);
      const fold = () =>
        product.context.tenants.runOn(acme.tenant, scope => scope.transaction(tx => foldCounts(tx)));
      for (let round = 0; round < 6; round++) {
        const changes = Array.from({ length: 40 }, () => change(random, users, teams));
        await Promise.all([...changes, fold(), compareMoments()]);
      }
      await compare();
      await fold();
      await compare();
      const [rows] = await acme.query<{ amount: number }>(
        'SELECT count(*)::int AS amount FROM conversation_counts',
      );
      expect(rows?.amount).to.be.below(all.length);
    });

    /** While changes run the sum of all statuses is what it is. */
    async function compareMoments(): Promise<void> {
      const counts = await countsOf();
      expect(counts.byChannel.reduce((sum, { open }) => sum + open, 0)).to.equal(counts.all);
      expect(counts.unassigned).to.be.at.most(counts.all);
    }

    async function change(random: SeededRandom, users: number[], teams: number[]): Promise<void> {
      const { id } = random.pick(all as [Known]);
      const [user, team] = [random.pick(users as [number]), random.pick(teams as [number])];
      const status = random.pick(['open', 'pending', 'resolved', 'snoozed'] as [string, ...string[]]);
      const snoozedUntil = status === 'snoozed' ? new Date(Date.now() + HOUR_MS).toISOString() : null;
      const [path, body] = random.pick<[string, unknown]>([
        ['/assign', { userId: random.chance(0.3) ? null : user }],
        ['/assign', { teamId: random.chance(0.3) ? null : team }],
        ['', { status, ...(snoozedUntil && { snoozedUntil }) }],
      ]);
      const answer = await acme.http(path ? 'POST' : 'PATCH', `/conversations/${id}${path}`, body);
      // The customer may have a newer conversation open.
      expect(answer.status).to.be.oneOf([200, 409]);
    }
  });

  describe('and its last message', () => {
    const last = async (id: number) =>
      (await acme.http<Conversation>('GET', `/conversations/${id}`)).body.lastMessage;

    it('shows what was edited and what was deleted', async () => {
      const { id, messageIds } = await addConversation(acme, {
        messages: [{ content: 'First' }, { content: 'Second' }],
      });
      expect(await last(id)).to.include({ preview: 'Second', direction: 'inbound', type: 'text' });
      const second = messageIds[1];
      await acme.query(`UPDATE messages SET content = 'Better', edited_at = now() WHERE id = $1`, [second]);
      expect(await last(id)).to.include({ preview: 'Better' });
      await acme.query('UPDATE messages SET deleted_at = now() WHERE id = $1', [second]);
      expect(await last(id)).to.include({ preview: 'Message deleted' });
      const thread = await acme.http<{ items: Message[] }>('GET', `/conversations/${id}/messages`);
      expect(thread.body.items.at(-1)).to.deep.include({
        id: second,
        content: null,
        attachments: [],
        metadata: {},
      });
    });

    it('is one line of whole characters, and at least a hundred of them', async () => {
      for (const [content, preview] of [
        ['  two\n\n lines\t ', 'two lines'],
        ['x'.repeat(500), 'x'.repeat(200)],
        [`${'x'.repeat(199)}😀 and so on`, 'x'.repeat(199)],
        [`${'x'.repeat(198)}😀 and so on`, `${'x'.repeat(198)}😀`],
        ['👩‍👩‍👧'.repeat(100), '👩‍👩‍👧'.repeat(25)],
      ] as const) {
        const { id } = await addConversation(acme, { channel: acme.whatsapp });
        const sent = await acme.http('POST', `/conversations/${id}/messages`, { content });
        expect(sent.status, preview).to.equal(201);
        expect((await last(id))?.preview).to.equal(preview);
        const [event] = (await acme.events()).filter(({ type }) => type === 'message.created').slice(-1);
        expect(event?.data).to.have.nested.property('conversation.lastMessage.preview', preview);
      }
    });
  });
});
