import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { Channel, ChannelHealth } from '../../src/contract/channels.ts';
import { recallAfterOutage } from '../../src/features/inbound/recall-channel.ts';
import { lastOutage, type Outage, sayAlive } from '../../src/landlord/state-store.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { StubServer } from '../support/stub-server.ts';
import { until } from '../support/until.ts';

const SECRET = 'a-webhook-secret';
const CONTACT = '147ae37d-43bc-42a6-bc7b-c10d1525a2f7';

describe('what a platform only rings for', () => {
  const tidio = new StubServer();
  const chat: { message_id: string; author_type: string; content: string; created_at: string }[] = [];
  let product: Product;
  let acme: ProductTenant;
  let channel: Channel;
  let refusals = 0;

  before(async function () {
    this.timeout(60_000);
    await tidio.start();
    tidio.answer = ({ url }) => {
      if (refusals > 0) {
        refusals -= 1;
        return { status: 429, body: { errors: [{ code: 'too_many', message: 'Too many requests' }] } };
      }
      if (url.includes('/messages')) return { body: { messages: chat } };
      if (url.includes(`/contacts/${CONTACT}`)) return { body: { id: CONTACT, first_name: 'Ana' } };
      return { body: {} };
    };
    product = await startProduct({ variables: { TIDIO_API_URL: tidio.url } });
    ({ acme } = product);
    const settings = { projectPublicKey: 'pk1', clientId: 'ci', clientSecret: 'cs', webhookSecret: SECRET };
    const made = await acme.http<Channel>('POST', '/channels', {
      platform: 'tidio',
      name: 'Tidio',
      settings,
    });
    expect(made.status).to.equal(201);
    channel = made.body;
  });
  after(async () => {
    await product?.close();
    await tidio.stop();
  });
  afterEach(async () => {
    await expectEventsTellAll(acme);
  });

  let rings = 0;
  const ring = async () => {
    rings += 1;
    const body = JSON.stringify({
      webhook_id: `ring-${rings}`,
      topic: 'contact.updated',
      version: 1,
      created_at: Math.floor(Date.now() / 1000),
      project_public_key: 'pk1',
      content: { id: CONTACT, first_name: 'Ana' },
    });
    const at = String(Math.floor(Date.now() / 1000));
    const proof = createHmac('sha256', SECRET).update(`${body}_${at}`).digest('hex');
    const response = await fetch(channel.webhookUrl ?? '', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-tidio-signature': `t=${at},s=${proof}` },
    });
    expect(response.status).to.equal(200);
  };
  const say = (author: 'contact' | 'operator', content: string) => {
    const message_id = `m-${chat.length + 1}`;
    chat.push({ message_id, author_type: author, content, created_at: new Date().toISOString() });
  };
  const stored = async () =>
    (
      await acme.query<{ content: string }>(
        `SELECT content FROM messages WHERE channel_id = $1 AND type <> 'system' ORDER BY sent_at, id`,
        [channel.id],
      )
    ).map(row => row.content);
  /** The platform lets us ask seldom; here nobody waits for that. */
  const hurry = () =>
    acme.query(
      `UPDATE channel_pulls p SET next_attempt_at = now()
       FROM (SELECT id FROM channel_pulls ORDER BY channel_id, what FOR UPDATE) AS locked WHERE p.id = locked.id`,
    );
  const settled = async (...words: string[]) => {
    await until(`the thread says ${words.join(', ')}`, async () => {
      await hurry();
      await product.process.workers?.lanes.pull.visited(acme.tenant.id);
      return JSON.stringify(await stored()) === JSON.stringify(words);
    });
  };

  it('is fetched, once for many rings, and stands there once', async () => {
    say('contact', 'Hello?');
    say('operator', 'Hi, what is it?');
    await Promise.all(Array.from({ length: 5 }, ring));
    await settled('Hello?', 'Hi, what is it?');
    expect(await acme.query('SELECT 1 FROM channel_pulls')).to.have.length(0);
  });

  it('waits when the platform counts, and is not forgotten', async () => {
    refusals = 2;
    say('contact', 'My lamp is broken');
    await ring();
    await settled('Hello?', 'Hi, what is it?', 'My lamp is broken');
    expect(refusals).to.equal(0);
  });

  it('is not given up for an hour’s refusals, and waits a minute at most when it is rung for again', async () => {
    await acme.query(
      `INSERT INTO channel_pulls (channel_id, what, attempts, next_attempt_at)
       VALUES ($1, 'contact:' || $2, 40, now() + interval '30 minutes')`,
      [channel.id, CONTACT],
    );
    await ring();
    await acme.applied();
    const [row] = await acme.query<{ attempts: number; seconds: number }>(
      `SELECT attempts, extract(epoch FROM next_attempt_at - now())::float8 AS seconds FROM channel_pulls`,
    );
    expect(row?.attempts).to.equal(40);
    expect(row?.seconds).to.be.within(1, 60);
    refusals = 1;
    say('contact', 'And the cable');
    await settled('Hello?', 'Hi, what is it?', 'My lamp is broken', 'And the cable');
  });

  it('that the platform refuses is over, and stands in the health of the channel', async () => {
    await acme.query(`INSERT INTO channel_pulls (channel_id, what) VALUES ($1, 'nonsense')`, [channel.id]);
    await product.process.workers?.lanes.pull.visited(acme.tenant.id);
    const { body } = await acme.http<ChannelHealth>('GET', `/channels/${channel.id}/health`);
    expect(body.health).to.not.equal('stopped');
    expect(body.events[0]).to.deep.include({
      severity: 'info',
      topic: 'not_fetched',
      message:
        'Something could not be fetched, and is not tried again. This is nothing that can be fetched from Tidio.',
    });
    expect(await acme.query('SELECT 1 FROM channel_pulls')).to.have.length(0);
  });

  it('can be asked for after an outage, where the platform knows', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const asked = await acme.http<{ asked: number }>('POST', `/channels/${channel.id}/recall`, { since });
    expect(asked).to.deep.include({ status: 202, body: { asked: 2 } });
    const refused = await acme.http('POST', `/channels/${acme.api.id}/recall`, { since });
    expect(refused).to.nested.include({ status: 409, 'body.error.code': 'no_recall' });
    await settled('Hello?', 'Hi, what is it?', 'My lamp is broken', 'And the cable');
    await until('all has been fetched', async () => {
      await hurry();
      await product.process.workers?.lanes.pull.visited(acme.tenant.id);
      return (await acme.query('SELECT 1 FROM channel_pulls')).length === 0;
    });
    await acme.applied();
  });

  it('is asked for by itself after an outage of ours, once for each channel', async () => {
    const recall = (outage: Outage) =>
      product.context.tenants.run(acme.tenant.id, scope => recallAfterOutage(scope, outage));
    const outage = { since: new Date(Date.now() - 3_600_000), until: new Date() };
    expect(await recall(outage), 'WhatsApp and Tidio').to.equal(2);
    const asked = await acme.query<{ what: string }>('SELECT what FROM channel_pulls ORDER BY what');
    expect(asked.map(({ what }) => what.split(':')[0])).to.deep.equal(['contacts', 'history', 'tickets']);
    expect(await recall(outage)).to.equal(0);
    const [row] = await acme.query<{ before: Date }>(
      `SELECT created_at - interval '1 second' AS before FROM channels WHERE id = $1`,
      [channel.id],
    );
    expect(
      await recall({ ...outage, until: row?.before ?? new Date() }),
      'before they were connected',
    ).to.equal(0);
    await settled('Hello?', 'Hi, what is it?', 'My lamp is broken', 'And the cable');
  });

  it('an outage is what nobody has said a word in, and is found once', async () => {
    const { db } = product.context.landlord;
    const hour = new Date(Date.now() - 3_600_000);
    await db.query(`UPDATE landlord_state SET value = $1 WHERE key = 'workers_alive_at'`, [
      hour.toISOString(),
    ]);
    await Promise.all(Array.from({ length: 5 }, () => sayAlive(db, 90_000)));
    const found = await lastOutage(db);
    expect(found?.since).to.deep.equal(hour);
    expect(found?.until.getTime()).to.be.closeTo(Date.now(), 60_000);
    await sayAlive(db, 90_000);
    expect(await lastOutage(db)).to.deep.equal(found);
  });
});
