import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { permissions } from '../src/contract/permissions.ts';
import { createKey } from '../src/landlord/key-store.ts';
import { watchBackends } from './backend-watch.ts';
import { Calm } from './calm.ts';
import { type CpuMeter, openCpuMeter, whenIdle } from './cpu-meter.ts';
import { playRound } from './inbound-round.ts';
import { openSeats, type Seat, type Side, seatAgents } from './inbound-stage.ts';
import { loadLists } from './list-load.ts';
import type { BenchOptions } from './options.ts';
import { atLeast, type BenchResult, type Figures, median, medianFigures, medianRatios } from './report.ts';
import { openWorld, ROOT, type World } from './world.ts';

const TENANTS = 200;
const CUSTOMERS = 20;
const CREATED = 20;
const IN_FLIGHT = 32;
/** Rounds are longer by this: with more tenants than connections a backlog comes and goes. */
const LENGTH = 1.5;
/** So many keys that none comes near the limit of requests of one credential. */
const KEYS_OF_ONE_TENANT = 100;
/** Before anything is measured: connections are opened, statements prepared, the budget filled. */
const WARM_UP_SECONDS = 5;
const WARM_UP_PER_TENANT = 5;
const WARM_UP_MOST = 6;

const PER_SECOND = ['messagesPerSecond', 'p50Ms', 'p99Ms', 'serverCpuMs', 'postgresCpuMs'];
const LISTS = ['listsPerSecond', 'p50Ms', 'p99Ms'];

