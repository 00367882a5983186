import { expect } from 'chai';
import type { Session } from '../../src/db/session.ts';
import type { AcceptedMessage } from '../../src/simulator/index.ts';
import type { FaultLoad, TenantLedger } from './fault-load.ts';
import { type FaultRig, NOBODY } from './fault-rig.ts';
import { until } from './until.ts';

export interface Verdict {
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly unknown: number;
  readonly failed: number;
  readonly delivered: number;
}

interface InboundRow {
  id: string;
  conversation: number;
  content: string;
}
interface OutboundRow {
  id: number;
  publicId: string;
  conversation: number;
  status: string;
  clientId: string | null;
  externalId: string | null;
  waId: string;
}

/** Resolves when nothing waits any more: no delivery, no spill, nothing held, nothing on its way out. */
export async function drained(rig: FaultRig, patienceMs: number): Promise<void> {
  let waiting: unknown;
  await until(
    'everything is applied and sent',
    async () => {
      const [spill] = await rig.query<{ amount: number }>(
        'concierge',
        'SELECT count(*) AS amount FROM delivery_spill',
      );
      const tenants = await Promise.all(
        rig.tenants.map(({ database }) =>
          rig.query<Record<string, number>>(
            database,
            `SELECT (SELECT count(*) FROM inbound_deliveries WHERE state = 'pending') AS deliveries,
             (SELECT count(*) FROM held_facts) AS held, (SELECT count(*) FROM message_sends) AS sends`,
          ),
        ),
      );
      waiting = { spill: spill?.amount, tenants: tenants.flat() };
      return [spill ?? {}, ...tenants.flat()].every(row => Object.values(row).every(amount => amount === 0));
    },
    patienceMs,
  ).catch(error => {
    throw new Error(`${error.message} Waiting: ${JSON.stringify(waiting)}`);
  });
}

/** Holds the ledgers of both sides against the rows. Throws at the first thing that is not as promised. */
export async function judge(rig: FaultRig, load: FaultLoad): Promise<Verdict> {
  const verdicts: Omit<Verdict, 'acknowledged'>[] = [];
  for (const ledger of load.ledgers) {
    const session = await rig.connect(ledger.tenant.database);
    try {
      const inbound = await judgeInbound(session, ledger);
      const outbound = await judgeOutbound(
        session,
        ledger,
        rig.provider.accepted(ledger.tenant.phoneNumberId),
      );
      verdicts.push({
        ...outbound,
        lost: inbound.lost + outbound.lost,
        doubled: inbound.doubled + outbound.doubled,
      });
      await judgeOutbox(session);
      await judgeCounters(session);
    } finally {
      await session.close();
    }
  }
  const open = await rig.query(
    'postgres',
    `SELECT datname, application_name, state, query FROM pg_stat_activity
     WHERE state LIKE 'idle in transaction%' AND now() - state_change > interval '2 seconds'`,
  );
  expect(open, 'transactions that were left open').to.deep.equal([]);
  expect(
    rig.processes.flatMap(process => process.crashes),
    'processes that ended by themselves',
  ).to.deep.equal([]);
  const sum = (figure: keyof (typeof verdicts)[number]) =>
    verdicts.reduce((total, verdict) => total + verdict[figure], 0);
  return {
    acknowledged: load.acknowledged,
    lost: sum('lost'),
    doubled: sum('doubled'),
    unknown: sum('unknown'),
    failed: sum('failed'),
    delivered: sum('delivered'),
  };
}

