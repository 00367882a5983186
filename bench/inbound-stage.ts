import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { type BenchChannel, connectWhatsApp, signIn } from './api-client.ts';
import { LoadTarget, numberOf, preparePost, wamidOf } from './load.ts';
import { type BenchTenant, onDatabase, type Product, ROOT, type World } from './world.ts';

/** A tenant with its channel, its known customers and one agent's open socket. */
export interface Seat {
  readonly tenant: BenchTenant;
  readonly channel: BenchChannel;
}
/** One of the two servers that are compared, and its tenants. */
export interface Side {
  readonly seats: readonly Seat[];
  readonly load: LoadTarget;
  readonly pid: number;
  /** Hears the number of every message that reaches one of the sockets. */
  onMessage: (number: number) => void;
  close(): void;
}

/** Numbers are given out once in a process, so that no message is mistaken for one of another round. */
let nextNumber = 0;
export function takeNumbers(amount: number): number {
  const first = nextNumber;
  nextNumber += amount;
  return first;
}

async function openSeat(
  world: World,
  product: Product,
  load: LoadTarget,
  slug: string,
  customers: number,
): Promise<Seat> {
  const tenant = await world.createTenant(slug);
  const channel = await connectWhatsApp(product.url, tenant);
  const first = takeNumbers(customers);
  for (let customer = 0; customer < customers; customer += 50) {
    const messages = Array.from({ length: Math.min(50, customers - customer) }, (_, index) => ({
      number: first + customer + index,
      customer: customer + index,
    }));
    const post = preparePost(channel, 'seed', messages);
    const status = await load.send('POST', post.path, post.headers, post.body);
    if (status !== 200) throw new Error(`A first message was answered ${status}.`);
  }
  return { tenant, channel };
}

/** Until every customer's conversation is there. */
async function seeded({ tenant }: Seat, customers: number): Promise<void> {
  await onDatabase(tenant.target, async session => {
    for (;;) {
      const [row] = await session.query<{ n: number }>('SELECT count(*) AS n FROM conversations');
      if (row && row.n >= customers) break;
      await session.query('SELECT pg_sleep(0.02)');
    }
    await session.query('VACUUM ANALYZE messages');
    await session.query('VACUUM ANALYZE conversations');
  });
}

export async function openSeats(
  world: World,
  product: Product,
  amount: number,
  prefix: string,
  customers: number,
): Promise<Seat[]> {
  const load = new LoadTarget(product.url);
  const seats: Seat[] = [];
  for (let index = 0; index < amount; index++)
    seats.push(await openSeat(world, product, load, `${prefix}-${index + 1}`, customers));
  load.close();
  for (const seat of seats) await seeded(seat, customers);
  return seats;
}

/** Resolves when the socket is in. `auth` as the server wants it. */
function openSocket(url: string, auth: Readonly<Record<string, string>>): Promise<Socket> {
  const socket = io(url, { auth, transports: ['websocket'], forceNew: true });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', reject);
  });
}

function sideOf(url: string, pid: number, seats: readonly Seat[], sockets: readonly Socket[]): Side {
  const load = new LoadTarget(url);
  return {
    seats,
    load,
    pid,
    onMessage: () => undefined,
    close() {
      for (const socket of sockets) socket.disconnect();
      load.close();
    },
  };
}

/** An agent's socket for each seat. `tokens` by slug spare the sign-in; one lasts a quarter of an hour. */
export async function seatAgents(
  product: Product,
  seats: readonly Seat[],
  tokens = new Map<string, string>(),
): Promise<Side> {
  const sockets: Socket[] = [];
  for (const { tenant } of seats) {
    const token = tokens.get(tenant.slug) ?? (await signIn(product.url, tenant));
    tokens.set(tenant.slug, token);
    sockets.push(await openSocket(`${product.url}/agent`, { token }));
  }
  const side = sideOf(product.url, product.pid, seats, sockets);
  for (const socket of sockets)
    socket.on('message.created', (event: { data: { message: { content: string } } }) =>
      side.onMessage(numberOf(event.data.message.content)),
    );
  return side;
}

export async function openOurs(
  world: World,
  product: Product,
  amount: number,
  customers: number,
): Promise<Side> {
  return seatAgents(product, await openSeats(world, product, amount, 'ours', customers));
}

/** Its tenants are made by the product, so that both write into the same tables with as much in them. */
export async function openFloor(
  world: World,
  product: Product,
  amount: number,
  customers: number,
  isPrepared: boolean,
): Promise<Side> {
  const seats = await openSeats(world, product, amount, 'floor', customers);
  const tenants = seats.map(({ tenant, channel }) => ({
    path: channel.path,
    appSecret: channel.appSecret,
    channelId: channel.id,
    target: tenant.target,
  }));
  const running = await world.startChild(
    ['--no-warnings', '--import=tsx', join(ROOT, 'bench/floor-server.ts')],
    { FLOOR_TENANTS: JSON.stringify(tenants), ...(isPrepared && { FLOOR_PREPARED: '1' }) },
    /floor on (\S+)/,
  );
  const url = running.match[1] ?? '';
  const sockets: Socket[] = [];
  for (const { channel } of seats) sockets.push(await openSocket(url, { room: channel.path }));
  const side = sideOf(url, running.child.pid ?? 0, seats, sockets);
  for (const socket of sockets)
    socket.on('message.created', (event: { content: string }) => side.onMessage(numberOf(event.content)));
  return side;
}

/** Messages of a run in the tables, and how many of them are different ones. */
export async function storedMessages(
  seats: readonly Seat[],
  run: string,
): Promise<{ rows: number; distinct: number }> {
  let rows = 0;
  let distinct = 0;
  for (const { tenant } of seats) {
    const [found] = await onDatabase(tenant.target, session =>
      session.query<{ rows: number; distinct: number }>(
        `SELECT count(*) AS rows, count(DISTINCT platform_message_id) AS distinct FROM messages
         WHERE starts_with(platform_message_id, $1)`,
        [wamidOf(run, 0).slice(0, -1)],
      ),
    );
    rows += found?.rows ?? 0;
    distinct += found?.distinct ?? 0;
  }
  return { rows, distinct };
}

/** The same by the numbers in their words, from `first` to before `end`, whatever the platform. */
export async function storedNumbers(
  seats: readonly Seat[],
  first: number,
  end: number,
): Promise<{ rows: number; distinct: number }> {
  let rows = 0;
  let distinct = 0;
  for (const { tenant } of seats) {
    const [found] = await onDatabase(tenant.target, session =>
      session.query<{ rows: number; distinct: number }>(
        `SELECT count(*) AS rows, count(DISTINCT content) AS distinct FROM messages
         WHERE content ~ '^#[0-9]+ ' AND substring(content FROM '^#([0-9]+) ')::bigint BETWEEN $1 AND $2`,
        [first, end - 1],
      ),
    );
    rows += found?.rows ?? 0;
    distinct += found?.distinct ?? 0;
  }
  return { rows, distinct };
}
