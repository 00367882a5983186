import { expect } from 'chai';
import type { Context } from '../../src/app/build-context.ts';
import type { Channel } from '../../src/contract/channels.ts';
import { type LineHost, LineLost, type OpenLine, Rejected } from '../../src/platforms/adapter.ts';
import { adapters } from '../../src/platforms/registry.ts';
import { LineKeeper, type LineTiming } from '../../workers/hold-lines.ts';
import { ImapServer, mailSettings, SmtpServer } from '../support/mail-server.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { rejection } from '../support/stub-server.ts';
import { until } from '../support/until.ts';

class PlayedLine implements OpenLine {
  readonly host: LineHost;
  readonly ended: Promise<void>;
  isOpen = true;
  fail: (error: Error) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(host: LineHost) {
    this.host = host;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.fail = error => {
        this.isOpen = false;
        reject(error);
      };
    });
    this.ended.catch(() => undefined);
  }
  async close(): Promise<void> {
    this.isOpen = false;
    this.#end();
  }
}

/** Processes that hold lines, with real databases; what is at the other end of a line is played. */
describe('whoever holds a line', function () {
  this.timeout(60_000);
  const adapter = adapters.email as { open?: unknown };
  const realOpen = adapter.open;
  const imap = new ImapServer();
  const smtp = new SmtpServer();
  let product: Product;
  let acme: ProductTenant;
  let channel: Channel;
  let lines: PlayedLine[] = [];
  let keepers: LineKeeper[] = [];
  /** What the next line that is opened meets. */
  let refusal: Error | undefined;

  before(async () => {
    await Promise.all([imap.start(), smtp.start()]);
    product = await startProduct({ hasNoWorkers: true, variables: { OUTBOUND_ALLOW: 'localhost:*' } });
    ({ acme } = product);
    const settings = mailSettings({ imap: imap.port, smtp: smtp.port });
    const made = await acme.http<Channel>('POST', '/channels', { platform: 'email', name: 'Help', settings });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    channel = made.body;
    adapter.open = async (_settings: unknown, _io: unknown, host: LineHost) => {
      if (refusal) throw refusal;
      const line = new PlayedLine(host);
      lines.push(line);
      return line;
    };
  });
  after(async () => {
    adapter.open = realOpen;
    await product?.close();
    await Promise.all([imap.stop(), smtp.stop()]);
  });
  beforeEach(() => {
    lines = [];
    refusal = undefined;
  });
  afterEach(async () => {
    await Promise.all(keepers.map(keeper => keeper.close()));
    keepers = [];
    expect(
      lines.some(line => line.isOpen),
      'nothing stays open',
    ).to.equal(false);
    await product.context.landlord.db.query('DELETE FROM channel_lines');
    await acme.query(`UPDATE channels SET health = 'ok', is_active = true`);
  });

  const patient: LineTiming = { renewEvery: 3_600_000, closeAfter: 3_600_000, compareEvery: 3_600_000 };
  const keep = (timing: Partial<LineTiming> = {}, context: Context = product.context): LineKeeper => {
    const keeper = new LineKeeper(context, { ...patient, ...timing });
    keepers.push(keeper);
    keeper.start();
    return keeper;
  };
  const look = () => {
    for (const keeper of keepers) keeper.look(acme.tenant.id);
  };
  const open = () => lines.filter(line => line.isOpen);
  const opened = (count: number) => until(`${count} were opened`, () => lines.length === count);
  const sql = <Row extends object>(text: string) => product.context.landlord.db.query<Row>(text);

  it('is one of many, and the next one when that ends', async () => {
    for (let index = 0; index < 4; index++) keep();
    await opened(1);
    look();
    const [row] = await sql<{ holder: string; fence: number }>('SELECT holder, fence FROM channel_lines');
    for (const keeper of keepers.splice(0, 3)) await keeper.close();
    look();
    await until('one has it', () => open().length === 1);
    const [after] = await sql<{ holder: string; fence: number }>('SELECT holder, fence FROM channel_lines');
    if (after?.holder !== row?.holder) expect(after?.fence).to.be.greaterThan(row?.fence ?? 0);
  });
  it('lets go of one that is another process’s by now, and stores nothing of it any more', async () => {
    const keeper = keep();
    await opened(1);
    await sql('UPDATE channel_lines SET holder = gen_random_uuid(), fence = fence + 1');
    keeper.look(acme.tenant.id);
    await until('it is closed', () => open().length === 0);
    const late = lines[0]?.host.deliver([{ key: 'late', body: Buffer.from('late') }]);
    expect(await rejection(late as Promise<void>)).to.be.instanceOf(LineLost);
    expect(
      await acme.query(`SELECT 1 FROM inbound_deliveries WHERE delivery_key LIKE '%late%'`),
    ).to.have.length(0);
    keeper.look(acme.tenant.id);
    expect(lines).to.have.length(1);
  });
  /** The landlord’s database as one process sees it: `cut` hears what is asked, and says whether there is no answer. */
  const seenThrough = (cut: (text: string) => boolean): Context => {
    const { landlord } = product.context;
    const db = Object.create(landlord.db, {
      query: {
        value: (...query: Parameters<typeof landlord.db.query>) =>
          cut(String(query[0])) ? Promise.reject(new Error('cut')) : landlord.db.query(...query),
      },
    }) as typeof landlord.db;
    return { ...product.context, landlord: Object.create(landlord, { db: { value: db } }) } as Context;
  };
  it('closes it when nobody can be asked whether it is still theirs, before the lease ends', async () => {
    let isCut = false;
    keep(
      { renewEvery: 20, closeAfter: 200 },
      seenThrough(() => isCut),
    );
    await opened(1);
    isCut = true;
    await until('it is closed', () => open().length === 0);
    isCut = false;
    await sql(`UPDATE channel_lines SET held_until = now() WHERE holder IS NOT NULL`);
    await until('and opened again', () => open().length === 1);
  });
  it('opens it again also when it could not be given back, and its lease goes on', async () => {
    let isCut = true;
    let wasKept = false;
    const givesBack = (text: string) => text.includes('holder = NULL');
    keep(
      { renewEvery: 20 },
      seenThrough(text => {
        wasKept ||= givesBack(text);
        return isCut && givesBack(text);
      }),
    );
    await opened(1);
    lines[0]?.fail(new Error('The connection was cut.'));
    await until('it could not be given back', () => wasKept);
    isCut = false;
    await opened(2);
  });
  it('opens it anew when its channel was changed, told or not', async () => {
    const keeper = keep({ renewEvery: 20, compareEvery: 40 });
    await opened(1);
    await acme.query(`UPDATE channels SET settings = settings || '{"name": "Help desk"}'`);
    await opened(2);
    expect(open()).to.have.length(1);
    await acme.query('UPDATE channels SET is_active = false');
    keeper.look(acme.tenant.id);
    await until('a paused one is closed', () => open().length === 0);
  });
  it('tries again later what ended by itself, and waits for a person where one is needed', async () => {
    const keeper = keep({ renewEvery: 50 });
    await opened(1);
    lines[0]?.fail(new Error('The connection was cut.'));
    await until('it rests', async () => {
      const [row] = await sql<{ rest: number }>(
        'SELECT extract(epoch FROM held_until - now())::float8 AS rest FROM channel_lines WHERE holder IS NULL',
      );
      return row !== undefined && row.rest < 10;
    });
    await sql('UPDATE channel_lines SET held_until = now()');
    await opened(2);
    refusal = new Rejected('reauthorise', 'no', 'The password is wrong.');
    lines[1]?.fail(new Error('The connection was cut.'));
    await sql('UPDATE channel_lines SET held_until = now() WHERE holder IS NULL');
    await until('it is told', async () => {
      await sql('UPDATE channel_lines SET held_until = now() WHERE holder IS NULL');
      const { health, healthMessage } = (await acme.http<Channel>('GET', `/channels/${channel.id}`)).body;
      return health === 'reauthorise' && healthMessage === 'The password is wrong.';
    });
    refusal = undefined;
    keeper.look(acme.tenant.id);
    expect(open()).to.have.length(0);
  });
  it('opens it at once for a person who has set right what ended it, while it still ends', async () => {
    keep({ renewEvery: 50 });
    await opened(1);
    await lines[0]?.host.tell({ health: 'reauthorise', message: 'The password is wrong.' });
    const renewed = await acme.http('PATCH', `/channels/${channel.id}`, { settings: { name: 'Set right' } });
    expect(renewed.status, JSON.stringify(renewed.body)).to.equal(200);
    await acme.query(`UPDATE channels SET health = 'unknown'`);
    lines[0]?.fail(new Rejected('reauthorise', 'no', 'The password is wrong.'));
    await opened(2);
  });
});
