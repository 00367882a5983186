import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import { insertDeliveries, type NewDelivery } from '../../src/features/inbound/delivery-store.ts';
import { Unavailable } from '../../src/platforms/adapter.ts';
import type { MessageFact } from '../../src/platforms/inbound-fact.ts';
import { envelopeOf, inboundText } from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps } from '../support/event-mirror.ts';
import { playedMailbox, usePlayedMailboxes } from '../support/played-mailboxes.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { asSuperuser } from '../support/test-postgres.ts';
import { until } from '../support/until.ts';

/** Mails are read on another thread, which may take long; here each is read when the test says so. */
describe('deliveries beside some that are slow to read', function () {
  this.timeout(60_000);
  const mail = usePlayedMailboxes();
  let product: Product;
  let acme: ProductTenant;
  let help: Channel;
  let sales: Channel;
  /** Mails that are being read and do not come to an end, by their text, and what ends that. */
  const reading = new Map<string, () => void>();
  const read: string[] = [];
  let count = 0;

  before(async () => {
    product = await startProduct();
    ({ acme } = product);
    [help, sales] = [await playedMailbox(acme, 'help'), await playedMailbox(acme, 'sales')];
    mail.parse = async (body: Buffer, at: Date): Promise<MessageFact[]> => {
      const text = body.toString();
      read.push(text);
      if (text.startsWith('later') && !read.slice(0, -1).includes(text))
        throw new Unavailable('channel', 'no_thread', 'Not now.');
      if (text.startsWith('slow')) await new Promise<void>(end => reading.set(text, end));
      return [
        {
          kind: 'message',
          accountId: 'help@shop.example',
          at,
          direction: 'inbound',
          externalId: `<${text}>`,
          contact: { aliases: [{ kind: 'email', value: 'ana@example.org' }] },
          content: { type: 'text', text },
          threadKey: '',
          opensWindow: false,
        },
      ];
    };
  });
  const letGo = () => {
    for (const end of reading.values()) end();
    reading.clear();
  };
  after(async () => {
    letGo();
    await product?.close();
  });
  afterEach(async () => {
    letGo();
    await acme.applied();
    expectNoGaps(await acme.events());
    await expectEventsTellAll(acme);
  });

  const deliveryOf = (channelId: number, body: Buffer): NewDelivery => ({
    channelId,
    deliveryKey: `delivery ${++count}`,
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    headers: {},
    receivedAt: new Date(Date.now() - 1_000_000 + count),
  });
  const mailTo = ({ id }: Channel, text: string) => deliveryOf(id, Buffer.from(text));
  const chat = (text: string) => {
    const event = inboundText({ waId: '351970000001', name: 'Ana' }, text);
    return deliveryOf(acme.whatsapp.id, Buffer.from(JSON.stringify(envelopeOf(acme.account, [event]))));
  };
  /** As they are left for a drain, in this order. */
  const store = async (...deliveries: readonly NewDelivery[]) => {
    await product.context.tenants.run(acme.tenant.id, ({ db }) => insertDeliveries(db, deliveries));
    product.context.bell.ingest(acme.tenant.id);
  };
  const shownOf = async ({ id }: Pick<Channel, 'id'>) =>
    (
      await acme.query<{ content: string }>(
        `SELECT content FROM messages WHERE channel_id = $1 AND type <> 'system' ORDER BY id`,
        [id],
      )
    ).map(row => row.content);
  const shows = (channel: Pick<Channel, 'id'>, ...texts: readonly string[]) =>
    until(`it shows ${texts.join(', ')}`, async () => {
      const shown = await shownOf(channel);
      return texts.every(text => shown.includes(text));
    });

  it('are applied: of another platform, of another mailbox, and what comes meanwhile', async () => {
    await store(
      mailTo(help, 'slow 1'),
      mailTo(help, 'behind 1'),
      chat('chat 1'),
      mailTo(sales, 'sale 1'),
      chat('chat 2'),
    );
    await shows(acme.whatsapp, 'chat 1', 'chat 2');
    await shows(sales, 'sale 1');
    await until('it is being read', () => reading.has('slow 1'));
    await store(chat('chat 3'), mailTo(help, 'behind 2'));
    await shows(acme.whatsapp, 'chat 3');
    expect(await shownOf(help), 'the order of one channel is kept').to.deep.equal([]);
    letGo();
    await shows(help, 'behind 2');
    expect(await shownOf(help)).to.deep.equal(['slow 1', 'behind 1', 'behind 2']);
    expect(await shownOf(acme.whatsapp)).to.deep.equal(['chat 1', 'chat 2', 'chat 3']);
    expect(read.filter(text => text === 'slow 1')).to.have.length(1);
  });

  it('are applied also behind more of them than a batch has', async () => {
    const behind = Array.from({ length: 250 }, (_, n) => `many ${n}`);
    await store(mailTo(help, 'slow 2'), ...behind.map(text => mailTo(help, text)), chat('chat 4'));
    await shows(acme.whatsapp, 'chat 4');
    expect(await shownOf(help)).to.not.include('slow 2');
    letGo();
    await shows(help, 'many 249');
    expect((await shownOf(help)).slice(3)).to.deep.equal(['slow 2', ...behind]);
  });

  it('are applied also when one cannot be read now, which is read soon', async () => {
    const before = (await shownOf(help)).length;
    await store(mailTo(help, 'early'), mailTo(help, 'later'), mailTo(help, 'last'), chat('chat 6'));
    await shows(acme.whatsapp, 'chat 6');
    await shows(help, 'last');
    expect((await shownOf(help)).slice(before)).to.deep.equal(['early', 'later', 'last']);
  });

  it('are applied also when one of them fails, which has its next try', async () => {
    const change = (how: string) =>
      asSuperuser(session => session.query(`ALTER TABLE messages ${how}`), acme.tenant.target.database);
    await change(`ADD CONSTRAINT no_poison CHECK (content <> 'poison')`);
    await store(mailTo(help, 'slow 3'), mailTo(sales, 'poison'), mailTo(sales, 'sale 2'), chat('chat 5'));
    await shows(sales, 'sale 2');
    await shows(acme.whatsapp, 'chat 5');
    expect(await shownOf(help)).to.not.include('slow 3');
    const held = await acme.query('SELECT reason, state FROM held_facts');
    expect(held).to.deep.equal([{ reason: 'failed', state: 'held' }]);
    await change('DROP CONSTRAINT no_poison');
    await shows(sales, 'poison');
    expect(reading.has('slow 3'), 'all the time').to.equal(true);
    letGo();
    await shows(help, 'slow 3');
    expect((await shownOf(sales)).sort()).to.deep.equal(['poison', 'sale 1', 'sale 2']);
    expect(await acme.query('SELECT 1 FROM held_facts')).to.deep.equal([]);
  });
});
