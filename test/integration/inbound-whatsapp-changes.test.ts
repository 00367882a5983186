import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import {
  businessEcho,
  inboundEdit,
  inboundFile,
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
import { useProduct } from '../support/use-product.ts';

describe('what WhatsApp says about messages, numbers and accounts', () => {
  const stage = useProduct();
  afterEach(async () => {
    await expectEventsTellAll(stage.acme);
  });

  let last = 351_930_000_000;
  const newPerson = (): WhatsAppPerson => {
    last += 1;
    return { waId: String(last), userId: `PT.${last}`, name: `Person ${last}` };
  };
  const rowOf = async (event: { message: { id: string } }) => {
    const [row] = await stage.acme.query<{ id: number; conversationId: number }>(
      'SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1',
      [event.message.id],
    );
    return row;
  };
  const shown = async (event: { message: { id: string } }): Promise<Message> => {
    const row = await rowOf(event);
    const found =
      row && (await wholeThread(stage.acme, row.conversationId)).find(message => message.id === row.id);
    if (!found) throw new Error('The message was not stored.');
    return found;
  };

  describe('what is about another message', () => {
    it('a reaction, another one, and its end, in any order', async () => {
      const person = newPerson();
      const first = inboundText(person, 'React to me');
      const at = secondsSince(Date.now() - 60_000);
      await stage.acme.receive([first]);
      const { id } = first.message;
      await stage.acme.receive([inboundReaction(person, id, '👍', at(1))]);
      expect((await shown(first)).reactions.map(({ emoji, by }) => [emoji, by])).to.deep.equal([
        ['👍', 'customer'],
      ]);
      await stage.acme.receive([inboundReaction(person, id, '❤️', at(5))]);
      await stage.acme.receive([inboundReaction(person, id, '👎', at(3))]);
      expect((await shown(first)).reactions.map(({ emoji }) => emoji)).to.deep.equal(['❤️']);
      await stage.acme.receive([inboundReaction(person, id, undefined, at(9))]);
      await stage.acme.receive([inboundReaction(person, id, '😮', at(7))]);
      expect((await shown(first)).reactions).to.deep.equal([]);
      await stage.acme.receive([inboundReaction(person, id, '🎉', at(11))]);
      expect((await shown(first)).reactions.map(({ emoji }) => emoji)).to.deep.equal(['🎉']);
    });

    it('a reaction, an edit and a revocation that are faster than their message', async () => {
      const person = newPerson();
      const [edited, revoked, liked] = ['typo', 'secret', 'nice'].map(text => inboundText(person, text)) as [
        ReturnType<typeof inboundText>,
        ReturnType<typeof inboundText>,
        ReturnType<typeof inboundText>,
      ];
      await stage.acme.receive([
        inboundEdit(person, edited.message.id, 'no typo'),
        inboundRevoke(person, revoked.message.id),
        inboundReaction(person, liked.message.id, '👍'),
      ]);
      expect(await stage.acme.query('SELECT reason FROM held_facts')).to.have.length(3);
      await stage.acme.receive([edited, revoked, liked]);
      expect(await stage.acme.query('SELECT reason FROM held_facts')).to.deep.equal([]);
      expect((await shown(edited)).content).to.equal('no typo');
      expect(await shown(revoked)).to.deep.include({ content: null, metadata: {}, attachments: [] });
      expect((await shown(revoked)).deletedAt).to.be.a('string');
      expect((await shown(liked)).reactions).to.have.length(1);
      expect(JSON.stringify(await stage.acme.query('SELECT content FROM messages'))).to.not.contain('secret');
    });

    it('edits: the newest words, the older ones in the history, none after a revocation', async () => {
      const person = newPerson();
      const first = inboundText(person, 'one');
      const at = secondsSince(Date.now() - 60_000);
      await stage.acme.receive([first]);
      await stage.acme.receive([inboundEdit(person, first.message.id, 'three', at(9))]);
      await stage.acme.receive([inboundEdit(person, first.message.id, 'two', at(5))]);
      const message = await shown(first);
      expect([message.content, message.editedAt]).to.deep.equal([
        'three',
        at(9).at.toISOString().replace(/\.\d+/, '.000'),
      ]);
      const history = await stage.acme.query(
        'SELECT previous_content AS content FROM message_edits WHERE message_id = $1',
        [message.id],
      );
      expect(history).to.deep.equal([{ content: 'one' }]);
      await stage.acme.receive([inboundRevoke(person, first.message.id, at(10))]);
      await stage.acme.receive([inboundEdit(person, first.message.id, 'four', at(12))]);
      expect((await shown(first)).content).to.equal(null);
      expect(
        await stage.acme.query('SELECT 1 FROM message_edits WHERE message_id = $1', [message.id]),
      ).to.deep.equal([]);
    });

    it('an edit with another file puts it in the place of the one before; an unreadable one changes nothing', async () => {
      const person = newPerson();
      const file = (id: string, filename: string, caption: string) =>
        inboundFile(person, { type: 'document', id, mimeType: 'application/pdf', filename, caption });
      const first = file('100', 'a.pdf', 'Mine');
      await stage.acme.receive([first]);
      const [before] = (await shown(first)).attachments;
      const editTo = async (second: number, message: object) => {
        const event = inboundEdit(person, first.message.id, '', { at: new Date(Date.now() + second * 1000) });
        Object.assign(event.message, { edit: { original_message_id: first.message.id, message } });
        await stage.acme.receive([event]);
        const { content, attachments } = await shown(first);
        return {
          content,
          ids: attachments.map(({ id }) => id),
          names: attachments.map(({ filename }) => filename),
        };
      };
      const named = await editTo(1, file('100', 'a.pdf', 'My bill').message);
      expect(named).to.deep.equal({ content: 'My bill', ids: [before?.id], names: ['a.pdf'] });
      const replaced = await editTo(2, file('200', 'b.pdf', 'My bill').message);
      expect(replaced).to.deep.include({ content: 'My bill', names: ['b.pdf'] });
      expect(replaced.ids).to.not.deep.equal(named.ids);
      expect(await editTo(3, { type: 'unsupported', errors: [{ code: 131051 }] })).to.deep.equal(replaced);
    });

    it('a quote, of an earlier message and of one in the same webhook', async () => {
      const person = newPerson();
      const first = inboundText(person, 'first');
      await stage.acme.receive([first]);
      const second = inboundText(person, 'second', { replyTo: first.message.id });
      const third = inboundText(person, 'third', { replyTo: second.message.id });
      const unknown = inboundText(person, 'fourth', { replyTo: newWamid() });
      await stage.acme.receive([second, third, unknown]);
      const ids = await Promise.all([first, second, third, unknown].map(shown));
      expect(ids.map(message => message.replyToId)).to.deep.equal([null, ids[0]?.id, ids[1]?.id, null]);
    });

    it('none of it reopens, counts, or opens the window', async () => {
      const person = newPerson();
      const first = inboundText(person, 'done?', { at: new Date(Date.now() - 3_600_000) });
      await stage.acme.receive([first]);
      const row = await rowOf(first);
      const before = (
        await stage.acme.http('PATCH', `/conversations/${row?.conversationId}`, { status: 'resolved' })
      ).body;
      await stage.acme.receive([
        inboundReaction(person, first.message.id, '👍'),
        inboundEdit(person, first.message.id, 'done!'),
      ]);
      const after = (await stage.acme.http('GET', `/conversations/${row?.conversationId}`)).body;
      expect(after).to.deep.include({
        status: 'resolved',
        inboundCount: 1,
        lastMessage: {
          id: row?.id,
          preview: 'done!',
          direction: 'inbound',
          type: 'text',
          status: 'delivered',
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
    await stage.acme.receive([question]);
    const row = await rowOf(question);
    const id = newWamid();
    await stage.acme.receive([businessEcho(person, '15550000000', 'On the phone: yes', { id, ...at(5) })]);
    await stage.acme.receive([messageStatus({ id, waId: person.waId }, 'read', at(7))]);
    const thread = await wholeThread(stage.acme, row?.conversationId ?? 0);
    expect(thread.at(-1)).to.deep.include({
      direction: 'outbound',
      content: 'On the phone: yes',
      status: 'read',
      senderType: 'user',
      sender: null,
    });
    const { body } = await stage.acme.http('GET', `/conversations/${row?.conversationId}`);
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
    await stage.acme.receive(events);
    const rows = await stage.acme.query<{ content: string }>(
      `SELECT m.content FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN customers cu ON cu.id = c.customer_id
       WHERE cu.name = ANY ($1::text[]) ORDER BY cu.id, m.id`,
      [people.map(person => person.name)],
    );
    expect(rows.map(row => row.content)).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c']);
    await stage.acme.query('DELETE FROM held_facts');
  });

  it('a number change is a line in the chat that counts nowhere', async () => {
    const person = newPerson();
    const first = inboundText(person, 'Old number');
    await stage.acme.receive([first]);
    const row = await rowOf(first);
    last += 1;
    const change = inboundNumberChange(person, { waId: String(last), userId: `PT.${last}` });
    await stage.acme.receive([change]);
    await stage.acme.receive([change, messageStatus({ id: newWamid() }, 'sent')]);
    await stage.acme.receive([inboundText({ waId: String(last), userId: `PT.${last}` }, 'New number')]);
    const thread = await wholeThread(stage.acme, row?.conversationId ?? 0);
    expect(thread.map(({ type, content }) => [type, content])).to.deep.equal([
      ['text', 'Old number'],
      ['system', `${person.name} changed from ${person.waId} to ${last}`],
      ['text', 'New number'],
    ]);
    const { body } = await stage.acme.http('GET', `/conversations/${row?.conversationId}`);
    expect(body).to.include({ inboundCount: 2, status: 'new' });
    await stage.acme.query('DELETE FROM held_facts');
  });

  it('news of the account become the health of the channel, once', async () => {
    const notice: WhatsAppEvent = {
      kind: 'notice',
      field: 'phone_number_quality_update',
      value: { event: 'FLAGGED', current_limit: 'TIER_50' },
    };
    await stage.acme.receive([notice]);
    await stage.acme.receive([notice, messageStatus({ id: newWamid() }, 'sent')]);
    const { body } = await stage.acme.http('GET', `/channels/${stage.acme.whatsapp.id}`);
    expect(body).to.include({
      health: 'warning',
      healthMessage: "The number's quality changed: flagged, limit tier 50.",
    });
    expect(
      await stage.acme.query(
        `SELECT 1 FROM channel_health_events WHERE topic = 'phone_number_quality_update'`,
      ),
    ).to.have.length(1);
    const stop: WhatsAppEvent = {
      kind: 'notice',
      field: 'account_update',
      value: { event: 'ACCOUNT_DELETED' },
    };
    await stage.acme.receive([stop]);
    expect((await stage.acme.http('GET', `/channels/${stage.acme.whatsapp.id}`)).body).to.include({
      health: 'stopped',
      isActive: true,
    });
    await stage.acme.http('PATCH', `/channels/${stage.acme.whatsapp.id}`, { isActive: true });
    await stage.acme.query('DELETE FROM held_facts');
  });

  it('numbers its events without gaps', async () => {
    expectNoGaps(await stage.acme.events());
  });
});

/** Times of one scenario keep their distance, however long it takes. */
function secondsSince(start: number): (second: number) => { at: Date } {
  return second => ({ at: new Date(start + second * 1000) });
}
