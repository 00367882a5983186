import { randomInt } from 'node:crypto';
import type { CpuMeter } from './cpu-meter.ts';
import { type Side, storedMessages, storedNumbers, takeNumbers } from './inbound-stage.ts';
import { Ledger } from './ledger.ts';
import { closedLoop, type MessageToPrepare, type PreparedPost, preparePost } from './load.ts';
import { type Figures, quantile } from './report.ts';

/** More than any server here stores in a second. */
const MOST_PER_SECOND = 6000;
const MOST_PER_SECOND_ALONE = 2000;
const MOST_PER_SECOND_IN_BATCHES = 12_000;

export interface RoundShape {
  readonly run: string;
  /** POSTs not answered yet. */
  readonly inFlight: number;
  readonly seconds: number;
  /** Over so many of the side's tenants the messages spread at random. */
  readonly tenants: number;
  readonly customers: number;
  readonly messagesPerPost: number;
  readonly newCustomersPercent: number;
  /** Of other platforms than WhatsApp: how each message is written. */
  readonly prepare?: (message: MessageToPrepare) => PreparedPost;
  /** Counts refusals instead of ending the run at the first one. */
  readonly allowsErrors: boolean;
}

function preparePosts(side: Side, shape: RoundShape): { posts: PreparedPost[]; first: number; size: number } {
  const alone = shape.inFlight === 1 ? MOST_PER_SECOND_ALONE : MOST_PER_SECOND;
  const perSecond = shape.messagesPerPost > 1 ? MOST_PER_SECOND_IN_BATCHES : alone;
  const postCount = Math.ceil((perSecond * shape.seconds) / shape.messagesPerPost);
  const size = postCount * shape.messagesPerPost;
  const first = takeNumbers(size);
  const posts = Array.from({ length: postCount }, (_, index) => {
    const seat = side.seats[randomInt(shape.tenants)];
    if (!seat) throw new Error('There are fewer tenants than the round wants.');
    const { prepare } = shape;
    if (prepare) return prepare({ number: first + index, customer: randomInt(shape.customers) });
    const messages = Array.from({ length: shape.messagesPerPost }, (_unused, place) => {
      const number = first + index * shape.messagesPerPost + place;
      const isNew = randomInt(100) < shape.newCustomersPercent;
      return { number, customer: isNew ? 1_000_000 + number : randomInt(shape.customers) };
    });
    return preparePost(seat.channel, shape.run, messages);
  });
  return { posts, first, size };
}

/** One round on one server. Throws when a message was lost, doubled, or not stored exactly once. */
export async function playRound(side: Side, shape: RoundShape, meter: CpuMeter): Promise<Figures> {
  const { posts, first, size } = preparePosts(side, shape);
  const ledger = new Ledger(first, size);
  side.onMessage = number => ledger.arrive(number);
  const before = meter.read(side.pid);
  const startedAt = performance.now();
  let next = 0;
  await closedLoop(shape.inFlight, shape.seconds, () => {
    const post = posts[next++];
    return (
      post &&
      (async () => {
        ledger.start(post.messages);
        const status = await side.load.send('POST', post.path, post.headers, post.body);
        ledger.answer(post.messages, status);
      })
    );
  });
  if (next > posts.length) throw new Error('The prepared messages ran out: raise MOST_PER_SECOND.');
  const endedAt = await ledger.settle();
  const after = meter.read(side.pid);
  const check = ledger.check();
  const seats = side.seats.slice(0, shape.tenants);
  const stored = shape.prepare
    ? await storedNumbers(seats, first, first + size)
    : await storedMessages(seats, shape.run);
  const isRight =
    check.lost + check.repeated === 0 &&
    (check.refused === 0 || shape.allowsErrors) &&
    stored.rows === check.answered &&
    stored.distinct === check.answered;
  if (!isRight)
    throw new Error(`The counts do not agree: ${JSON.stringify({ ...shape, ...check, ...stored })}`);
  const latencies = ledger.latencies();
  return {
    messagesPerSecond: (check.delivered / (endedAt - startedAt)) * 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    ...(before &&
      after && {
        serverCpuMs: (after.serverMs - before.serverMs) / check.delivered,
        postgresCpuMs: (after.postgresMs - before.postgresMs) / check.delivered,
      }),
    ...(shape.allowsErrors && { errors: check.refused }),
  };
}
