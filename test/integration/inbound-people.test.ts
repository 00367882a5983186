import { expect } from 'chai';
import type { Conversation } from '../../src/contract/conversations.ts';
import type { Customer } from '../../src/contract/people.ts';
import {
  inboundNumberChange,
  inboundText,
  type MessageOptions,
  type WhatsAppEvent,
  type WhatsAppPerson,
} from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps } from '../support/event-mirror.ts';
import { useProduct } from '../support/use-product.ts';

describe('who writes, and where it is put', () => {
  const stage = useProduct();
  afterEach(async () => {
    await expectEventsTellAll(stage.acme);
    expectNoGaps(await stage.acme.events());
  });

  type Said = ReturnType<typeof inboundText>;
  const doubtsIn = async (conversationId: number) => {
    const lines = await stage.acme.query<{ content: string }>(
      `SELECT content FROM messages WHERE conversation_id = $1 AND type = 'system' AND content LIKE 'This may be somebody else%'`,
      [conversationId],
    );
    return lines.map(({ content }) => content);
  };
  const say = (person: WhatsAppPerson, text = 'Hello', options?: MessageOptions): Said =>
    inboundText(person, text, options);
  const conversationOf = async (event: Said): Promise<Conversation> => {
    const [row] = await stage.acme.query<{ id: number }>(
      'SELECT conversation_id AS id FROM messages WHERE platform_message_id = $1',
      [event.message.id],
    );
    const { body } = await stage.acme.http<Conversation>('GET', `/conversations/${row?.id}`);
    return body;
  };
  const conversationsOf = (events: readonly Said[]) => Promise.all(events.map(conversationOf));
  const identitiesOf = async (customerId: number) => {
    const { body } = await stage.acme.http<Customer>('GET', `/customers/${customerId}`);
    return body.identities.map(({ kind, value }) => `${kind} ${value}`).sort();
  };
  const idsOf = (conversations: readonly Conversation[]) => new Set(conversations.map(({ id }) => id)).size;
  const patch = async (id: number, change: object) => {
    const answer = await stage.acme.http<Conversation>('PATCH', `/conversations/${id}`, change);
    expect(answer.status).to.equal(200);
    return answer.body;
  };

  describe('addresses', () => {
    it('all that name one person are rows of their own', async () => {
      const person = { waId: '351940000001', userId: 'PT.401', parentUserId: 'PT.ENT.401', name: 'Ana' };
      const first = say(person);
      await stage.acme.receive([first]);
      const { customer } = await conversationOf(first);
      expect(await identitiesOf(customer.id)).to.deep.equal([
        'bsuid PT.401',
        'parent_bsuid PT.ENT.401',
        'wa_id 351940000001',
      ]);
      const { body } = await stage.acme.http<Customer>('GET', `/customers/${customer.id}`);
      expect(body).to.include({ name: 'Ana', phone: '+351940000001' });
    });

    for (const [name, one, other] of [
      ['Brazil, with the 9 first', '5511987654321', '551187654321'],
      ['Brazil, without it first', '552187654322', '5521987654322'],
      ['Mexico, with the 1 first', '5215512345678', '525512345678'],
      ['Mexico, without it first', '525512345679', '5215512345679'],
    ] as const)
      it(`${name}: one customer and one conversation`, async () => {
        const events = [say({ waId: one, name }), say({ waId: other }), say({ waId: one })];
        for (const event of events) await stage.acme.receive([event]);
        const conversations = await conversationsOf(events);
        expect(idsOf(conversations)).to.equal(1);
        expect(conversations[0]).to.deep.include({ inboundCount: 3 });
        expect(await doubtsIn(conversations[0]?.id ?? 0)).to.deep.equal([]);
        expect(conversations[0]?.customer.name).to.equal(name);
      });

    it('a number that only looks alike is somebody else', async () => {
      const events = [say({ waId: '5491123456789', name: 'A' }), say({ waId: '541123456789', name: 'B' })];
      await stage.acme.receive(events);
      expect(idsOf(await conversationsOf(events))).to.equal(2);
    });

    for (const [name, forms] of [
      ['both ids, then the user id only', [{ waId: '351940000010', userId: 'PT.410' }, { userId: 'PT.410' }]],
      ['the user id only, then both', [{ userId: 'PT.411' }, { waId: '351940000011', userId: 'PT.411' }]],
      [
        'the number only, then both, then the user id only',
        [{ waId: '351940000012' }, { waId: '351940000012', userId: 'PT.412' }, { userId: 'PT.412' }],
      ],
    ] as const)
      for (const isOneWebhook of [false, true])
        it(`${name}${isOneWebhook ? ', in one webhook' : ''}: the same conversation`, async () => {
          const forOwn = (form: WhatsAppPerson): WhatsAppPerson =>
            isOneWebhook
              ? {
                  ...(form.waId && { waId: `${form.waId}0` }),
                  ...(form.userId && { userId: `${form.userId}X` }),
                }
              : form;
          const events = forms.map(form => say(forOwn(form)));
          if (isOneWebhook) await stage.acme.receive(events);
          else for (const event of events) await stage.acme.receive([event]);
          const conversations = await conversationsOf(events);
          expect(idsOf(conversations)).to.equal(1);
          expect(await identitiesOf(conversations[0]?.customer.id ?? 0)).to.have.length(2);
        });

    it('two people whom a message names together are not merged', async () => {
      const [ana, rui] = [
        { waId: '351940000020', name: 'Ana' },
        { userId: 'PT.420', name: 'Rui' },
      ];
      const events = [say(ana), say(rui)];
      await stage.acme.receive(events);
      const both = say({ waId: ana.waId, userId: rui.userId });
      await stage.acme.receive([both]);
      const [ofAna, ofRui, ofBoth] = await conversationsOf([...events, both]);
      expect(ofBoth?.id).to.equal(ofRui?.id);
      expect(ofAna?.id).to.not.equal(ofRui?.id);
    });
  });

  describe('a changed number', () => {
    let last = 351_950_000_000;
    const numbers = () => {
      last += 2;
      return [String(last), String(last + 1)] as const;
    };

    for (const isOneWebhook of [false, true])
      it(`is followed${isOneWebhook ? ' within one webhook' : ''}`, async () => {
        const [before, after] = numbers();
        const person = { waId: before, userId: `PT.${before}`, name: 'Mover' };
        const at = secondsSince(Date.now() - 60_000);
        const first = say(person, 'old', at(1));
        const change = inboundNumberChange(person, { waId: after, userId: `PT.${after}` }, at(3));
        const second = say({ waId: after, userId: `PT.${after}` }, 'new', at(5));
        const events: WhatsAppEvent[] = [first, change, second];
        if (isOneWebhook) await stage.acme.receive(events);
        else for (const event of events) await stage.acme.receive([event]);
        const [one, other] = await conversationsOf([first, second]);
        expect(one?.id).to.equal(other?.id);
        expect(await identitiesOf(one?.customer.id ?? 0)).to.have.length(4);
      });

    it('onto a number that somebody else has: nobody is merged, and the channel says so', async () => {
      const [before, after] = numbers();
      const holder = say({ waId: after, name: 'Holder' });
      const owner = say({ waId: before, name: 'Owner' });
      await stage.acme.receive([holder, owner]);
      const counts = () =>
        stage.acme.query(
          'SELECT (SELECT count(*) FROM customers)::int AS customers, (SELECT count(*) FROM channel_contacts)::int AS contacts',
        );
      const people = await counts();
      const change = inboundNumberChange({ waId: before, name: 'Owner' }, { waId: after });
      await stage.acme.receive([change]);
      const later = say({ waId: after });
      await stage.acme.receive([later]);
      const [ofHolder, ofOwner, ofLater] = await conversationsOf([holder, owner, later]);
      expect(ofLater?.id).to.equal(ofHolder?.id);
      expect(ofOwner?.id).to.not.equal(ofHolder?.id);
      expect(await counts()).to.deep.equal(people);
      const message =
        'Owner now writes from an address that belongs to Holder. Check whether they are one person.';
      const { body } = await stage.acme.http('GET', `/channels/${stage.acme.whatsapp.id}`);
      expect(body).to.include({ health: 'warning', healthMessage: message });
      const noted = await stage.acme.query(
        `SELECT severity, message, details FROM channel_health_events WHERE topic = 'identity'`,
      );
      expect(noted).to.deep.equal([
        {
          severity: 'warning',
          message,
          details: { customerIds: [ofOwner?.customer.id, ofHolder?.customer.id] },
        },
      ]);
      // The old number is nobody's that we know: no answer may go there any more.
      expect(await identitiesOf(ofOwner?.customer.id ?? 0)).to.deep.equal([]);
    });

    it('and changed back: answers go to the number that is theirs now', async () => {
      const [before, after] = numbers();
      const at = secondsSince(Date.now() - 60_000);
      const first = say({ waId: before, name: 'There and back' }, 'Hello', at(1));
      await stage.acme.receive([first]);
      await stage.acme.receive([inboundNumberChange({ waId: before }, { waId: after }, at(2))]);
      await stage.acme.receive([inboundNumberChange({ waId: after }, { waId: before }, at(3))]);
      await stage.acme.receive([say({ waId: before }, 'Back again', at(4))]);
      const { id, customer } = await conversationOf(first);
      expect(await doubtsIn(id)).to.deep.equal([]);
      const ranked = await stage.acme.query(
        `SELECT i.value FROM customer_identities i JOIN channel_contacts c ON c.id = i.channel_contact_id
         WHERE c.customer_id = $1 ORDER BY i.id DESC`,
        [customer.id],
      );
      expect(ranked).to.deep.equal([{ value: before }, { value: after }]);
    });

    it('that nobody announced: the thread says that it may be somebody else, once', async () => {
      const [number] = numbers();
      const first = say({ waId: number, userId: `PT.${number}`, name: 'First of two' });
      await stage.acme.receive([first]);
      const { id } = await conversationOf(first);
      await stage.acme.receive([say({ waId: number, userId: `PT.${number}` })]);
      expect(await doubtsIn(id)).to.deep.equal([]);
      for (let time = 0; time < 2; time++)
        await stage.acme.receive([say({ waId: number, userId: `PT.9${number}` })]);
      const said = await doubtsIn(id);
      expect(said).to.have.length(1);
      expect(said[0]).to.match(/^This may be somebody else now: .* First of two, /);
    });
  });

  describe('what is learnt later', () => {
    it('a name and a number take the place of what stood for them, and of nothing else', async () => {
      const nameless = say({ userId: 'PT.5001' });
      await stage.acme.receive([nameless]);
      const { id, customer } = await conversationOf(nameless);
      expect(customer.name).to.equal('PT.5001');
      await stage.acme.receive([say({ userId: 'PT.5001', waId: '351940005001', name: 'Nia' })]);
      const known = async () => (await stage.acme.http<Customer>('GET', `/customers/${customer.id}`)).body;
      expect(await known()).to.include({ name: 'Nia', phone: '+351940005001' });
      const renamed = (await stage.acme.http<Conversation>('GET', `/conversations/${id}`)).body;
      expect(renamed.customer.name).to.equal('Nia');
      await stage.acme.receive([say({ userId: 'PT.5001', waId: '351940005001', name: 'Nia of the lamps' })]);
      expect(await known()).to.include({ name: 'Nia' });
    });
  });

  describe('a conversation', () => {
    let last = 351_960_000_000;
    const newChat = async () => {
      last += 1;
      const person = { waId: String(last), name: `Person ${last}` };
      const first = say(person);
      await stage.acme.receive([first]);
      const conversation = await conversationOf(first);
      expect(conversation).to.include({ status: 'new', inboundCount: 1 });
      return { person, conversation };
    };
    const next = async (person: WhatsAppPerson) => {
      const event = say(person, 'Me again');
      await stage.acme.receive([event]);
      return conversationOf(event);
    };

    for (const [status, change] of [
      ['pending', { status: 'pending' }],
      ['snoozed', { status: 'snoozed', snoozedUntil: new Date(Date.now() + 3_600_000).toISOString() }],
      ['resolved', { status: 'resolved' }],
    ] as const)
      it(`that is ${status} opens again when the customer writes`, async () => {
        const { person, conversation } = await newChat();
        await patch(conversation.id, change);
        const again = await next(person);
        expect(again).to.include({ id: conversation.id, status: 'open', inboundCount: 2 });
        expect([again.resolvedAt, again.snoozedUntil]).to.deep.equal([null, null]);
        expect(again.waitingSince).to.be.a('string');
      });

    it('that was resolved eight days ago stays so, and a new one begins', async () => {
      const { person, conversation } = await newChat();
      await patch(conversation.id, { status: 'resolved' });
      const age = (days: number) =>
        stage.acme.query(
          `UPDATE conversations SET resolved_at = now() - $2 * interval '1 day' WHERE id = $1`,
          [conversation.id, days],
        );
      await age(6.9);
      expect(await next(person)).to.include({ id: conversation.id, status: 'open' });
      const resolved = await patch(conversation.id, { status: 'resolved' });
      await age(8);
      const other = await next(person);
      expect(other.id).to.not.equal(conversation.id);
      expect(other).to.include({ status: 'new', inboundCount: 1 });
      expect(other.customer.id).to.equal(conversation.customer.id);
      await stage.acme.query('UPDATE conversations SET resolved_at = $2 WHERE id = $1', [
        conversation.id,
        resolved.resolvedAt,
      ]);
      // The unresolved one wins over the one that may be opened again.
      expect((await next(person)).id).to.equal(other.id);
      const conflict = await stage.acme.http('PATCH', `/conversations/${conversation.id}`, {
        status: 'open',
      });
      expect([conflict.status, conflict.body.error.code]).to.deep.equal([409, 'newer_conversation']);
    });

    it('of a blocked customer: the message is kept, and nothing else happens', async () => {
      const { person, conversation } = await newChat();
      await stage.acme.query('UPDATE customers SET is_blocked = true WHERE id = $1', [
        conversation.customer.id,
      ]);
      const resolved = await patch(conversation.id, { status: 'resolved' });
      const counts = (await stage.acme.http('GET', '/conversations/counts')).body;
      const after = await next(person);
      expect(after).to.deep.include({
        id: conversation.id,
        status: 'resolved',
        resolvedAt: resolved.resolvedAt,
        inboundCount: 1,
        unreadCount: 1,
        waitingSince: null,
      });
      expect(after.lastMessage?.preview).to.equal('Me again');
      expect((await stage.acme.http('GET', '/conversations/counts')).body).to.deep.equal(counts);
    });

    it('keeps its counters and its order when messages come late', async () => {
      const { person, conversation } = await newChat();
      const at = (second: number) => ({
        at: new Date(Date.parse(conversation.createdAt) - 600_000 + second * 1000),
      });
      const late = [say(person, 'C', at(30)), say(person, 'A', at(10)), say(person, 'B', at(20))];
      for (const event of late) await stage.acme.receive([event]);
      const body = await conversationOf(late[0] as Said);
      expect(body).to.deep.include({ inboundCount: 4, lastMessageAt: conversation.lastMessageAt });
      expect(body.lastMessage?.preview).to.equal('Hello');
      expect(Date.parse(body.waitingSince ?? '')).to.equal(Math.floor(at(10).at.getTime() / 1000) * 1000);
      const [row] = await stage.acme.query('SELECT message_count AS total FROM conversations WHERE id = $1', [
        body.id,
      ]);
      expect(row).to.deep.equal({ total: 4 });
      const { body: page } = await stage.acme.http<{ items: { content: string }[] }>(
        'GET',
        `/conversations/${body.id}/messages`,
      );
      expect(page.items.map(message => message.content)).to.deep.equal(['A', 'B', 'C', 'Hello']);
    });

    it('a time in the future counts as now', async () => {
      const { person } = await newChat();
      const event = say(person, 'From tomorrow', { at: new Date(Date.now() + 86_400_000) });
      await stage.acme.receive([event]);
      const { lastMessageAt, windowExpiresAt } = await conversationOf(event);
      expect(Date.parse(lastMessageAt)).to.be.at.most(Date.now());
      expect(Date.parse(windowExpiresAt ?? '')).to.be.at.most(Date.now() + 86_400_000);
    });

    it('gets the times of the default promise', async () => {
      await stage.acme.query(
        `INSERT INTO sla_policies (name, first_response_time_minutes, next_response_time_minutes, resolution_time_hours, is_default)
         VALUES ('Standard', 30, 60, 24, true)`,
      );
      const { person, conversation } = await newChat();
      const startedAt = Date.parse(conversation.lastMessageAt);
      const due = (from: number, minutes: number) => new Date(from + minutes * 60_000).toISOString();
      expect(conversation.sla).to.deep.equal({
        kind: 'first_response',
        dueAt: due(startedAt, 30),
        breached: false,
      });
      await stage.acme.http('POST', `/conversations/${conversation.id}/messages`, { content: 'Here I am' });
      await stage.product.process.workers?.lanes.send.visited(stage.acme.tenant.id);
      await stage.product.process.workers?.lanes.send.whenIdle();
      const answered = (await stage.acme.http<Conversation>('GET', `/conversations/${conversation.id}`)).body;
      expect(answered.sla).to.deep.equal({
        kind: 'resolution',
        dueAt: due(startedAt, 24 * 60),
        breached: false,
      });
      const again = await next(person);
      expect(again.sla).to.deep.equal({
        kind: 'next_response',
        dueAt: due(Date.parse(again.waitingSince ?? ''), 60),
        breached: false,
      });
      await patch(conversation.id, { status: 'resolved' });
      expect(
        (await stage.acme.http<Conversation>('GET', `/conversations/${conversation.id}`)).body.sla,
      ).to.equal(null);
      await stage.acme.query('UPDATE sla_policies SET is_default = false');
    });
  });
});

/** Times of one scenario keep their distance, however long it takes. */
function secondsSince(start: number): (second: number) => { at: Date } {
  return second => ({ at: new Date(start + second * 1000) });
}