/** Everything that was acknowledged is there once, in one conversation for each customer, in the order of writing. */
async function judgeInbound(session: Session, ledger: TenantLedger) {
  const rows = await session.query<InboundRow>(
    `SELECT platform_message_id AS id, conversation_id AS conversation, content FROM messages
     WHERE direction = 'inbound' ORDER BY conversation_id, sent_at, id`,
  );
  const stored = new Set(rows.map(row => row.id));
  const lost = [...ledger.acknowledged].filter(id => !stored.has(id));
  expect(lost, 'acknowledged messages that are not there').to.deep.equal([]);
  const doubled = rows.length - new Set(rows.map(row => row.content)).size;
  expect(doubled, 'messages that are there twice').to.equal(0);
  expect(
    rows.filter(row => !ledger.written.has(row.id)),
    'messages that nobody wrote',
  ).to.deep.equal([]);

  const customers = new Map<string, number>();
  const numbers = new Map<string, number[]>();
  for (const row of rows) {
    const { waId, number } = ledger.written.get(row.id) ?? { waId: '', number: 0 };
    expect(customers.get(waId) ?? row.conversation, `conversations of ${waId}`).to.equal(row.conversation);
    customers.set(waId, row.conversation);
    numbers.set(waId, [...(numbers.get(waId) ?? []), number]);
  }
  for (const [waId, found] of numbers)
    expect(found, `the order of ${waId}`).to.deep.equal(found.toSorted((one, other) => one - other));
  return { lost: lost.length, doubled };
}

/** Nothing went out twice by itself; what is shown as sent went out; what failed was refused. */
async function judgeOutbound(session: Session, ledger: TenantLedger, accepted: readonly AcceptedMessage[]) {
  const rows = await session.query<OutboundRow>(
    `SELECT m.id, m.public_id AS "publicId", m.conversation_id AS conversation, m.status, m.client_id AS "clientId",
       m.platform_message_id AS "externalId", i.value AS "waId"
     FROM messages m JOIN conversations c ON c.id = m.conversation_id
     JOIN LATERAL (SELECT value FROM customer_identities i WHERE i.channel_contact_id = c.channel_contact_id
       AND kind = 'wa_id' ORDER BY id LIMIT 1) i ON true
     WHERE m.direction = 'outbound' AND m.type <> 'system' ORDER BY m.id`,
  );
  const byClientId = new Map(rows.map(row => [row.clientId, row]));
  expect(byClientId.size, 'different clientIds').to.equal(rows.length);
  const lost = ledger.sends.filter(send => byClientId.get(send.clientId)?.id !== send.messageId);
  expect(lost, 'acknowledged answers that are not there').to.deep.equal([]);

  const wentOut = new Map<string | undefined, AcceptedMessage[]>();
  for (const message of accepted)
    wentOut.set(message.correlator, [...(wentOut.get(message.correlator) ?? []), message]);
  const known = new Set<string | undefined>(rows.map(correlatorOf));
  expect(
    accepted.filter(message => !known.has(message.correlator)),
    'messages that went out and are not there',
  ).to.deep.equal([]);
  for (const row of rows) {
    const times = wentOut.get(correlatorOf(row))?.length ?? 0;
    const what = `message ${row.id} (${row.status})`;
    expect(times, `${what}: how often it went out`).to.be.at.most(1);
    if (row.status === 'failed') {
      expect(row.waId.startsWith(NOBODY), `${what}: whether it was refused`).to.equal(true);
      expect(times, what).to.equal(0);
    } else if (row.status !== 'unknown') {
      expect(row.status, what).to.be.oneOf(['sent', 'delivered', 'read']);
      expect(times, `${what}: how often it went out`).to.equal(1);
      expect(row.externalId, what).to.equal(wentOut.get(correlatorOf(row))?.[0]?.id);
    }
  }
  judgeOrder(rows, accepted);

  const notes = await session.query<{ content: string }>('SELECT content FROM conversation_notes');
  const contents = notes.map(note => note.content);
  expect(new Set(contents).size, 'different notes').to.equal(contents.length);
  const lostNotes = ledger.notes.filter(note => !contents.includes(note));
  expect(lostNotes, 'acknowledged notes that are not there').to.deep.equal([]);

  const amount = (status: string) => rows.filter(row => row.status === status).length;
  return {
    lost: lost.length + lostNotes.length,
    doubled: 0,
    unknown: amount('unknown'),
    failed: amount('failed'),
    delivered: accepted.length,
  };
}

