import { randomBytes } from 'node:crypto';
import type { Statement } from '../src/db/planes.ts';
import { Session } from '../src/db/session.ts';
import { type Calm, LEAD_IN_SECONDS } from './calm.ts';
import type { Seat, Side } from './inbound-stage.ts';
import { closedLoop, textOf } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type Figures, medianFigures, medianRatios } from './report.ts';

const PER_POST = 50;
/** Writers, and the tenants they spread over. One tenant's messages are applied one after the other, however many come. */
const CASES = [
  [1, 1],
  [4, 4],
  [4, 1],
] as const;

export interface BatchCase {
  readonly which: string;
  readonly ours: Figures;
  readonly floor: Figures;
  readonly ratio: Figures;
  /** One writer is compared; with more, both cores are full, and HTTP, JSON and sockets count against nothing. */
  readonly isGoal: boolean;
}
type Play = (
  side: Side,
  inFlight: number,
  spread: number,
  part: { messagesPerPost: number },
) => Promise<Figures>;

/** Fifty rows in one statement, their conversations in another, one commit: nothing is verified, parsed or told. */
const INSERT = `INSERT INTO messages (conversation_id, channel_id, platform_message_id, direction, type, content, sender_type,
    status, sent_at)
  SELECT conversation_id, $2, platform_message_id, 'inbound', 'text', content, 'customer', 'delivered', now()
  FROM unnest($1::bigint[], $3::text[], $4::text[]) AS i (conversation_id, platform_message_id, content)
  RETURNING id, conversation_id`;
const UPDATE = `UPDATE conversations c SET last_message_id = i.id, last_message_at = now(), message_count = message_count + 1,
    inbound_count = inbound_count + 1, unread_count = unread_count + 1, updated_at = now()
  FROM unnest($1::bigint[], $2::bigint[]) AS i (conversation_id, id) WHERE c.id = i.conversation_id`;

/** Each writer has conversations of its own, so that none waits for another. */
async function writeBare(
  side: Side,
  inFlight: number,
  spread: number,
  { seconds, isFloorPrepared }: BenchOptions,
): Promise<Figures> {
  const [insert, update] = [INSERT, UPDATE].map((text, index) =>
    isFloorPrepared ? { name: `bare-${index}`, text } : text,
  ) as [string | Statement, string | Statement];
  const seats = Array.from({ length: inFlight }, (_, writer) => side.seats[writer % spread] as Seat);
  const sessions = await Promise.all(seats.map(seat => Session.connect(seat.tenant.target, 'bench floor')));
  try {
    const idle = await Promise.all(
      sessions.map(async (session, writer) => {
        const known = await session.query<{ id: number }>(
          'SELECT id FROM conversations ORDER BY id OFFSET $1 LIMIT $2',
          [Math.floor(writer / spread) * PER_POST, PER_POST],
        );
        return {
          session,
          channelId: seats[writer]?.channel.id,
          conversations: known.map(row => row.id),
        };
      }),
    );
    const run = randomBytes(6).toString('hex');
    let written = 0;
    const write = () => {
      const writer = idle.pop();
      if (!writer) return undefined;
      return async () => {
        const first = written;
        written += PER_POST;
        const { session, channelId, conversations } = writer;
        const numbers = conversations.map((_, index) => first + index);
        const begun = session.query('BEGIN');
        const rows = await session.query<{ id: number; conversation_id: number }>(insert, [
          conversations,
          channelId,
          numbers.map(number => `wamid.bare.${run}.${number}`),
          numbers.map(textOf),
        ]);
        await Promise.all([
          begun,
          session.query(update, [rows.map(row => row.conversation_id), rows.map(row => row.id)]),
          session.query('COMMIT'),
        ]);
        idle.push(writer);
      };
    };
    await closedLoop(inFlight, LEAD_IN_SECONDS, write);
    const [writtenBefore, startedAt] = [written, performance.now()];
    await closedLoop(inFlight, seconds, write);
    return { messagesPerSecond: ((written - writtenBefore) / (performance.now() - startedAt)) * 1000 };
  } finally {
    await Promise.all(sessions.map(session => session.close()));
  }
}

/** Fifty messages in one signed POST, to the socket, beside bare multi-row inserts by as many writers. */
export async function batchCases(
  ours: Side,
  floor: Side,
  options: BenchOptions,
  calm: Calm,
  play: Play,
): Promise<BatchCase[]> {
  const { rounds, onlyCase, progress } = options;
  const cases: BatchCase[] = [];
  for (const [inFlight, spread] of CASES) {
    const where = spread === 1 ? 'one tenant' : `${spread} tenants`;
    const which = `${PER_POST} messages in a POST, ${where}, ${inFlight} in flight`;
    if (!which.includes(onlyCase)) continue;
    const own: Figures[] = [];
    const theirs: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      own.push(await play(ours, inFlight, spread, { messagesPerPost: PER_POST }));
      theirs.push(await calm.round(floor.pid, () => writeBare(floor, inFlight, spread, options)));
    }
    const batch = {
      which,
      ours: medianFigures(own),
      floor: medianFigures(theirs),
      ratio: medianRatios(own, theirs, ['messagesPerSecond']),
      isGoal: inFlight === 1,
    };
    cases.push(batch);
    progress(`${batch.which}: ${JSON.stringify(batch.ours)} ${JSON.stringify(batch.floor)}`);
  }
  return cases;
}
