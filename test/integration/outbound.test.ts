import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import {
  type AcceptedMessage,
  inboundText,
  messageStatus,
  type ProviderFault,
} from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps, wholeThread } from '../support/event-mirror.ts';
import { openSendingDesk, type SendingDesk } from '../support/sending.ts';

describe('sending', () => {
  let desk: SendingDesk;

  before(async function () {
    this.timeout(60_000);
    desk = await openSendingDesk();
  });
  after(() => desk?.close());
  afterEach(async () => {
    const { provider, acme } = desk.product;
    provider.behaveWell(acme.account.phoneNumberId);
    await desk.setChannel({ isActive: true });
  });

  const accepted = (message: Pick<Message, 'id'>): AcceptedMessage[] =>
    desk.product.provider
      .accepted(desk.acme.account.phoneNumberId)
      .filter(({ correlator }) => correlator?.startsWith(`${message.id}.`));
  const publicIdOf = async (message: Message) => {
    const [row] = await desk.acme.query<{ id: string }>(
      'SELECT public_id AS id FROM messages WHERE id = $1',
      [message.id],
    );
    return row?.id;
  };

  it('sends text with the correlator that names the row', async () => {
    const chat = await desk.newChat();
    const sent = await desk.send(chat, 'Good morning');
    expect(sent).to.include({ status: 'pending', direction: 'outbound', senderType: 'user' });
    expect(sent.sender).to.deep.equal({ id: 1, name: 'Ada Admin' });
    const shown = await desk.becomes(sent, 'sent');
    expect(shown.error).to.equal(null);
    const [message, ...others] = accepted(sent);
    expect(others).to.deep.equal([]);
    expect(message).to.include({
      to: chat.waId,
      correlator: `${sent.id}.${await publicIdOf(sent)}`,
      replyTo: undefined,
    });
    expect(message?.body).to.deep.include({
      type: 'text',
      text: { body: 'Good morning', preview_url: true },
    });
    await expectEventsTellAll(desk.acme, [chat.id]);
  });

  it('sends a template with its variables, also when the window is closed', async () => {
    const chat = await desk.newChat();
    await desk.acme.query(
      `UPDATE conversations SET window_expires_at = now() - interval '1 day' WHERE id = $1`,
      [chat.id],
    );
    const sent = await desk.send(chat, {
      type: 'template',
      template: { name: 'order_update', language: 'en' },
      variables: ['Rui', '4711'],
    });
    await desk.becomes(sent, 'sent');
    expect(accepted(sent)[0]?.body).to.deep.include({
      type: 'template',
      template: {
        name: 'order_update',
        language: { code: 'en' },
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Rui' },
              { type: 'text', text: '4711' },
            ],
          },
        ],
      },
    });
  });

  it('quotes the message that is answered', async () => {
    const chat = await desk.newChat();
    const sent = await desk.send(chat, { content: 'This one', replyToId: chat.firstId });
    expect(sent.replyToId).to.equal(chat.firstId);
    await desk.becomes(sent, 'sent');
    expect(accepted(sent)[0]?.replyTo).to.equal(chat.wamid);
    const other = await desk.newChat();
    const foreign = await desk.acme.http('POST', `/conversations/${other.id}/messages`, {
      content: 'That one',
      replyToId: chat.firstId,
    });
    expect(foreign.status).to.equal(404);
  });

  it('reacts and takes the reaction back; a refused one is not shown', async () => {
    const chat = await desk.newChat();
    const reactions = () =>
      desk.product.provider
        .accepted(desk.acme.account.phoneNumberId)
        .flatMap(({ to, body }) => (to === chat.waId && body.type === 'reaction' ? [body.reaction] : []));
    const react = (emoji: string) =>
      desk.acme.http<Message>('POST', `/messages/${chat.firstId}/react`, { emoji });
    const shown = await react('👍');
    expect(shown.body.reactions.map(({ emoji, by }) => [emoji, by])).to.deep.equal([['👍', 'user']]);
    await react('❤️');
    const gone = await react('');
    expect(gone.body.reactions).to.deep.equal([]);
    await desk.visit();
    await desk.hurry();
    expect(reactions()).to.deep.equal([
      { message_id: chat.wamid, emoji: '👍' },
      { message_id: chat.wamid, emoji: '❤️' },
      { message_id: chat.wamid, emoji: '' },
    ]);
    desk.fail({ kind: 'error', status: 400, code: 131009 });
    await react('🎉');
    await desk.hurry();
    expect((await desk.show({ id: chat.firstId, conversationId: chat.id })).reactions).to.deep.equal([]);
    await expectEventsTellAll(desk.acme, [chat.id]);
  });

  it('shows one tick, two, and blue ones as the receipts come, never less', async () => {
    const chat = await desk.newChat();
    const sent = await desk.send(chat, 'Tick');
    await desk.becomes(sent, 'sent');
    const [message] = accepted(sent) as [AcceptedMessage];
    const startedAt = Date.now();
    for (const [index, [status, shown]] of (
      [
        ['delivered', 'delivered'],
        ['sent', 'delivered'],
        ['read', 'read'],
        ['delivered', 'read'],
        ['failed', 'read'],
      ] as const
    ).entries()) {
      const at = new Date(startedAt + index * 1000);
      await desk.acme.receive([messageStatus(message, status, { at })]);
      const { status: now, error } = await desk.show(sent);
      expect([status, now, error]).to.deep.equal([status, shown, null]);
    }
    const updates = await desk.acme.query(
      `SELECT status FROM message_status_updates WHERE message_id = $1 AND metadata ->> 'by' IS NULL ORDER BY id`,
      [sent.id],
    );
    expect(updates.map(row => row.status)).to.deep.equal([
      'delivered',
      'sent',
      'read',
      'delivered',
      'failed',
    ]);
    await expectEventsTellAll(desk.acme, [chat.id]);
  });

  it('was read when the customer’s mark was faster than the answer to the message', async () => {
    const chat = await desk.newChat();
    const early = await desk.send(chat, 'Before');
    await desk.becomes(early, 'sent');
    desk.relay.beforeAnswer = async () => {
      await desk.acme.query(
        `UPDATE channel_contacts SET read_up_to = clock_timestamp()
         WHERE id = (SELECT channel_contact_id FROM conversations WHERE id = $1)`,
        [chat.id],
      );
    };
    const sent = await desk.send(chat, 'Read at once');
    await desk.becomes(sent, 'read');
    desk.relay.beforeAnswer = undefined;
    const later = await desk.send(chat, 'Not read yet');
    await desk.becomes(later, 'sent');
    const [row] = await desk.acme.query<{ wasRead: boolean }>(
      'SELECT read_at IS NOT NULL AS "wasRead" FROM messages WHERE id = $1',
      [sent.id],
    );
    expect(row).to.deep.equal({ wasRead: true });
    await expectEventsTellAll(desk.acme, [chat.id]);
  });

  it('keeps the order within each conversation whatever fails or is slow', async function () {
    this.timeout(40_000);
    const { provider, acme } = desk.product;
    const chats = await Promise.all([desk.newChat(), desk.newChat(), desk.newChat(), desk.newChat()]);
    const transient: ProviderFault = { kind: 'error', status: 500, code: 131000, retryAfterSeconds: 0 };
    const slow: ProviderFault = { kind: 'delay', delayMs: 40 };
    for (let round = 0; round < 12; round++) {
      provider.failNext(acme.account.phoneNumberId, round % 3 === 0 ? slow : transient);
      provider.failNext(acme.account.phoneNumberId, { kind: 'delay', delayMs: 1 });
    }
    const sent: Message[] = [];
    for (let turn = 1; turn <= 8; turn++)
      sent.push(...(await Promise.all(chats.map(chat => desk.send(chat, `${turn} to ${chat.waId}`)))));
    for (const message of sent) await desk.becomes(message, 'sent');
    for (const chat of chats) {
      const arrived = provider
        .accepted(acme.account.phoneNumberId)
        .flatMap(({ to, body }) => (to === chat.waId && body.type === 'text' ? [body.text.body] : []));
      expect(arrived).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8].map(turn => `${turn} to ${chat.waId}`));
      const thread = await wholeThread(acme, chat.id);
      expect(
        thread.filter(message => message.direction === 'outbound').map(message => message.content),
      ).to.deep.equal(arrived);
    }
    await expectEventsTellAll(
      acme,
      chats.map(chat => chat.id),
    );
  });

  it('looks at the window when it sends, not when the agent wrote', async () => {
    const chat = await desk.newChat();
    await desk.setChannel({ isActive: false });
    const late = await desk.send(chat, 'Too late');
    await desk.acme.query(
      `UPDATE conversations SET window_expires_at = now() - interval '1 second' WHERE id = $1`,
      [chat.id],
    );
    await desk.setChannel({ isActive: true });
    const shown = await desk.becomes(late, 'failed');
    expect(shown.error).to.deep.equal({
      code: 'window_closed',
      message: 'More than 24 hours have passed since the customer last wrote. Send a template instead.',
    });
    expect(desk.attempts(late)).to.deep.equal([]);
    // The customer writes again, and the same message can go.
    await desk.acme.receive([inboundText({ waId: chat.waId }, 'Still there')]);
    expect((await desk.acme.http('POST', `/messages/${late.id}/retry`)).status).to.equal(202);
    await desk.becomes(late, 'sent');
    expect(desk.attempts(late)).to.have.length(1);
    await expectEventsTellAll(desk.acme, [chat.id]);
  });

  it('sends nothing to a customer who was blocked meanwhile', async () => {
    const chat = await desk.newChat();
    await desk.setChannel({ isActive: false });
    const sent = await desk.send(chat, 'Hello again');
    await desk.acme.query(
      'UPDATE customers SET is_blocked = true WHERE id = (SELECT customer_id FROM conversations WHERE id = $1)',
      [chat.id],
    );
    await desk.setChannel({ isActive: true });
    const { error } = await desk.becomes(sent, 'failed');
    expect(error?.code).to.equal('blocked');
    expect(desk.attempts(sent)).to.deep.equal([]);
  });

  it('makes one message of one clientId, one after the other and all at once', async () => {
    const chat = await desk.newChat();
    const post = (clientId: string, content = 'Once only') =>
      desk.acme.http<Message>('POST', `/conversations/${chat.id}/messages`, { content, clientId });
    const clientId = randomUUID();
    const first = await post(clientId);
    const second = await post(clientId, 'other words do not matter');
    expect([first.status, second.status]).to.deep.equal([201, 200]);
    expect(second.body.id).to.equal(first.body.id);
    expect(second.body.content).to.equal('Once only');

    const another = randomUUID();
    const answers = await Promise.all(Array.from({ length: 25 }, () => post(another)));
    expect(answers.map(answer => answer.status).sort()).to.deep.equal([...Array(24).fill(200), 201]);
    expect(new Set(answers.map(answer => answer.body.id)).size).to.equal(1);
    const [message] = answers.map(answer => answer.body) as [Message];
    await desk.becomes(message, 'sent');
    await desk.becomes(first.body, 'sent');
    expect([accepted(first.body).length, accepted(message).length]).to.deep.equal([1, 1]);
    await expectEventsTellAll(desk.acme, [chat.id]);
  });

  it('refuses what the channel cannot send', async () => {
    const chat = await desk.newChat();
    const tooLong = await desk.acme.http('POST', `/conversations/${chat.id}/messages`, {
      content: 'x'.repeat(4097),
    });
    expect([tooLong.status, tooLong.body.error.code]).to.deep.equal([422, 'validation_failed']);
    const elsewhere = await desk.product.globex.http('POST', `/conversations/${chat.id}/messages`, {
      content: 'wrong tenant',
    });
    expect(elsewhere.status).to.equal(404);
    await desk.acme.query(`UPDATE conversations SET status = 'archived' WHERE id = $1`, [chat.id]);
    const archived = await desk.acme.http('POST', `/conversations/${chat.id}/messages`, { content: 'hi' });
    expect([archived.status, archived.body.error.code]).to.deep.equal([409, 'archived']);
  });

  it('numbers its events without gaps', async () => {
    expectNoGaps(await desk.acme.events());
  });
});