/** Milliseconds of each, one after the other. */
async function timed(amount: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < amount; index++) {
    const startedAt = performance.now();
    await work(index);
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** A tenant made in this process, and by the command, which starts a process each time. */
async function createFigures(world: World, amount: number): Promise<{ call: Figures; command: Figures }> {
  const called = await timed(amount, index => world.createTenant(`made-${index + 1}`));
  const commanded = await timed(amount, index =>
    promisify(execFile)(
      process.execPath,
      [
        join(ROOT, 'dist/main.js'),
        ...['tenant', 'create', `ordered-${index + 1}`],
        ...['--name', 'Ordered', '--admin-email', 'admin@ordered.example'],
      ],
      { env: { ...process.env, ...world.environment } },
    ),
  );
  const figuresOf = (times: readonly number[]) => ({
    medianMs: median(times),
    maximumMs: Math.max(...times),
  });
  return { call: figuresOf(called), command: figuresOf(commanded) };
}

interface Scene {
  readonly side: Side;
  readonly meter: CpuMeter;
  readonly calm: Calm;
  readonly seconds: number;
  readonly keys: readonly string[];
  readonly keysOfOne: readonly string[];
}

let run = 0;
const playInbound = ({ side, meter, calm }: Scene, tenants: number, seconds: number) =>
  calm.round(side.pid, () =>
    playRound(
      side,
      {
        run: `t${run++}`,
        inFlight: IN_FLIGHT,
        seconds,
        tenants,
        customers: CUSTOMERS,
        messagesPerPost: 1,
        newCustomersPercent: 0,
        allowsErrors: true,
      },
      meter,
    ),
  );

async function warmUp(scene: Scene): Promise<void> {
  const tenants = scene.side.seats.length;
  let messages = 0;
  for (let part = 0; part < WARM_UP_MOST && messages < tenants * WARM_UP_PER_TENANT; part++) {
    const { messagesPerSecond = 0 } = await playInbound(scene, tenants, WARM_UP_SECONDS);
    messages += messagesPerSecond * WARM_UP_SECONDS;
  }
}

/** What one process with one budget does, beside the same on a single tenant. */
async function playBudget(
  world: World,
  scene: Scene,
): Promise<Record<'inbound' | 'lists' | 'oneInbound' | 'oneLists', Figures>> {
  const { side, calm, seconds, keys, keysOfOne } = scene;
  const playLists = (of: readonly string[]) =>
    calm.round(side.pid, () => loadLists(side.load, of, IN_FLIGHT, seconds));
  await playInbound(scene, 1, 1);
  const oneInbound = await playInbound(scene, 1, seconds);
  await loadLists(side.load, keysOfOne, IN_FLIGHT, 1);
  const oneLists = await playLists(keysOfOne);
  await warmUp(scene);
  const backends = await watchBackends(world.superuser, 'concierge tenant');
  const inbound = await playInbound(scene, side.seats.length, seconds);
  await loadLists(side.load, keys, IN_FLIGHT, WARM_UP_SECONDS);
  const lists = await playLists(keys);
  const held = { backendsHeld: await backends.stop() };
  return { inbound: { ...inbound, ...held }, lists: { ...lists, ...held }, oneInbound, oneLists };
}

/** Many tenants in one process: their making, and what a budget of connections below their number costs. */
export async function benchTenants(options: BenchOptions): Promise<BenchResult> {
  const { rounds, progress } = options;
  const seconds = options.seconds * LENGTH;
  const world = await openWorld();
  try {
    const tenants = options.isQuick ? 40 : TENANTS;
    const budgets = [tenants, tenants / 2, tenants / 4];
    const first = await world.startProduct();
    progress('making tenants');
    const created = await createFigures(world, options.isQuick ? 5 : CREATED);
    progress(`${JSON.stringify(created)}; making ${tenants} more with ${CUSTOMERS} conversations each`);
    const seats: readonly Seat[] = await openSeats(world, first, tenants, 'inbox', CUSTOMERS);
    await first.stop();
    const [single] = seats;
    if (!single) throw new Error('There is no tenant.');
    const keysOfOne: string[] = [];
    for (let index = 0; index < KEYS_OF_ONE_TENANT; index++)
      keysOfOne.push((await createKey(world.landlord.db, single.tenant.id, 'bench', permissions)).key);

    const meter = await openCpuMeter(world);
    const calm = new Calm(meter, options.isPatient);
    const tokens = new Map<string, string>();
    let tokensMadeAt = 0;
    const played = budgets.map(() => [] as Awaited<ReturnType<typeof playBudget>>[]);
    for (let round = 0; round < rounds; round++)
      for (const [index, tenantConnectionBudget] of budgets.entries()) {
        const product = await world.startProduct({ tenantConnectionBudget });
        if (Date.now() - tokensMadeAt > 8 * 60_000) {
          tokens.clear();
          tokensMadeAt = Date.now();
        }
        const side = await seatAgents(product, seats, tokens);
        try {
          await whenIdle(meter, product.pid);
          const keys = seats.map(({ tenant }) => tenant.apiKey);
          const figures = await playBudget(world, { side, meter, calm, seconds, keys, keysOfOne });
          played[index]?.push(figures);
          progress(`budget ${tenantConnectionBudget}: ${JSON.stringify(figures)}`);
        } finally {
          side.close();
        }
        await product.stop();
      }

    const figures: Record<string, Figures> = {
      'create, in a process that runs': created.call,
      'create, by the command': created.command,
    };
    const peers: Record<string, Figures> = {};
    const ratio: Record<string, Figures> = {};
    const full = played[0] ?? [];
    const put = (
      which: string,
      own: readonly Figures[],
      peer: readonly Figures[],
      names: readonly string[],
    ) => {
      figures[which] = medianFigures(own);
      peers[which] = medianFigures(peer);
      ratio[which] = medianRatios(own, peer, names);
    };
    played.forEach((ofBudget, index) => {
      const which = `${tenants} tenants, budget ${budgets[index]}`;
      const beside = index === 0 ? 'one tenant' : `budget ${tenants}`;
      const pick = (name: keyof (typeof full)[number], from = ofBudget) => from.map(one => one[name]);
      put(
        `inbound, ${which}, beside ${beside}`,
        pick('inbound'),
        index === 0 ? pick('oneInbound') : pick('inbound', full),
        PER_SECOND,
      );
      put(
        `lists, ${which}, beside ${beside}`,
        pick('lists'),
        index === 0 ? pick('oneLists') : pick('lists', full),
        LISTS,
      );
    });
    const quarter = ratio[`inbound, ${tenants} tenants, budget ${tenants / 4}, beside budget ${tenants}`];
    return {
      document: { name: 'tenants', rig: world.rig, figures, floor: peers, ratio },
      goals: [
        atLeast('budget of a quarter: messages/s of the full budget', quarter?.messagesPerSecond ?? 0, 0.5),
      ],
    };
  } finally {
    await world.close();
  }
}