const correlatorOf = ({ id, publicId }: OutboundRow) => `${id}.${publicId}`;

/** Within a conversation nothing overtakes. */
function judgeOrder(rows: readonly OutboundRow[], accepted: readonly AcceptedMessage[]): void {
  const rowOf = new Map<string | undefined, OutboundRow>(rows.map(row => [correlatorOf(row), row]));
  const last = new Map<number, number>();
  for (const { correlator } of accepted) {
    const row = rowOf.get(correlator);
    if (!row) continue;
    expect(Number(row.id), `message ${row.id} went out in its turn`).to.be.above(
      last.get(row.conversation) ?? 0,
    );
    last.set(row.conversation, Number(row.id));
  }
}

/** Numbers without gaps, and each message announced once. */
async function judgeOutbox(session: Session): Promise<void> {
  const [bounds] = await session.query(
    `SELECT count(*) - max(seq) AS gaps, min(seq) AS first, max(seq) - (SELECT seq FROM outbox_counter) AS behind
     FROM outbox_events`,
  );
  expect(bounds, 'the outbox').to.deep.equal({ gaps: 0, first: 1, behind: 0 });
  const announced = await session.query(
    `SELECT m.id, count(e.seq) AS times FROM messages m
     LEFT JOIN outbox_events e ON e.type = 'message.created' AND (e.payload->'message'->>'id')::bigint = m.id
     GROUP BY m.id HAVING count(e.seq) <> 1`,
  );
  expect(announced, 'messages that were not announced once').to.deep.equal([]);
}

async function judgeCounters(session: Session): Promise<void> {
  const wrong = await session.query(
    `SELECT c.id, c.message_count, c.inbound_count, c.unread_count, c.last_message_id, t.* FROM conversations c
     JOIN LATERAL (
       SELECT count(*) FILTER (WHERE type <> 'system') AS messages, count(*) FILTER (WHERE direction = 'inbound') AS inbound,
         max(sent_at) FILTER (WHERE type <> 'system') AS newest_at, max(sent_at) FILTER (WHERE direction = 'inbound') AS newest_inbound
       FROM messages m WHERE m.conversation_id = c.id
     ) t ON true
     LEFT JOIN messages l ON l.id = c.last_message_id
     WHERE c.message_count <> t.messages OR c.inbound_count <> t.inbound OR c.unread_count NOT BETWEEN 0 AND t.inbound
       -- An answer's time is kept with the precision of its event.
       OR date_trunc('milliseconds', c.last_message_at) <> date_trunc('milliseconds', t.newest_at) OR l.sent_at IS DISTINCT FROM t.newest_at
       OR c.last_inbound_at <> t.newest_inbound OR l.conversation_id IS DISTINCT FROM c.id`,
  );
  expect(wrong, 'conversations whose counters are wrong').to.deep.equal([]);
  const counts = await session.query(
    `SELECT * FROM (SELECT status, assigned_to, team_id, channel_id, sum(amount) AS kept FROM conversation_counts
       GROUP BY 1, 2, 3, 4) k
     FULL JOIN (SELECT status, assigned_to, team_id, channel_id, count(*) AS real FROM conversations GROUP BY 1, 2, 3, 4) r
       ON (k.status, k.channel_id) = (r.status, r.channel_id) AND k.assigned_to IS NOT DISTINCT FROM r.assigned_to
       AND k.team_id IS NOT DISTINCT FROM r.team_id
     WHERE coalesce(kept, 0) <> coalesce(real, 0)`,
  );
  expect(counts, 'views whose counts are wrong').to.deep.equal([]);
  const parked = await session.query(`SELECT id, error FROM inbound_deliveries WHERE state <> 'done'`);
  expect(parked, 'deliveries that were not applied').to.deep.equal([]);
}
