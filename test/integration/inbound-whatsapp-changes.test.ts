import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import {
  businessEcho,
  inboundEdit,
  inboundNumberChange,
  inboundReaction,
  inboundRevoke,
  inboundText,
  messageStatus,
  newWamid,
  type WhatsAppEvent,
  type WhatsAppPerson,
} from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps, wholeThread } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';

describe('what WhatsApp says about messages, numbers and accounts', () => {
  let product: Product;
  let acme: ProductTenant;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
    ({ acme } = product);
  });
  after(() => product?.close());
  afterEach(async () => {
    await expectEventsTellAll(acme);
  });

  let last = 351_930_000_000;
  const newPerson = (): WhatsAppPerson => {
    last += 1;
    return { waId: String(last), userId: `PT.${last}`, name: `Person ${last}` };
  };
  const rowOf = async (event: { message: { id: string } }) => {
    const [row] = await acme.query<{ id: number; conversationId: number }>(
      'SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1',
      [event.message.id],
    );
    return row;
  };
  const shown = async (event: { message: { id: string } }): Promise<Message> => {
    const row = await rowOf(event);
    const found = row && (await wholeThread(acme, row.conversationId)).find(message => message.id === row.id);
    if (!found) throw new Error('The message was not stored.');
    return found;
  };

  describe('what is about another message', () => {
    it('a reaction, another one, and its end, in any order', async () => {
      const person = newPerson();
      const first = inboundText(person, 'React to me');
      const at = secondsSince(Date.now() - 60_000);
      await acme.receive([first]);
      const { id } = first.message;
      await acme.receive([inboundReaction(person, id, '👍', at(1))]);
      expect((await shown(first)).reactions.map(({ emoji, by }) => [emoji, by])).to.deep.equal([
        ['👍', 'customer'],
      ]);
      await acme.receive([inboundReaction(person, id, '❤️', at(5))]);
      await acme.receive([inboundReaction(person, id, '👎', at(3))]);
      expect((await shown(first)).reactions.map(({ emoji }) => emoji)).to.deep.equal(['❤️']);
      await acme.receive([inboundReaction(person, id, undefined, at(9))]);
      await acme.receive([inboundReaction(person, id, '😮', at(7))]);
      expect((await shown(first)).reactions).to.deep.equal([]);
      await acme.receive([inboundReaction(person, id, '🎉', at(11))]);
      expect((await shown(first)).reactions.map(({ emoji }) => emoji)).to.deep.equal(['🎉']);
    });

    it('a reaction, an edit and a revocation that are faster than their message', async () => {
      const person = newPerson();
      const [edited, revoked, liked] = ['typo', 'secret', 'nice'].map(text => inboundText(person, text)) as [
        ReturnType<typeof inboundText>,
        ReturnType<typeof inboundText>,
        ReturnType<typeof inboundText>,
      ];
      await acme.receive([
        inboundEdit(person, edited.message.id, 'no typo'),
        inboundRevoke(person, revoked.message.id),
        inboundReaction(person, liked.message.id, '👍'),
      ]);
      expect(await acme.query('SELECT reason FROM held_facts')).to.have.length(3);
      await acme.receive([edited, revoked, liked]);
      expect(await acme.query('SELECT reason FROM held_facts')).to.deep.equal([]);
      expect((await shown(edited)).content).to.equal('no typo');
      expect(await shown(revoked)).to.deep.include({ content: null, metadata: {}, attachments: [] });
      expect((await shown(revoked)).deletedAt).to.be.a('string');
      expect((await shown(liked)).reactions).to.have.length(1);
      expect(JSON.stringify(await acme.query('SELECT content FROM messages'))).to.not.contain('secret');
    });

    it('edits: the newest words, the older ones in the history, none after a revocation', async () => {
      const person = newPerson();
      const first = inboundText(person, 'one');
      const at = secondsSince(Date.now() - 60_000);
      await acme.receive([first]);
      await acme.receive([inboundEdit(person, first.message.id, 'three', at(9))]);
      await acme.receive([inboundEdit(person, first.message.id, 'two', at(5))]);
      const message = await shown(first);
      expect([message.content, message.editedAt]).to.deep.equal([
        'three',
        at(9).at.toISOString().replace(/\.\d+/, '.000'),
      ]);
      const history = await acme.query(
        'SELECT previous_content AS content FROM message_edits WHERE message_id = $1',
        [message.id],
      );
      expect(history).to.deep.equal([{ content: 'one' }]);
      await acme.receive([inboundRevoke(person, first.message.id, at(10))]);
      await acme.receive([inboundEdit(person, first.message.id, 'four', at(12))]);
      expect((await shown(first)).content).to.equal(null);
      expect(
        await acme.query('SELECT 1 FROM message_edits WHERE message_id = $1', [message.id]),
      ).to.deep.equal([]);
    });

    it('a quote, of an earlier message and of one in the same webhook', async () => {
      const person = newPerson();
      const first = inboundText(person, 'first');
      await acme.receive([first]);
      const second = inboundText(person, 'second', { replyTo: first.message.id });
      const third = inboundText(person, 'third', { replyTo: second.message.id });
      const unknown = inboundText(person, 'fourth', { replyTo: newWamid() });
      await acme.receive([second, third, unknown]);
      const ids = await Promise.all([first, second, third, unknown].map(shown));
      expect(ids.map(message => message.replyToId)).to.deep.equal([null, ids[0]?.id, ids[1]?.id, null]);
    });

    it('none of it reopens, counts, or opens the window', async () => {
      const person = newPerson();
      const first = inboundText(person, 'done?', { at: new Date(Date.now() - 3_600_000) });
      await acme.receive([first]);
      const row = await rowOf(first);
      const before = (
        await acme.http('PATCH', `/conversations/${row?.conversationId}`, { status: 'resolved' })
      ).body;
      await acme.receive([
        inboundReaction(person, first.message.id, '👍'),
        inboundEdit(person, first.message.id, 'done!'),
      ]);
      const after = (await acme.http('GET', `/conversations/${row?.conversationId}`)).body;
      expect(after).to.deep.include({
        status: 'resolved',
        inboundCount: 1,
        lastMessage: {
          preview: 'done!',
          direction: 'inbound',
          type: 'text',
          sentAt: (await shown(first)).sentAt,
        },
      });
      const times = ({ windowExpiresAt, lastMessageAt }: Record<string, unknown>) => ({
        windowExpiresAt,
        lastMessageAt,
      });
      expect(times({ ...after })).to.deep.equal(times({ ...before }));
    });
  });

  it('an echo is our own message, answers the customer, and gets its ticks', async () => {
    const person = newPerson();
    const at = secondsSince(Date.now() - 60_000);
    const question = inboundText(person, 'Anybody?', at(1));
    await acme.receive([question]);
    const row = await rowOf(question);
    const id = newWamid();
    await acme.receive([businessEcho(person, '15550000000', 'On the phone: yes', { id, ...at(5) })]);
    await acme.receive([messageStatus({ id, waId: person.waId }, 'read', at(7))]);
    const thread = await wholeThread(acme, row?.conversationId ?? 0);
    expect(thread.at(-1)).to.deep.include({
      direction: 'outbound',
      content: 'On the phone: yes',
      status: 'read',
      senderType: 'user',
      sender: null,
    });
    const { body } = await acme.http('GET', `/conversations/${row?.conversationId}`);
    expect(body).to.deep.include({
      waitingSince: null,
      firstResponseAt: thread.at(-1)?.sentAt,
      inboundCount: 1,
    });
  });

  it('two entries, two changes, three items: all of them', async () => {
    const people = [newPerson(), newPerson()];
    const events = people.flatMap(person => [
      inboundText(person, 'a'),
      inboundText(person, 'b'),
      messageStatus({ id: newWamid() }, 'sent'),
      inboundText(person, 'c'),
    ]);
    await acme.receive(events);
    const rows = await acme.query<{ content: string }>(
      `SELECT m.content FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN customers cu ON cu.id = c.customer_id
       WHERE cu.name = ANY ($1::text[]) ORDER BY cu.id, m.id`,
      [people.map(person => person.name)],
    );
    expect(rows.map(row => row.content)).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c']);
    await acme.query('DELETE FROM held_facts');
  });

  it('a number change is a line in the chat that counts nowhere', async () => {
    const person = newPerson();
    const first = inboundText(person, 'Old number');
    await acme.receive([first]);
    const row = await rowOf(first);
    last += 1;
    const change = inboundNumberChange(person, { waId: String(last), userId: `PT.${last}` });
    await acme.receive([change]);
    await acme.receive([change, messageStatus({ id: newWamid() }, 'sent')]);
    await acme.receive([inboundText({ waId: String(last), userId: `PT.${last}` }, 'New number')]);
    const thread = await wholeThread(acme, row?.conversationId ?? 0);
    expect(thread.map(({ type, content }) => [type, content])).to.deep.equal([
      ['text', 'Old number'],
      ['system', `${person.name} changed from ${person.waId} to ${last}`],
      ['text', 'New number'],
    ]);
    const { body } = await acme.http('GET', `/conversations/${row?.conversationId}`);
    expect(body).to.include({ inboundCount: 2, status: 'new' });
    await acme.query('DELETE FROM held_facts');
  });

  it('news of the account become the health of the channel, once', async () => {
    const notice: WhatsAppEvent = {
      kind: 'notice',
      field: 'phone_number_quality_update',
      value: { event: 'FLAGGED', current_limit: 'TIER_50' },
    };
    await acme.receive([notice]);
    await acme.receive([notice, messageStatus({ id: newWamid() }, 'sent')]);
    const { body } = await acme.http('GET', `/channels/${acme.whatsapp.id}`);
    expect(body).to.include({
      health: 'warning',
      healthMessage: "The number's quality changed: flagged, limit tier 50.",
    });
    expect(
      await acme.query(`SELECT 1 FROM channel_health_events WHERE topic = 'phone_number_quality_update'`),
    ).to.have.length(1);
    const stop: WhatsAppEvent = {
      kind: 'notice',
      field: 'account_update',
      value: { event: 'ACCOUNT_DELETED' },
    };
    await acme.receive([stop]);
    expect((await acme.http('GET', `/channels/${acme.whatsapp.id}`)).body).to.include({
      health: 'stopped',
      isActive: true,
    });
    await acme.http('PATCH', `/channels/${acme.whatsapp.id}`, { isActive: true });
    await acme.query('DELETE FROM held_facts');
  });

  it('numbers its events without gaps', async () => {
    expectNoGaps(await acme.events());
  });
});

/** Times of one scenario keep their distance, however long it takes. */
function secondsSince(start: number): (second: number) => { at: Date } {
  return second => ({ at: new Date(start + second * 1000) });
}
