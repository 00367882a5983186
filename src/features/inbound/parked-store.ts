import type { Platform } from '../../contract/primitives.ts';
import type { Database } from '../../db/planes.ts';

/** A delivery that nobody could read, or a fact of one that could not be applied: it waits for a person. */
export interface Parked {
  /** `delivery:12`, `fact:7`. */
  readonly id: string;
  readonly platform: Platform;
  readonly channelName: string;
  readonly receivedAt: Date;
  readonly error: string;
}

const PAGE = 500;

/** All there are in pages, the oldest first. */
export async function* parkedPages(db: Database): AsyncGenerator<Parked[]> {
  for (let last: Parked | undefined; ; ) {
    const page: Parked[] = await db.query<Parked>(
      `SELECT p.id, c.platform, c.name AS "channelName", p.received_at AS "receivedAt", coalesce(p.error, '') AS error
       FROM (
         SELECT 'delivery:' || id AS id, channel_id, received_at, error FROM inbound_deliveries WHERE state = 'parked'
         UNION ALL
         SELECT 'fact:' || h.id, h.channel_id, d.received_at, h.error
         FROM held_facts h JOIN inbound_deliveries d ON d.id = h.delivery_id WHERE h.state = 'parked'
       ) AS p JOIN channels c ON c.id = p.channel_id
       WHERE $1::timestamptz IS NULL OR (p.received_at, p.id) > ($1, $2)
       ORDER BY p.received_at, p.id LIMIT $3`,
      [last?.receivedAt ?? null, last?.id ?? null, PAGE],
    );
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    last = page.at(-1);
  }
}

/** Puts parked deliveries and facts back to work. Returns how many. */
export async function replayParked(db: Database): Promise<number> {
  const facts = await db.query(
    `UPDATE held_facts SET state = 'held', reason = 'failed', attempts = 0, next_attempt_at = now(),
       expires_at = now() + interval '24 hours' WHERE state = 'parked' RETURNING id`,
  );
  const deliveries = await db.query(
    `UPDATE inbound_deliveries SET state = 'pending', error = NULL WHERE state = 'parked' RETURNING id`,
  );
  return facts.length + deliveries.length;
}

/** Gives them up: those named, or all. The raw delivery is kept as long as any. Returns which there were. */
export async function discardParked(db: Database, ids: readonly string[] | 'all'): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `WITH deliveries AS (
       UPDATE inbound_deliveries SET state = 'done', error = left('Discarded. ' || coalesce(error, ''), 2000)
       WHERE state = 'parked' AND ($1::text[] IS NULL OR 'delivery:' || id = ANY ($1)) RETURNING 'delivery:' || id AS id
     ), facts AS (
       DELETE FROM held_facts
       WHERE state = 'parked' AND ($1::text[] IS NULL OR 'fact:' || id = ANY ($1)) RETURNING 'fact:' || id AS id
     )
     SELECT id FROM deliveries UNION ALL SELECT id FROM facts`,
    [ids === 'all' ? null : ids],
  );
  return rows.map(row => row.id);
}
