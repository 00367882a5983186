import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Conversation, ErrorBody, Note, Tag } from '../../src/contract/index.ts';
import { inboundText } from '../../src/simulator/index.ts';
import { addKey, addUser, type TestUser } from '../support/callers.ts';
import { expectEventsTellAll, wholeThread } from '../support/event-mirror.ts';
import { type Answer, type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('what is done with a conversation', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;
  let users: TestUser[];
  let teamId: number;
  /** A conversation of a new customer, for each test. */
  let id: number;

  before(async () => {
    product = await startProduct();
    acme = product.acme;
    users = [];
    for (let turn = 1; turn <= 10; turn++)
      users.push(await addUser(product.context, acme, `Agent ${String(turn).padStart(2, '0')}`));
    const [team] = await acme.query<{ id: number }>(`INSERT INTO teams (name) VALUES ('Sales') RETURNING id`);
    teamId = team?.id ?? 0;
  });
  after(() => product?.close());

  let customers = 351_920_000_000;
  const write = async (waId: string, ...texts: string[]) => {
    await acme.receive(texts.map(text => inboundText({ waId, name: 'Carla' }, text)));
    const [row] = await acme.query<{ id: number }>('SELECT max(id) AS id FROM conversations');
    return row?.id ?? 0;
  };
  beforeEach(async () => {
    id = await write(String(++customers), 'Hello?');
  });
  afterEach(() => expectEventsTellAll(acme, [id]));

  const call = <Body = Conversation>(method: string, path: string, body?: unknown, token = acme.token) =>
    product.http<Body>(method, path, body, token);
  const show = async (token = acme.token) =>
    (await call('GET', `/conversations/${id}`, undefined, token)).body;
  async function done<Body = Conversation>(answer: Promise<Answer<Body>>): Promise<Body> {
    const { status, body } = await answer;
    expect(status, JSON.stringify(body)).to.be.within(200, 204);
    return body;
  }
  const patch = (change: object, token?: string) =>
    done(call('PATCH', `/conversations/${id}`, change, token));
  const assign = (body: object, token?: string) =>
    done(call('POST', `/conversations/${id}/assign`, body, token));
  async function refused(
    status: number,
    code: string,
    method: string,
    path: string,
    body: unknown,
  ): Promise<void> {
    const before = await show();
    const answer = await call<ErrorBody>(method, `/conversations/${id}${path}`, body);
    expect([answer.status, answer.body.error?.code], JSON.stringify(body)).to.deep.equal([status, code]);
    expect(await show()).to.deep.equal(before);
  }
  /** What the lines in the thread say that colleagues have done. */
  const lines = async () =>
    (await wholeThread(acme, id))
      .filter(message => message.type === 'system')
      .map(message => message.metadata);
  /** Types of the events about this conversation since it was made. */
  const told = async () =>
    (await acme.events())
      .filter(({ data }) => (data as { conversation?: { id?: number } }).conversation?.id === id)
      .map(event => event.type)
      .filter(type => type.startsWith('conversation.') && type !== 'conversation.created');
  const ada = { id: 1, name: 'Ada Admin' };

  describe('its status', () => {
    it('goes from one to another and leaves a line each time', async () => {
      expect(await patch({ status: 'open' })).to.include({ status: 'open', resolvedAt: null });
      expect(await patch({ status: 'pending' })).to.include({ status: 'pending' });
      const resolved = await patch({ status: 'resolved' });
      expect(resolved).to.include({ status: 'resolved', waitingSince: null, sla: null });
      expect(Date.parse(resolved.resolvedAt ?? '')).to.be.closeTo(Date.now(), 60_000);
      expect(await patch({ status: 'resolved' }), 'resolved again is not resolved later').to.include({
        resolvedAt: resolved.resolvedAt,
      });
      expect(await patch({ status: 'open' })).to.include({ status: 'open', resolvedAt: null });
      expect(await lines()).to.deep.equal(
        [
          ['new', 'open'],
          ['open', 'pending'],
          ['pending', 'resolved'],
          ['resolved', 'open'],
        ].map(([from, to]) => ({ event: 'status', from, to, by: ada })),
      );
      expect(await told()).to.deep.equal([
        'conversation.updated',
        'conversation.updated',
        'conversation.resolved',
        'conversation.updated',
        'conversation.updated',
      ]);
    });

    it('goes one way at a time, when ten agents change it at once', async () => {
      const statuses = ['open', 'pending', 'resolved', 'open', 'pending'];
      const changes = users.map((user, turn) => patch({ status: statuses[turn % 5] }, user.token));
      await Promise.all(changes);
      const steps = await lines();
      expect(steps.length).to.be.above(1);
      expect(steps.map(step => step.from)).to.deep.equal(['new', ...steps.map(step => step.to).slice(0, -1)]);
      expect((await show()).status).to.equal(steps.at(-1)?.to);
    });

    it('is nothing that only the product sets, and nothing unknown', async () => {
      for (const status of ['new', 'archived', 'closed', null])
        await refused(422, 'validation_failed', 'PATCH', '', { status });
      await refused(422, 'validation_failed', 'PATCH', '', {});
    });

    it('of an older conversation cannot become unresolved while a newer one is', async () => {
      const waId = String(customers);
      await patch({ status: 'resolved' });
      // The customer comes back long after: that is a new conversation.
      await acme.query(`UPDATE conversations SET resolved_at = now() - interval '1 year' WHERE id = $1`, [
        id,
      ]);
      const older = id;
      const newer = await write(waId, 'Me again');
      expect(newer).to.be.above(older);
      const before = await acme.events();
      for (const body of [{ status: 'open' }, { status: 'pending' }, { snoozedUntil: inHours(1) }])
        await refused(409, 'newer_conversation', 'PATCH', '', body);
      expect(await acme.events(), 'nothing was told').to.have.lengthOf(before.length);
      expect((await call('PATCH', `/conversations/${older}`, { priority: 'low' })).status).to.equal(200);
      await done(call('PATCH', `/conversations/${newer}`, { status: 'resolved' }));
      expect((await call('PATCH', `/conversations/${older}`, { status: 'open' })).status).to.equal(200);
      // Its time was changed behind the back of the events.
      id = newer;
    });
  });

  describe('its snooze', () => {
    it('is a time to come, with the status or instead of it', async () => {
      const [first, second] = [inHours(1), inHours(2)];
      expect(await patch({ snoozedUntil: first })).to.include({ status: 'snoozed', snoozedUntil: first });
      expect(await patch({ status: 'snoozed', snoozedUntil: second })).to.include({ snoozedUntil: second });
      expect(await patch({ status: 'open' })).to.include({ status: 'open', snoozedUntil: null });
      expect(await lines()).to.have.lengthOf(2);
    });

    it('is no other', async () => {
      for (const body of [
        { status: 'snoozed' },
        { status: 'snoozed', snoozedUntil: inHours(-1) },
        { status: 'snoozed', snoozedUntil: null },
        { status: 'open', snoozedUntil: inHours(1) },
        { snoozedUntil: null },
        { snoozedUntil: 'tomorrow' },
        { snoozedUntil: '2030-01-01' },
      ])
        await refused(422, 'validation_failed', 'PATCH', '', body);
    });

    it('ends at its time by itself', async () => {
      const at = new Date(Date.now() + 400);
      await patch({ snoozedUntil: at.toISOString() });
      await until('it has woken', async () => (await show()).status === 'open');
      expect(Date.now()).to.be.at.least(at.getTime());
      expect((await show()).snoozedUntil).to.equal(null);
      expect((await lines()).at(-1)).to.deep.equal({
        event: 'status',
        from: 'snoozed',
        to: 'open',
        by: null,
      });
    });
  });

  it('its priority, subject and team change, and the lines say by whom', async () => {
    const changed = await patch({ priority: 'urgent', subject: '  Broken lamp ', teamId });
    expect(changed).to.deep.include({
      priority: 'urgent',
      subject: 'Broken lamp',
      team: { id: teamId, name: 'Sales' },
    });
    const { key } = await addKey(product.context, acme, ['conversations:write']);
    expect(await patch({ priority: 'low', subject: null, teamId: null }, key)).to.include({
      priority: 'low',
      subject: null,
      team: null,
    });
    await patch({ priority: 'low' });
    expect(await lines()).to.deep.equal([
      { event: 'priority', from: 'normal', to: 'urgent', by: ada },
      { event: 'team', to: { id: teamId, name: 'Sales' }, by: ada },
      { event: 'priority', from: 'urgent', to: 'low', by: null },
      { event: 'team', to: null, by: null },
    ]);
    await refused(422, 'validation_failed', 'PATCH', '', { teamId: 999_999 });
    await refused(422, 'validation_failed', 'PATCH', '', { subject: 'x'.repeat(501) });
  });

  it('its lines are nobody’s message: they count nowhere', async () => {
    const before = await show();
    await patch({ status: 'pending', priority: 'high' });
    const after = await show();
    for (const key of [
      'lastMessage',
      'lastMessageAt',
      'inboundCount',
      'unreadCount',
      'waitingSince',
      'firstResponseAt',
    ] as const)
      expect(after[key], key).to.deep.equal(before[key]);
    const [line] = (await wholeThread(acme, id)).filter(message => message.type === 'system');
    expect(line).to.include({
      direction: 'outbound',
      senderType: 'system',
      sender: null,
      status: 'sent',
      content: null,
    });
    for (const path of ['retry', 'react'])
      expect(
        (await call('POST', `/messages/${line?.id}/${path}`, path === 'react' ? { emoji: '👍' } : undefined))
          .status,
      ).to.equal(404);
  });

  describe('its assignment', () => {
    const history = () =>
      acme.query<{
        userId: number | null;
        teamId: number | null;
        by: number | null;
        type: string;
        isOpen: boolean;
      }>(
        `SELECT assigned_to AS "userId", team_id AS "teamId", assigned_by AS by, assignment_type AS type,
           unassigned_at IS NULL AS "isOpen" FROM conversation_assignments WHERE conversation_id = $1 ORDER BY id`,
        [id],
      );
    const nameOf = (user: TestUser | undefined) => ({
      id: user?.id ?? 0,
      name: `Agent ${String(users.indexOf(user as TestUser) + 1).padStart(2, '0')}`,
    });

    it('opens a new one, is taken away, and is kept in its history', async () => {
      const [one, other] = users;
      expect(await assign({ userId: one?.id })).to.deep.include({
        status: 'open',
        assignedTo: nameOf(one),
        team: null,
      });
      expect(await assign({ userId: one?.id }), 'again').to.deep.include({ assignedTo: nameOf(one) });
      expect(await assign({ teamId })).to.deep.include({
        assignedTo: nameOf(one),
        team: { id: teamId, name: 'Sales' },
      });
      expect(await assign({ userId: other?.id, teamId: null })).to.deep.include({
        assignedTo: nameOf(other),
        team: null,
      });
      expect(await assign({ userId: null })).to.include({ assignedTo: null, status: 'open' });
      const { key } = await addKey(product.context, acme, ['conversations:write']);
      await assign({ userId: one?.id }, key);
      expect(await history()).to.deep.equal([
        { userId: one?.id, teamId: null, by: 1, type: 'manual', isOpen: false },
        { userId: one?.id, teamId, by: 1, type: 'manual', isOpen: false },
        { userId: other?.id, teamId: null, by: 1, type: 'manual', isOpen: false },
        { userId: one?.id, teamId: null, by: null, type: 'api', isOpen: true },
      ]);
      expect((await told()).filter(type => type === 'conversation.assigned')).to.have.lengthOf(5);
      expect((await lines()).map(({ event }) => event)).to.deep.equal([
        'assigned',
        'team',
        'assigned',
        'team',
        'unassigned',
        'assigned',
      ]);
    });

    it('goes to nobody who is not there', async () => {
      const gone = await addUser(product.context, acme, `Gone ${id}`);
      await acme.http('PATCH', `/users/${gone.id}`, { isActive: false });
      for (const body of [
        { userId: gone.id },
        { userId: 999_999 },
        { teamId: 999_999 },
        { userId: users[0]?.id, teamId: 999_999 },
        {},
        { userId: 'me' },
      ])
        await refused(422, 'validation_failed', 'POST', '/assign', body);
      expect(await history()).to.deep.equal([]);
    });

    it('is one, when ten agents take it at once', async () => {
      const answers = await Promise.all(
        users.map(user => call('POST', `/conversations/${id}/assign`, { userId: user.id }, user.token)),
      );
      expect(answers.map(answer => answer.status)).to.deep.equal(Array(10).fill(200));
      const rows = await history();
      expect(rows).to.have.lengthOf(10);
      const open = rows.filter(row => row.isOpen);
      expect(open).to.have.lengthOf(1);
      expect((await show()).assignedTo?.id)
        .to.equal(open[0]?.userId)
        .and.equal(rows.at(-1)?.userId);
      const [overlaps] = await acme.query<{ amount: number }>(
        `SELECT count(*)::int AS amount FROM conversation_assignments one JOIN conversation_assignments other
           ON other.conversation_id = one.conversation_id AND other.id > one.id
         WHERE one.conversation_id = $1 AND one.unassigned_at IS NULL`,
        [id],
      );
      expect(overlaps?.amount).to.equal(0);
      expect((await lines()).map(line => (line.to as { id: number }).id)).to.have.members(
        users.map(user => user.id),
      );
    });
  });

  it('its tags are replaced as a whole', async () => {
    const tags: Tag[] = [];
    for (const name of ['zebra', 'apple', 'Mango'])
      tags.push(await done(call<Tag>('POST', '/tags', { name: `${name} ${id}`, color: '#00aaFF' })));
    const [zebra, apple, mango] = tags as [Tag, Tag, Tag];
    const put = async (tagIds: number[]) =>
      (await done(call('PUT', `/conversations/${id}/tags`, { tagIds }))).tags.map(tag => tag.id);
    expect(await put([zebra.id, apple.id, zebra.id])).to.deep.equal([apple.id, zebra.id]);
    expect(await put([mango.id, zebra.id])).to.have.members([mango.id, zebra.id]);
    await refused(422, 'validation_failed', 'PUT', '/tags', { tagIds: [apple.id, 999_999] });
    await refused(422, 'validation_failed', 'PUT', '/tags', { tagIds: Array(51).fill(apple.id) });
    expect(await put([])).to.deep.equal([]);
    await put([zebra.id]);
    await Promise.all([[apple.id], [mango.id, zebra.id], [], [zebra.id, apple.id]].map(put));
    await put([apple.id]);
    const again = await call<ErrorBody>('POST', '/tags', { name: apple.name });
    expect([again.status, again.body.error.code]).to.deep.equal([409, 'tag_exists']);
    expect((await call('DELETE', `/tags/${zebra.id}`)).status).to.equal(204);
    expect((await call('DELETE', `/tags/${zebra.id}`)).status).to.equal(404);
    expect((await show()).tags).to.deep.equal([apple]);
  });

  it('a note that is sent again, one after the other or at once, is written once', async () => {
    const body = { content: 'The answer was lost', clientId: randomUUID() };
    const send = () => done(call<Note>('POST', `/conversations/${id}/notes`, body));
    const first = await send();
    expect(await Promise.all([send(), send(), send()])).to.deep.equal([first, first, first]);
    const { items } = await done(call<{ items: Note[] }>('GET', `/conversations/${id}/notes`));
    expect(items.map(note => note.id)).to.deep.equal([first.id]);
  });

  it('its notes are for colleagues, and mention those who are there', async () => {
    const [one, other] = users as [TestUser, TestUser];
    const content = 'Ask @Agent 01\nabout it';
    const body = { content: `  ${content} `, isPinned: true, mentions: [other.id, one.id, other.id] };
    const note = await done(call<Note>('POST', `/conversations/${id}/notes`, body, one.token));
    expect(note).to.deep.include({ conversationId: id, content, isPinned: true });
    expect(note.author?.id).to.equal(one.id);
    expect(note.mentions.map(user => user.id)).to.deep.equal([one.id, other.id]);
    const { key } = await addKey(product.context, acme, ['conversations:write']);
    const programs = await done(
      call<Note>('POST', `/conversations/${id}/notes`, { content: 'From afar' }, key),
    );
    expect(programs).to.deep.include({ author: null, isPinned: false, mentions: [] });
    await refused(422, 'validation_failed', 'POST', '/notes', { content: 'x', mentions: [one.id, 999_999] });
    await refused(422, 'validation_failed', 'POST', '/notes', { content: ' \n ' });
    const listed = await done(call<{ items: Note[] }>('GET', `/conversations/${id}/notes`));
    expect(listed.items).to.deep.equal([note, programs]);
    const events = (await acme.events()).filter(event => event.type === 'note.created').slice(-2);
    expect(events.map(event => event.data)).to.deep.equal([{ note }, { note: programs }]);
    expect(await wholeThread(acme, id), 'the customer’s thread').to.have.lengthOf(1);
  });
});
