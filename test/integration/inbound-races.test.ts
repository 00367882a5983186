import { expect } from 'chai';
import fc from 'fast-check';
import type { MessageStatus } from '../../src/contract/messages.ts';
import { risesTo } from '../../src/features/conversations/index.ts';
import { applyBatch, channelsOf } from '../../src/features/inbound/apply-batch.ts';
import { replayParked } from '../../src/features/inbound/index.ts';
import { lookUp } from '../../src/features/inbound/look-up.ts';
import type { MessageFact } from '../../src/platforms/inbound-fact.ts';
import { businessEcho, inboundText, messageStatus, newWamid } from '../../src/simulator/index.ts';
import type { TenantTx } from '../../src/tenancy/tenants.ts';
import { expectEventsTellAll, expectNoGaps, wholeThread } from '../support/event-mirror.ts';
import { asSuperuser } from '../support/test-postgres.ts';
import { until } from '../support/until.ts';
import { useProduct } from '../support/use-product.ts';

describe('deliveries that race, fail or repeat', () => {
  const stage = useProduct();
  afterEach(async () => {
    expectNoGaps(await stage.acme.events());
  });

  /** Two batches that no drain lock keeps apart: only the constraints and the repetition of the work do. */
  describe('two transactions at once', () => {
    const fact = (waId: string, text: string): MessageFact => ({
      kind: 'message',
      accountId: stage.acme.account.phoneNumberId,
      at: new Date(),
      direction: 'inbound',
      externalId: newWamid(),
      contact: { aliases: [{ kind: 'wa_id', value: waId }], name: `Racer ${waId}` },
      content: { type: 'text', text },
      threadKey: '',
      opensWindow: true,
    });
    const apply = async (tx: TenantTx, given: MessageFact) => {
      const channelId = stage.acme.whatsapp.id;
      const deliveries = [{ channelId, channelName: 'WhatsApp', platform: 'whatsapp' as const }];
      const facts = [{ fact: given, deliveryId: 1, factIndex: 0, channelId }];
      await applyBatch(tx, facts, channelsOf(deliveries), await lookUp(tx, facts, deliveries));
    };
    const transaction = <T>(work: (tx: TenantTx) => Promise<T>) =>
      stage.product.context.tenants.runOn(stage.acme.tenant, scope => scope.transaction(work));
    const somebodyWaits = () =>
      until('the second one waits for the first', async () => {
        const rows = await stage.acme.query(
          `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid','tuple')`,
        );
        return rows.length > 0;
      });
    /** `first` commits when the second one waits for it. Returns how often the second one had to begin. */
    async function race(
      first: (tx: TenantTx) => Promise<unknown>,
      second: (tx: TenantTx) => Promise<unknown>,
    ): Promise<number> {
      let rounds = 0;
      let other: Promise<unknown> | undefined;
      await transaction(async tx => {
        await first(tx);
        other = transaction(async otherTx => {
          rounds++;
          await second(otherTx);
        });
        await somebodyWaits();
      });
      await other;
      return rounds;
    }
    const outcome = async (waId: string) => {
      const rows = await stage.acme.query<{ id: number; status: string; total: number; contents: string[] }>(
        `SELECT c.id, c.status, c.message_count AS total,
           (SELECT array_agg(m.content ORDER BY m.id) FROM messages m WHERE m.conversation_id = c.id) AS contents
         FROM conversations c JOIN customers cu ON cu.id = c.customer_id WHERE cu.name = $1 ORDER BY c.id`,
        [`Racer ${waId}`],
      );
      const customers = await stage.acme.query('SELECT 1 FROM customers WHERE name = $1', [`Racer ${waId}`]);
      return { customers: customers.length, conversations: rows.map(({ id: _id, ...row }) => row) };
    };

    it('with the first message of one person: the second finds the person of the first', async () => {
      const [one, other] = [fact('351990000001', 'one'), fact('351990000001', 'other')];
      const rounds = await race(
        tx => apply(tx, one),
        tx => apply(tx, other),
      );
      expect(rounds).to.equal(2);
      expect(await outcome('351990000001')).to.deep.equal({
        customers: 1,
        conversations: [{ status: 'new', total: 2, contents: ['one', 'other'] }],
      });
    });

    it('with the first message of a new conversation: the index lets one of them in', async () => {
      const waId = '351990000002';
      await transaction(tx => apply(tx, fact(waId, 'long ago')));
      await stage.acme.query(
        `UPDATE conversations SET status = 'resolved', resolved_at = now() - interval '30 days'
         WHERE customer_id = (SELECT id FROM customers WHERE name = $1)`,
        [`Racer ${waId}`],
      );
      const rounds = await race(
        tx => apply(tx, fact(waId, 'one')),
        tx => apply(tx, fact(waId, 'other')),
      );
      expect(rounds).to.equal(2);
      const { customers, conversations } = await outcome(waId);
      expect([customers, conversations.length]).to.deep.equal([1, 2]);
      expect(conversations[1]).to.deep.equal({ status: 'new', total: 2, contents: ['one', 'other'] });
    });

    it('with the same message: it is stored once and counts once', async () => {
      const same = fact('351990000003', 'same');
      await race(
        tx => apply(tx, same),
        tx => apply(tx, same),
      );
      expect((await outcome('351990000003')).conversations).to.deep.equal([
        { status: 'new', total: 1, contents: ['same'] },
      ]);
    });

    it('while an agent archives the conversation: the message goes into a new one', async () => {
      const waId = '351990000004';
      await transaction(tx => apply(tx, fact(waId, 'before')));
      const rounds = await race(
        tx =>
          tx.query(
            `UPDATE conversations SET status = 'archived' WHERE customer_id = (SELECT id FROM customers WHERE name = $1)`,
            [`Racer ${waId}`],
          ),
        tx => apply(tx, fact(waId, 'after')),
      );
      expect(rounds).to.equal(2);
      expect((await outcome(waId)).conversations).to.deep.equal([
        { status: 'archived', total: 1, contents: ['before'] },
        { status: 'new', total: 1, contents: ['after'] },
      ]);
    });
  });

  describe('a fact that cannot be applied', () => {
    const poison = (isOn: boolean) =>
      asSuperuser(
        session =>
          session.query(
            isOn
              ? `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN RAISE EXCEPTION 'this one cannot be stored'; END $$;
                 CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW
                   WHEN (NEW.content LIKE 'poison%') EXECUTE FUNCTION refuse()`
              : 'DROP TRIGGER IF EXISTS refuse ON messages; DROP FUNCTION IF EXISTS refuse',
          ),
        stage.acme.tenant.target.database,
      );
    const person = { waId: '351991000001', name: 'Poisoned' };
    const stranger = { waId: '351991000002', name: 'Only poison' };
    const say = (who: typeof person, text: string, second: number) =>
      inboundText(who, text, { at: new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000 + second * 1000) });
    const held = () =>
      stage.acme.query<{ state: string; attempts: number; error: string; waits: number }>(
        `SELECT state, attempts, error, extract(epoch FROM next_attempt_at - now())::float8 AS waits FROM held_facts ORDER BY id`,
      );
    const contents = async (name: string) =>
      (
        await stage.acme.query<{ content: string }>(
          `SELECT m.content FROM messages m JOIN conversations c ON c.id = m.conversation_id
           JOIN customers cu ON cu.id = c.customer_id WHERE cu.name = $1 ORDER BY m.sent_at, m.id`,
          [name],
        )
      ).map(row => row.content);
    const tryAgain = async () => {
      await stage.acme.query('UPDATE held_facts SET next_attempt_at = now()');
      await stage.product.process.visit(stage.acme.tenant.id);
    };

    before(() => poison(true));
    after(() => poison(false));

    it('stops nobody: what came with it, before it and behind it goes through', async () => {
      const events = [
        say(person, 'one', 1),
        say(person, 'poison in the middle', 2),
        say(person, 'three', 3),
        say(stranger, 'poison only', 4),
      ];
      await stage.acme.receive(events);
      await stage.acme.receive([say(person, 'four', 5)]);
      expect(await contents('Poisoned')).to.deep.equal(['one', 'three', 'four']);
      expect(await stage.acme.query(`SELECT 1 FROM customers WHERE name = 'Only poison'`)).to.deep.equal([]);
      const waiting = await held();
      expect(waiting.map(({ state, error }) => [state, error])).to.deep.equal(
        Array(2).fill(['held', 'this one cannot be stored']),
      );
      const [state] = await stage.acme.query(
        `SELECT count(*)::int AS amount FROM inbound_deliveries WHERE state <> 'done'`,
      );
      expect(state).to.deep.equal({ amount: 0 });
    });

    it('is tried again after growing gaps, and parked after the fifth time', async () => {
      // Its own timer may be faster than this loop: what counts is that each try is one, and the fifth the last.
      for (let waiting = await held(); waiting.some(row => row.state === 'held'); ) {
        const before = waiting[0]?.attempts ?? 0;
        await tryAgain();
        waiting = await held();
        for (const { state, attempts, waits } of waiting) {
          expect(attempts).to.be.within(before + 1, 5);
          if (state === 'held') expect(waits).to.be.within(4 ** (attempts - 1) - 4, 4 ** (attempts - 1));
        }
      }
      const parked = Array(2).fill(['parked', 5, 'this one cannot be stored']);
      expect((await held()).map(({ state, attempts, error }) => [state, attempts, error])).to.deep.equal(
        parked,
      );
      await tryAgain();
      expect((await held()).map(({ state, attempts, error }) => [state, attempts, error])).to.deep.equal(
        parked,
      );
    });

    it('does not slow the others down while it is parked', async () => {
      await stage.acme.receive([say(person, 'five', 6)]);
      expect((await contents('Poisoned')).at(-1)).to.equal('five');
    });

    it('is applied in its place when it is replayed after the cause is gone', async () => {
      await poison(false);
      const amount = await stage.product.context.tenants.runOn(stage.acme.tenant, scope =>
        replayParked(scope.db),
      );
      expect(amount).to.equal(2);
      await stage.product.process.visit(stage.acme.tenant.id);
      expect(await held()).to.deep.equal([]);
      expect(await contents('Poisoned')).to.deep.equal([
        'one',
        'poison in the middle',
        'three',
        'four',
        'five',
      ]);
      expect(await contents('Only poison')).to.deep.equal(['poison only']);
      const rows = await stage.acme.query<{ id: number; total: number; inbound: number }>(
        `SELECT c.id, c.message_count AS total, c.inbound_count AS inbound FROM conversations c
         JOIN customers cu ON cu.id = c.customer_id WHERE cu.name = 'Poisoned'`,
      );
      expect(rows.map(({ total, inbound }) => [total, inbound])).to.deep.equal([[5, 5]]);
      await expectEventsTellAll(
        stage.acme,
        rows.map(row => row.id),
      );
    });
  });

  describe('statuses in any order, with repeats', () => {
    const rank: readonly MessageStatus[] = [
      'pending',
      'sending',
      'unknown',
      'sent',
      'failed',
      'delivered',
      'read',
    ];
    const told = ['sent', 'delivered', 'read', 'failed'] as const;
    const highest = (statuses: readonly MessageStatus[]) =>
      statuses.reduce((one, other) => (rank.indexOf(other) > rank.indexOf(one) ? other : one));
    const many = fc.array(fc.constantFrom(...told), { minLength: 1, maxLength: 8 });

    it('end in the highest one, by the rule', () => {
      fc.assert(
        fc.property(fc.constantFrom(...rank), many, (start, statuses) => {
          const end = statuses.reduce<MessageStatus>((now, next) => (risesTo(now, next) ? next : now), start);
          expect(end).to.equal(highest([start, ...statuses]));
        }),
      );
    });

    it('end in the highest one, through webhooks and the database', async () => {
      const person = { waId: '351992000001', name: 'Statuses' };
      const starts = ['pending', 'sending', 'unknown', 'sent'] as const;
      const cases = fc.sample(
        fc.record({
          start: fc.constantFrom(...starts),
          statuses: many,
          repeats: fc.array(fc.nat(7), { maxLength: 4 }),
        }),
        { numRuns: 60, seed: 4711 },
      );
      const messages = cases.map(given => ({ ...given, id: newWamid() }));
      await stage.acme.receive([
        inboundText(person, 'Hello'),
        ...messages.map(({ id }) => businessEcho(person, '15550000000', id, { id })),
      ]);
      for (const { id, start } of messages)
        await stage.acme.query('UPDATE messages SET status = $2 WHERE platform_message_id = $1', [id, start]);
      const at = (step: number) => ({ at: new Date(Date.now() - 60_000 + step * 1000) });
      const receipts = messages.map(({ id, statuses, repeats }) => {
        const all = statuses.map((status, step) => messageStatus({ id }, status, at(step)));
        return [...all, ...repeats.flatMap(position => all[position % all.length] ?? [])];
      });
      // The first of each message in one webhook, then the second of each …
      for (let step = 0; receipts.some(list => step < list.length); step++)
        await stage.acme.receive(
          receipts.flatMap(list => list[step] ?? []),
          25,
        );
      const rows = await stage.acme.query<{
        id: string;
        status: MessageStatus;
        code: string | null;
        updates: number;
      }>(
        `SELECT platform_message_id AS id, status, error_code AS code,
           (SELECT count(*)::int FROM message_status_updates u WHERE u.message_id = m.id) AS updates
         FROM messages m WHERE platform_message_id = ANY ($1::text[])`,
        [messages.map(({ id }) => id)],
      );
      const byId = new Map(rows.map(({ id, ...row }) => [id, row]));
      for (const { id, start, statuses } of messages) {
        const status = highest([start, ...statuses]);
        expect(byId.get(id), `${start}: ${statuses}`).to.deep.equal({
          status,
          code: status === 'failed' ? '131026' : null,
          // Every receipt is kept, a repeated one once.
          updates: statuses.length,
        });
      }
      const thread = await wholeThread(stage.acme, (await conversationOf('Statuses')) ?? 0);
      expect(thread.filter(message => message.direction === 'outbound')).to.have.length(60);
    });

    const conversationOf = async (name: string) => {
      const [row] = await stage.acme.query<{ id: number }>(
        'SELECT c.id FROM conversations c JOIN customers cu ON cu.id = c.customer_id WHERE cu.name = $1',
        [name],
      );
      return row?.id;
    };
  });
});
