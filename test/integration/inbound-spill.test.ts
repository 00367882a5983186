import { expect } from 'chai';
import { readSpill } from '../../src/landlord/spill-store.ts';
import { envelopeOf, inboundText, newWamid, signWebhook } from '../../src/simulator/index.ts';
import { quoted } from '../../src/tenancy/cluster.ts';
import { wholeContent } from '../support/database-content.ts';
import { expectEventsTellAll, expectNoGaps } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { asSuperuser } from '../support/test-postgres.ts';
import { until } from '../support/until.ts';

describe("webhooks while a tenant's database is not at hand", () => {
  let product: Product;
  let acme: ProductTenant;
  let globex: ProductTenant;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
    ({ acme, globex } = product);
  });
  after(() => product?.close());

  const MARK = 'Gruenspan-Zirkel';
  const waId = '351981234567';
  const post = (url: string, number: ProductTenant['account'], content: string, at: Date) => {
    const body = Buffer.from(
      JSON.stringify(envelopeOf(number, [inboundText({ waId, name: `${MARK} Ana` }, content, { at })])),
    );
    return fetch(url, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': signWebhook(number.appSecret, body) },
    });
  };
  const contents = async (tenant: ProductTenant) =>
    (await tenant.query<{ content: string }>('SELECT content FROM messages ORDER BY sent_at, id')).map(
      row => row.content,
    );
  const spilled = (tenant: ProductTenant) => readSpill(product.landlord.db, tenant.tenant.id, 1000);
  const isReachable = (tenant: ProductTenant, may: boolean) =>
    asSuperuser(async session => {
      const { database } = tenant.tenant.target;
      await session.query(`ALTER DATABASE ${quoted(database)} ALLOW_CONNECTIONS ${may}`);
      if (!may)
        await session.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          database,
        ]);
    });

  it('are taken in all the same, sealed, and applied in order when it is back', async function () {
    this.timeout(90_000);
    await acme.receive([inboundText({ waId: '351980000000' }, 'Before')]);
    const at = new Date();
    await isReachable(acme, false);
    try {
      const expected = Array.from({ length: 12 }, (_, index) => `${MARK} ${index}`);
      for (const content of expected) {
        const reply = await post(acme.account.webhookUrl, acme.account, content, at);
        expect([reply.status, await reply.text()]).to.deep.equal([200, '']);
      }
      const waiting = await spilled(acme);
      expect(waiting).to.have.length(12);

      const landlord = await wholeContent(product.landlord.db);
      expect(landlord, 'the text looked through is the right one').to.contain(waiting[0]?.deliveryKey);
      for (const word of [MARK, waId])
        for (const form of [word, Buffer.from(word).toString('hex'), ...base64Forms(word)])
          expect(landlord).to.not.contain(form);
      // The other tenant notices nothing, and cannot open what is sealed.
      await globex.receive([inboundText({ waId }, 'Meanwhile')]);
      const [first] = waiting;
      if (!first) throw new Error('Nothing was spilled.');
      expect(() => globex.tenant.dataKey.openBytes(first.sealed, `spill/${first.deliveryKey}`)).to.throw();

      await isReachable(acme, true);
      await until('the spill is drained', async () => (await spilled(acme)).length === 0, 45_000);
      await acme.applied();
      expect(await contents(acme)).to.deep.equal(['Before', ...expected]);
      expect(await contents(globex)).to.deep.equal(['Meanwhile']);
    } finally {
      await isReachable(acme, true);
    }
    await expectEventsTellAll(acme);
    expectNoGaps(await acme.events());
  });

  it('one that came to both places is applied once', async () => {
    const id = newWamid();
    const event = inboundText({ waId: '351980000009' }, 'Twice', { id });
    await acme.receive([event]);
    const [stored] = await acme.query<{ key: string; body: Buffer; hash: string; at: Date }>(
      `SELECT delivery_key AS key, body, body_sha256 AS hash, received_at AS at FROM inbound_deliveries
       ORDER BY id DESC LIMIT 1`,
    );
    if (!stored) throw new Error('The delivery was not stored.');
    const head = Buffer.from(JSON.stringify({ bodySha256: stored.hash, headers: {} }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    // As after a crash between the two commits: stored in the tenant, not yet deleted in the landlord.
    await product.landlord.db.query(
      `INSERT INTO delivery_spill (tenant_id, channel_id, delivery_key, sealed, received_at) VALUES ($1, $2, $3, $4, $5)`,
      [
        acme.tenant.id,
        acme.whatsapp.id,
        stored.key,
        acme.tenant.dataKey.seal(Buffer.concat([length, head, stored.body]), `spill/${stored.key}`),
        stored.at,
      ],
    );
    await acme.applied();
    expect(await spilled(acme)).to.deep.equal([]);
    expect(await acme.query('SELECT 1 FROM messages WHERE platform_message_id = $1', [id])).to.have.length(1);
    expect(
      await acme.query('SELECT 1 FROM inbound_deliveries WHERE delivery_key = $1', [stored.key]),
    ).to.have.length(1);
  });

  it('a process whose connections are all in use spills, and another one brings it home', async () => {
    const busy = await product.addProcess({ connectionBudget: 1, hasNoWorkers: true });
    const { tenants } = busy.context;
    const url = `${busy.url}${new URL(acme.account.webhookUrl).pathname}`;
    await tenants.run(globex.tenant.id, async () => {
      const reply = await post(url, acme.account, 'No room', new Date());
      expect(reply.status).to.equal(200);
      // Rung at once; if that were lost, the sweep of the spill comes by every two seconds.
      await until('it was brought home', async () => (await contents(acme)).includes('No room'));
    });
    expect(await spilled(acme)).to.deep.equal([]);
    await busy.close();
  });

  it('when neither database takes it the sender is not told that it was kept', async () => {
    const lonely = await product.addProcess({ hasNoWorkers: true });
    const url = `${lonely.url}${new URL(acme.account.webhookUrl).pathname}`;
    // So that the route is known although the landlord is away.
    expect((await post(url, acme.account, 'Known', new Date())).status).to.equal(200);
    await acme.applied();
    await lonely.context.landlord.db.query('ALTER TABLE delivery_spill RENAME TO delivery_spill_away');
    await isReachable(acme, false);
    try {
      const reply = await post(url, acme.account, 'Nowhere', new Date());
      expect(reply.status).to.be.at.least(500);
    } finally {
      await product.landlord.db.query('ALTER TABLE delivery_spill_away RENAME TO delivery_spill');
      await isReachable(acme, true);
    }
    await until('the tenant answers again', () => acme.query('SELECT 1').then(Boolean, () => false), 30_000);
    expect(await contents(acme)).to.not.contain('Nowhere');
    // WhatsApp comes again.
    expect((await post(url, acme.account, 'Nowhere', new Date())).status).to.equal(200);
    await until('it has come', async () => (await contents(acme)).includes('Nowhere'), 30_000);
    await lonely.close();
  }).timeout(90_000);
});

/** The word as base64 shows it at each of the three places where it may begin. */
function base64Forms(word: string): string[] {
  return [0, 1, 2].map(shift =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(word)])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
}
