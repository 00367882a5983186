import { setTimeout as delay } from 'node:timers/promises';
import { callApi, connectWhatsApp, signIn } from './api-client.ts';
import { LoadTarget } from './load.ts';
import type { BenchOptions } from './options.ts';
import {
  ABSENT_WORD,
  COMMON_WORD,
  fillTenantBySql,
  LONG_THREAD,
  MESSAGES_EACH,
  RARE_WORD,
  TAGS,
} from './reads-data.ts';
import { plansOf, type ViewPlan } from './reads-plans.ts';
import { atMost, type BenchResult, type Figures, type Goal, median, quantile } from './report.ts';
import { onDatabase, openWorld, type Product, type World } from './world.ts';

const SMALL = 1000;
const SAMPLES = 40;
const WARM_UP = 5;
/** One user may ask fifty times a second; the samples of both tenants take turns. */
const PAUSE_MS = 22;
const UNRESOLVED = 'status=new,open,pending,snoozed';

interface Reader {
  readonly conversations: number;
  readonly viewerId: number;
  readonly database: string;
  readonly target: LoadTarget;
  readonly headers: { authorization: string };
  /** What to ask for, by view. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Ten rows for the views that a small tenant fills no further: both sizes answer with as many rows. */
async function pathsOf(
  product: Product,
  token: string,
  conversations: number,
  channelId: number,
): Promise<Map<string, string>> {
  let cursor = '';
  for (let page = 1; page < 20; page++) {
    const path = `/conversations?limit=25${cursor && `&cursor=${cursor}`}`;
    const answer = await callApi<{ nextCursor: string | null }>(product.url, token, 'GET', path);
    if (!answer.nextCursor) throw new Error(`There is no page ${page + 1}.`);
    cursor = answer.nextCursor;
  }
  const before = conversations * MESSAGES_EACH + LONG_THREAD / 2;
  return new Map([
    ['list, first page', '/conversations'],
    ['list, page 20', `/conversations?cursor=${cursor}`],
    ['list, mine', `/conversations?limit=10&assignee=me&${UNRESOLVED}`],
    ['list, unassigned', `/conversations?limit=10&assignee=unassigned&${UNRESOLVED}`],
    ['list, snoozed', '/conversations?limit=10&status=snoozed'],
    ['list, resolved', '/conversations?status=resolved'],
    ['list, by team', `/conversations?limit=10&team=1&${UNRESOLVED}`],
    ['list, by channel', `/conversations?limit=10&channel=${channelId}&${UNRESOLVED}`],
    ['list, by a common tag', `/conversations?limit=10&tag=${TAGS.common}`],
    ['list, by a rare tag', `/conversations?limit=10&tag=${TAGS.rare}`],
    ['list, a rare word', `/conversations?limit=10&q=${RARE_WORD}`],
    ['list, a common word', `/conversations?limit=10&q=${COMMON_WORD}`],
    ['list, an absent word', `/conversations?limit=10&q=${ABSENT_WORD}`],
    ['counts', '/conversations/counts'],
    ['thread, newest page', `/conversations/${conversations}/messages`],
    ['thread, an old page', `/conversations/${conversations}/messages?before=${before}`],
  ]);
}

async function openReader(
  world: World,
  product: Product,
  slug: string,
  conversations: number,
  progress: BenchOptions['progress'],
): Promise<Reader> {
  const tenant = await world.createTenant(slug);
  const channel = await connectWhatsApp(product.url, tenant);
  const { database } = tenant.target;
  const viewerId = 1;
  const seconds = await fillTenantBySql(world.superuser, database, {
    conversations,
    viewerId,
    channelId: channel.id,
  });
  progress(`${conversations} conversations made in ${seconds.toFixed(0)} s`);
  const token = await signIn(product.url, tenant);
  return {
    conversations,
    viewerId,
    database,
    target: new LoadTarget(product.url),
    headers: { authorization: `Bearer ${token}` },
    paths: await pathsOf(product, token, conversations, channel.id),
  };
}

function plansIn(world: World, { database, conversations, viewerId }: Reader): Promise<ViewPlan[]> {
  return onDatabase({ ...world.superuser, database }, session => plansOf(session, conversations, viewerId));
}

/** Milliseconds of one answer. */
async function ask({ target, headers, paths }: Reader, view: string): Promise<number> {
  const startedAt = performance.now();
  const status = await target.send('GET', `/api/v1${paths.get(view)}`, headers);
  const took = performance.now() - startedAt;
  if (status !== 200) throw new Error(`${view} was answered ${status}.`);
  await delay(Math.max(0, PAUSE_MS - took));
  return took;
}

/** One user's screens in a small tenant and in a large one, through the API. */
export async function benchReads(options: BenchOptions): Promise<BenchResult> {
  const { progress } = options;
  // Whole multiples, so that every kind of conversation is there in its share.
  const conversations = Math.max(SMALL, Math.round(options.conversations / 1000) * 1000);
  const world = await openWorld();
  try {
    const product = await world.startProduct({ profileFolder: options.profileFolder });
    const small = await openReader(world, product, 'small', SMALL, progress);
    const large = await openReader(world, product, 'large', conversations, progress);
    const figures: Record<string, Figures> = {};
    const peers: Record<string, Figures> = {};
    const ratio: Record<string, Figures> = {};
    const goals: Goal[] = [];
    const samples = options.isQuick ? 10 : SAMPLES;
    for (const view of large.paths.keys()) {
      const times = { small: [] as number[], large: [] as number[] };
      for (let sample = -WARM_UP; sample < samples; sample++) {
        const [inSmall, inLarge] = [await ask(small, view), await ask(large, view)];
        if (sample < 0) continue;
        times.small.push(inSmall);
        times.large.push(inLarge);
      }
      const figuresOf = (values: readonly number[]) => ({
        medianMs: median(values),
        p90Ms: quantile(values, 0.9),
      });
      figures[view] = figuresOf(times.large);
      peers[view] = figuresOf(times.small);
      const medianMs = median(times.large) / median(times.small);
      ratio[view] = { medianMs };
      goals.push(atMost(`${view}: ${conversations} conversations by ${SMALL}`, medianMs, 1.5));
      progress(`${view}: ${JSON.stringify(figures[view])} ${JSON.stringify(peers[view])}`);
    }
    const plans = { small: await plansIn(world, small), large: await plansIn(world, large) };
    for (const { view, buffers } of plans.large) {
      const inSmall = plans.small.find(plan => plan.view === view)?.buffers ?? Number.NaN;
      figures[view] = { ...figures[view], buffers };
      peers[view] = { ...peers[view], buffers: inSmall };
      ratio[view] = { ...ratio[view], buffers: buffers / inSmall };
    }
    const notes = options.showsPlans
      ? plans.large.flatMap(({ view, plans: texts }) => texts.map(text => `-- ${view}\n${text}`))
      : [];
    small.target.close();
    large.target.close();
    await product.stop();
    return { document: { name: 'reads', rig: world.rig, figures, floor: peers, ratio }, goals, notes };
  } finally {
    await world.close();
  }
}
