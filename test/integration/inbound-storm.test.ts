import { expect } from 'chai';
import {
  envelopeOf,
  inboundText,
  newWamid,
  seededRandom,
  shuffled,
  signWebhook,
  WebhookSender,
} from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import type { ProductProcess } from '../support/product-process.ts';
import { makeStorm } from '../support/storm.ts';
import { until } from '../support/until.ts';

/** 1 is 10,000 facts, each sent three times. */
const SCALE = Number(process.env.STORM ?? 1);
const SEED = Number(process.env.STORM_SEED ?? 20_261_121);

describe('a storm of webhooks', function () {
  this.timeout(120_000 + 120_000 * SCALE);
  let product: Product;
  let acme: ProductTenant;
  let processes: ProductProcess[];
  let senders: WebhookSender[];

  const senderFor = ({ url }: { url: string }) =>
    new WebhookSender({
      target: { url: addressAt(url), appSecret: acme.account.appSecret },
      retry: { baseMs: 25, maximumMs: 500, giveUpAfterMs: 120_000 },
      maximumSockets: 16,
    });
  const addressAt = (url: string) => `${url}${new URL(acme.account.webhookUrl).pathname}`;

  before(async () => {
    product = await startProduct();
    ({ acme } = product);
    processes = [
      product.process,
      await product.addProcess(),
      await product.addProcess(),
      await product.addProcess(),
    ];
    senders = processes.map(senderFor);
  });
  after(async () => {
    for (const sender of senders ?? []) sender.close();
    await product?.close();
  });

  /** The process ends in order and another one takes its place, at another address. */
  async function restart(position: number): Promise<void> {
    await processes[position]?.close();
    const next = await product.addProcess();
    processes[position] = next;
    const sender = senders[position];
    if (sender) sender.target = { ...sender.target, url: addressAt(next.url) };
  }
  const allApplied = async () => {
    await Promise.all(senders.map(sender => sender.whenIdle()));
    await acme.applied();
    const [held] = await acme.query<{ amount: number }>('SELECT count(*)::int AS amount FROM held_facts');
    expect(held).to.deep.equal({ amount: 0 });
  };

  it('leaves each message once, one conversation for each customer, and everything in its order', async () => {
    const random = seededRandom(SEED);
    const storm = makeStorm(Math.ceil(10_000 * SCALE), 300, random, '15550000000');
    // Grouped anew each time: no two webhooks are alike, so nothing but the facts themselves can be recognised.
    const bodies = Array.from({ length: 3 }, () => {
      const facts = shuffled(storm.facts, random);
      const groups: Buffer[] = [];
      for (let start = 0; start < facts.length; ) {
        const end = start + 1 + Math.floor(random() * 50);
        groups.push(Buffer.from(JSON.stringify(envelopeOf(acme.account, facts.slice(start, end)))));
        start = end;
      }
      return groups;
    }).flat();
    const posts = shuffled(bodies, random).map((body, index) => senders[index % senders.length]?.send(body));
    await until('a third has been taken', () => acknowledged() > bodies.length / 3, 120_000);
    await restart(1);
    await until('two thirds have been taken', () => acknowledged() > (bodies.length * 2) / 3, 120_000);
    await restart(3);
    for (const post of await Promise.all(posts)) expect(post?.acknowledgedAt).to.be.a('date');
    await allApplied();

    const rows = await acme.query<Record<string, unknown>>(
      `SELECT m.platform_message_id AS id, i.value AS customer, m.sent_at AS at, m.direction, m.status, m.content,
         nullif((SELECT r.emoji FROM message_reactions r WHERE r.message_id = m.id AND r.side = 'customer'), '') AS emoji
       FROM messages m JOIN conversations c ON c.id = m.conversation_id
       JOIN customer_identities i ON i.channel_contact_id = c.channel_contact_id AND i.kind = 'wa_id'
       ORDER BY m.sent_at, m.id`,
    );
    const expected = [...storm.messages].sort((one, other) => one.at.getTime() - other.at.getTime());
    expect(rows.length).to.equal(expected.length);
    for (const [index, row] of rows.entries()) expect(row).to.deep.equal(expected[index]);

    const [totals] = await acme.query(
      `SELECT (SELECT count(*) FROM customers)::int AS customers, (SELECT count(*) FROM channel_contacts)::int AS contacts,
         (SELECT count(*) FROM conversations)::int AS conversations,
         (SELECT count(*) FROM customer_identities)::int AS identities`,
    );
    const { customers } = storm;
    expect(totals).to.deep.equal({
      customers,
      contacts: customers,
      conversations: customers,
      identities: customers * 2,
    });
    await expectCountersToFit();
    expectNoGaps(await acme.events());
    const some = await acme.query<{ id: number }>('SELECT id FROM conversations ORDER BY id LIMIT 15');
    await expectEventsTellAll(
      acme,
      some.map(row => row.id),
    );

    function acknowledged(): number {
      return senders.flatMap(sender => sender.ledger).filter(post => post.acknowledgedAt !== undefined)
        .length;
    }
  });

  async function expectCountersToFit(): Promise<void> {
    const wrong = await acme.query(
      `SELECT c.id FROM conversations c JOIN LATERAL (
         SELECT count(*)::int AS total, count(*) FILTER (WHERE direction = 'inbound')::int AS inbound,
           max(sent_at) AS last_at, (array_agg(id ORDER BY sent_at DESC, id DESC))[1] AS last_id,
           max(sent_at) FILTER (WHERE direction = 'inbound') AS inbound_at,
           count(*) FILTER (WHERE direction = 'outbound') AS outbound, min(sent_at) AS first_at
         FROM messages WHERE conversation_id = c.id AND type <> 'system') m ON true
       WHERE (c.message_count, c.inbound_count, c.last_message_at, c.last_message_id, c.last_inbound_at)
           IS DISTINCT FROM (m.total, m.inbound, m.last_at, m.last_id, m.inbound_at)
         OR c.window_expires_at IS DISTINCT FROM m.inbound_at + interval '24 hours'
         OR (m.outbound = 0 AND (c.waiting_since, c.status) IS DISTINCT FROM (m.first_at, 'new'))`,
    );
    expect(wrong, 'conversations whose counters do not fit').to.deep.equal([]);
    const counts = await acme.query(
      `SELECT status, sum(amount)::int AS amount FROM conversation_counts GROUP BY status HAVING sum(amount) <> 0
       EXCEPT SELECT status, count(*)::int FROM conversations GROUP BY status`,
    );
    expect(counts, 'counts that are not the sums').to.deep.equal([]);
  }

  it('makes one customer and one conversation of fifty first messages at once', async () => {
    const person = { waId: '351999000001', userId: 'PT.999000001', name: 'Fifty' };
    const at = Math.floor(Date.now() / 1000);
    const bodies = Array.from({ length: 50 }, (_, index) =>
      Buffer.from(
        JSON.stringify(
          envelopeOf(acme.account, [
            inboundText(person, `first ${index}`, { at: new Date((at - 50 + index) * 1000) }),
          ]),
        ),
      ),
    );
    await Promise.all(
      shuffled(bodies, seededRandom(SEED)).map((body, index) => senders[index % 4]?.send(body)),
    );
    await allApplied();
    const rows = await acme.query(
      `SELECT c.id, c.message_count AS total, c.inbound_count AS inbound, (SELECT array_agg(m.content ORDER BY m.sent_at, m.id)
         FROM messages m WHERE m.conversation_id = c.id) AS contents
       FROM conversations c JOIN customers cu ON cu.id = c.customer_id WHERE cu.name = 'Fifty'`,
    );
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      total: 50,
      inbound: 50,
      contents: Array.from({ length: 50 }, (_, index) => `first ${index}`),
    });
    expect(await acme.query(`SELECT 1 FROM customers WHERE name = 'Fifty'`)).to.have.length(1);
    await expectCountersToFit();
    expectNoGaps(await acme.events());
  });

  it('stores one message of two hundred parallel webhooks that bring it to two servers', async () => {
    const child = await product.addChild();
    const id = newWamid();
    const envelope = envelopeOf(acme.account, [
      inboundText({ waId: '351999000002', name: 'Twin' }, 'Once', { id }),
    ]);
    // Half of them are the same bytes, the others differ in their blanks.
    const bodies = Array.from({ length: 200 }, (_, index) =>
      Buffer.from(JSON.stringify(envelope) + ' '.repeat(index < 100 ? 0 : index)),
    );
    const statuses = await Promise.all(
      bodies.map(async (body, index) => {
        const url = addressAt(index % 2 === 0 ? product.url : child.url);
        const headers = { 'x-hub-signature-256': signWebhook(acme.account.appSecret, body) };
        return (await fetch(url, { method: 'POST', body, headers })).status;
      }),
    );
    expect(new Set(statuses)).to.deep.equal(new Set([200]));
    await acme.applied();
    expect(await acme.query('SELECT 1 FROM messages WHERE platform_message_id = $1', [id])).to.have.length(1);
    const rows = await acme.query(
      `SELECT c.message_count AS total FROM conversations c JOIN customers cu ON cu.id = c.customer_id WHERE cu.name = 'Twin'`,
    );
    expect(rows).to.deep.equal([{ total: 1 }]);
    expect(
      await acme.query(`SELECT count(*)::int AS amount FROM inbound_deliveries WHERE state <> 'done'`),
    ).to.deep.equal([{ amount: 0 }]);
    await child.close();
  });
});
