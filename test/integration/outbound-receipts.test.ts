import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import { claimSends } from '../../src/features/outbound/send-store.ts';
import { businessEcho, inboundText, messageStatus, newWamid } from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps, wholeThread } from '../support/event-mirror.ts';
import { openSendingDesk, type SendingDesk } from '../support/sending.ts';
import { until } from '../support/until.ts';

describe('what became of a message', () => {
  let desk: SendingDesk;

  before(async function () {
    this.timeout(60_000);
    desk = await openSendingDesk();
  });
  after(() => desk?.close());
  afterEach(async () => {
    const { provider, acme } = desk.product;
    await provider.whenIdle();
    provider.behaveWell(acme.account.phoneNumberId);
    desk.relay.beforeAnswer = undefined;
    desk.relay.dropsCorrelators = false;
    await desk.setChannel({ isActive: true });
    await desk.settle();
    await acme.applied();
    await expectEventsTellAll(acme);
    await acme.query('DELETE FROM held_facts');
  });

  const behave = (change: Parameters<typeof desk.product.provider.behave>[1]) =>
    desk.product.provider.behave(desk.acme.account.phoneNumberId, change);
  const wamidOf = async (message: Pick<Message, 'id'>) => {
    const [row] = await desk.acme.query<{ wamid: string | null }>(
      'SELECT platform_message_id AS wamid FROM messages WHERE id = $1',
      [message.id],
    );
    return row?.wamid;
  };
  const held = () => desk.acme.query('SELECT id FROM held_facts');
  const takenFor = (message: Pick<Message, 'id'>) =>
    desk.product.provider
      .accepted(desk.acme.account.phoneNumberId)
      .filter(({ correlator }) => correlator?.startsWith(`${message.id}.`));
  /** Stands for a worker that claims what may go and then dies. */
  const claimAndDie = () =>
    desk.product.context.tenants.runOn(desk.acme.tenant, scope =>
      scope.transaction(async tx => {
        await tx.query('UPDATE channels SET is_active = true WHERE id = $1', [desk.acme.whatsapp.id]);
        return claimSends(tx, 10, [], 'fast');
      }),
    );
  const claimsRunOut = async () => {
    await desk.acme.query(
      `UPDATE message_sends SET claimed_until = now() - interval '1 second' WHERE claimed_until IS NOT NULL`,
    );
    await desk.visit();
  };

  describe('when the answer was lost', () => {
    it('the receipt with our correlator settles it', async () => {
      const chat = await desk.newChat();
      desk.fail({ kind: 'reset', isAccepted: true });
      const sent = await desk.send(chat, 'Did it arrive?');
      await desk.becomes(sent, 'unknown');
      const [taken] = takenFor(sent);
      if (!taken) throw new Error('The provider has not taken the message.');
      await desk.product.provider.sendStatus(taken, 'delivered');
      const shown = await desk.becomes(sent, 'delivered');
      expect(shown.error).to.equal(null);
      expect(desk.attempts(sent)).to.have.length(1);
      expect(await wamidOf(sent)).to.equal(takenFor(sent)[0]?.id);
    });

    it('a failure of an earlier attempt does not end the one that waits', async () => {
      const chat = await desk.newChat();
      desk.fail({ kind: 'reset', isAccepted: true });
      const sent = await desk.send(chat, 'Twice, then');
      await desk.becomes(sent, 'unknown');
      const [taken] = takenFor(sent);
      await desk.setChannel({ isActive: false });
      expect((await desk.acme.http('POST', `/messages/${sent.id}/retry`)).status).to.equal(202);
      if (!taken) throw new Error('The provider has not taken the message.');
      await desk.acme.receive([messageStatus(taken, 'failed', { at: new Date(Date.now() - 60_000) })]);
      expect((await desk.show(sent)).status).to.equal('pending');
      await desk.setChannel({ isActive: true });
      await desk.becomes(sent, 'sent');
      expect(desk.attempts(sent)).to.have.length(2);
    });

    it('that a message which failed since was once sent does not end its retry', async () => {
      const chat = await desk.newChat();
      behave({ receipts: [{ status: 'failed', afterMs: 0, errorCode: 131026 }] });
      const sent = await desk.send(chat, 'Once more');
      await desk.becomes(sent, 'failed');
      const taken = takenFor(sent)[0];
      if (!taken) throw new Error('The provider has not taken the message.');
      await desk.setChannel({ isActive: false });
      behave({ receipts: [] });
      expect((await desk.acme.http('POST', `/messages/${sent.id}/retry`)).status).to.equal(202);
      await desk.acme.receive([messageStatus(taken, 'sent', { at: new Date(Date.now() - 60_000) })]);
      expect((await desk.show(sent)).status).to.equal('pending');
      await desk.setChannel({ isActive: true });
      await desk.becomes(sent, 'sent');
      expect(takenFor(sent)).to.have.length(2);
    });

    it('a receipt of what another program sent is forgotten in time, and is nobody’s work', async () => {
      const chat = await desk.newChat();
      await desk.acme.receive([messageStatus({ id: newWamid(), waId: chat.waId }, 'delivered')]);
      expect(await held()).to.have.length(1);
      await desk.acme.query(`UPDATE held_facts SET expires_at = now() - interval '1 second'`);
      await desk.acme.receive([inboundText({ waId: chat.waId }, 'And on')]);
      await desk.acme.applied();
      await until('it is forgotten', async () => (await held()).length === 0);
    });

    it('a correlator that only looks like one harms nobody', async () => {
      const chat = await desk.newChat();
      const dashes = `1.${'-'.repeat(36)}`;
      await desk.acme.receive([
        messageStatus({ id: newWamid(), waId: chat.waId, correlator: dashes }, 'read'),
      ]);
      expect(await desk.acme.query(`SELECT reason FROM held_facts`)).to.deep.equal([{ reason: 'target' }]);
    });

    it('a failure told by receipt is shown, and the retry is a new message for the platform', async () => {
      behave({ receipts: [{ status: 'failed', afterMs: 0, errorCode: 131026 }] });
      const chat = await desk.newChat();
      desk.fail({ kind: 'reset', isAccepted: true });
      const sent = await desk.send(chat, 'Nobody there');
      expect((await desk.becomes(sent, 'failed')).error?.code).to.equal('131026');
      const before = await wamidOf(sent);
      behave({ receipts: [{ status: 'delivered', afterMs: 0 }] });
      expect((await desk.acme.http('POST', `/messages/${sent.id}/retry`)).status).to.equal(202);
      await desk.becomes(sent, 'delivered');
      expect(takenFor(sent)).to.have.length(2);
      expect(await wamidOf(sent)).to.not.equal(before);
    });

    it('an old failure that is told again does not stop the retry', async () => {
      const chat = await desk.newChat();
      const sent = await desk.send(chat, 'Told twice');
      await desk.becomes(sent, 'sent');
      const [first] = takenFor(sent);
      if (!first) throw new Error('The provider has not taken the message.');
      const failure = (at: number) => messageStatus(first, 'failed', { at: new Date(at), errorCode: 131026 });
      const at = Date.now();
      await desk.acme.receive([failure(at)]);
      await desk.becomes(sent, 'failed');
      await desk.setChannel({ isActive: false });
      await desk.acme.http('POST', `/messages/${sent.id}/retry`);
      // Not the same bytes, so that it is a delivery of its own.
      await desk.acme.receive([failure(at), messageStatus({ id: newWamid() }, 'sent')]);
      expect((await desk.show(sent)).status).to.equal('pending');
      await desk.setChannel({ isActive: true });
      await desk.becomes(sent, 'sent');
      expect(takenFor(sent)).to.have.length(2);
    });
  });

  describe('when a worker dies', () => {
    it('with a claim: unknown once the claim has run out, settled by the receipt', async () => {
      const chat = await desk.newChat();
      await desk.setChannel({ isActive: false });
      const sent = await desk.send(chat, 'Claimed');
      const behind = await desk.send(chat, 'Behind it');
      expect((await claimAndDie()).map(send => send.messageId)).to.deep.equal([sent.id]);
      await desk.visit();
      expect((await desk.show(sent)).status).to.equal('sending');
      expect(desk.attempts(behind)).to.deep.equal([]);
      await claimsRunOut();
      await desk.becomes(sent, 'unknown');
      await desk.becomes(behind, 'sent');
      expect(desk.attempts(sent)).to.deep.equal([]);
      const [row] = await desk.acme.query<{ id: string }>(
        'SELECT public_id AS id FROM messages WHERE id = $1',
        [sent.id],
      );
      const wamid = newWamid();
      const correlator = `${sent.id}.${row?.id}`;
      await desk.acme.receive([messageStatus({ id: wamid, correlator, waId: chat.waId }, 'delivered')]);
      await desk.becomes(sent, 'delivered');
      expect(await wamidOf(sent)).to.equal(wamid);
    });

    it('with a claim on a reaction: nothing is sent twice, nothing stands in the way', async () => {
      const chat = await desk.newChat();
      await desk.setChannel({ isActive: false });
      await desk.acme.http('POST', `/messages/${chat.firstId}/react`, { emoji: '👀' });
      expect(await claimAndDie()).to.have.length(1);
      await claimsRunOut();
      const sent = await desk.send(chat, 'Next');
      await desk.becomes(sent, 'sent');
      expect(desk.relay.requests.filter(({ body }) => body.type === 'reaction')).to.deep.equal([]);
    });

    it('a claim that has not run out is left to its worker', async () => {
      const chat = await desk.newChat();
      await desk.setChannel({ isActive: false });
      const sent = await desk.send(chat, 'Still being sent');
      await claimAndDie();
      const other = await desk.product.addProcess();
      await other.workers?.lanes.send.visited(desk.acme.tenant.id);
      await desk.visit();
      expect([(await desk.show(sent)).status, desk.attempts(sent).length]).to.deep.equal(['sending', 0]);
      await claimsRunOut();
      await desk.becomes(sent, 'unknown');
      await other.close();
    });
  });

  describe('when the receipt is faster than our own record', () => {
    /** The provider's receipts have been acknowledged by us before it answers our call. */
    const receiptsFirst = () => {
      behave({
        receipts: [
          { status: 'sent', afterMs: 0 },
          { status: 'delivered', afterMs: 0 },
          { status: 'read', afterMs: 0 },
        ],
      });
      desk.relay.beforeAnswer = () => desk.product.provider.whenIdle();
    };

    it('with a correlator: matched at once', async () => {
      receiptsFirst();
      const chat = await desk.newChat();
      const sent = await desk.send(chat, 'Fast');
      await desk.becomes(sent, 'read');
      expect(await wamidOf(sent)).to.equal(takenFor(sent)[0]?.id);
      expect(await held()).to.deep.equal([]);
    });

    it('without one: held, and matched when our record is there', async () => {
      receiptsFirst();
      desk.relay.dropsCorrelators = true;
      const chat = await desk.newChat();
      desk.relay.beforeAnswer = async () => {
        await desk.product.provider.whenIdle();
        await until('the receipts are held', async () => (await held()).length === 3);
      };
      const sent = await desk.send(chat, 'Fast and without a name');
      await desk.becomes(sent, 'read');
      await until('nothing is held any more', async () => (await held()).length === 0);
    });

    it('takes its locks in the order of our own record, so that neither waits for a deadlock', async () => {
      const chat = await desk.newChat();
      await desk.setChannel({ isActive: false });
      const sent = await desk.send(chat, 'Both at once');
      const [row] = await desk.acme.query<{ id: string }>(
        'SELECT public_id AS id FROM messages WHERE id = $1',
        [sent.id],
      );
      const receipt = messageStatus({ id: newWamid(), correlator: `${sent.id}.${row?.id}` }, 'delivered');
      const { context } = desk.product;
      let received: Promise<void> | undefined;
      await context.tenants.runOn(desk.acme.tenant, scope =>
        scope.transaction(async tx => {
          await tx.query(`SET LOCAL lock_timeout = '500ms'`);
          await tx.query('DELETE FROM message_sends WHERE message_id = $1', [sent.id]);
          received = desk.acme.receive([receipt]);
          await until('the receipt waits', async () => {
            const waiting = await desk.acme.query(
              `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid','tuple')`,
            );
            return waiting.length > 0;
          });
          await tx.query(`UPDATE messages SET status = 'sent' WHERE id = $1`, [sent.id]);
        }),
      );
      await received;
      expect((await desk.show(sent)).status).to.equal('delivered');
    });

    it('many at once: every message ends as read, and none is sent twice', async function () {
      this.timeout(30_000);
      behave({
        receipts: [
          { status: 'delivered', afterMs: 0 },
          { status: 'read', afterMs: 1 },
        ],
      });
      const chats = await Promise.all(Array.from({ length: 10 }, () => desk.newChat()));
      const startedAt = performance.now();
      const sent = (
        await Promise.all(
          chats.map(chat => Promise.all(['one', 'two', 'three'].map(text => desk.send(chat, text)))),
        )
      ).flat();
      for (const message of sent) await desk.becomes(message, 'read');
      expect(performance.now() - startedAt, 'nobody has waited for a deadlock to be noticed').to.be.below(
        15_000,
      );
      expect(sent.map(message => desk.attempts(message).length)).to.deep.equal(sent.map(() => 1));
      const updates = await desk.acme.query<{ amount: number }>(
        `SELECT count(*)::int AS amount FROM message_status_updates WHERE message_id = ANY ($1::bigint[]) GROUP BY message_id`,
        [sent.map(message => message.id)],
      );
      expect(updates.map(row => row.amount)).to.deep.equal(sent.map(() => 3));
    });
  });

  it('keeps a receipt for a message that we do not know, and applies it when the message comes', async () => {
    const chat = await desk.newChat();
    const id = newWamid();
    await desk.acme.receive([messageStatus({ id, waId: chat.waId }, 'read')]);
    expect(await held()).to.have.length(1);
    const person = { waId: chat.waId };
    await desk.acme.receive([businessEcho(person, '15550000000', 'Written on the phone', { id })]);
    const echo = (await wholeThread(desk.acme, chat.id)).at(-1);
    expect(echo).to.include({ content: 'Written on the phone', status: 'read', direction: 'outbound' });
    expect(await held()).to.deep.equal([]);
  });

  it('a receipt about a message of the customer changes nothing', async () => {
    const chat = await desk.newChat();
    await desk.acme.receive([messageStatus({ id: chat.wamid, waId: chat.waId }, 'failed')]);
    const [first] = await wholeThread(desk.acme, chat.id);
    expect(first).to.include({ status: 'delivered', error: null });
    expect(await held()).to.deep.equal([]);
  });

  it('a correlator of another tenant, or a made-up one, matches nothing', async () => {
    const chat = await desk.newChat();
    const sent = await desk.send(chat, 'Ours');
    await desk.becomes(sent, 'sent');
    const correlator = `${sent.id}.00000000-0000-4000-8000-000000000000`;
    await desk.acme.receive([messageStatus({ id: newWamid(), correlator }, 'read')]);
    expect((await desk.show(sent)).status).to.equal('sent');
  });

  it('numbers its events without gaps', async () => {
    expectNoGaps(await desk.acme.events());
  });
});
