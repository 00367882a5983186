import type { EventData, EventType, TenantEvent } from '../contract/events.ts';
import type { Database, Statement } from '../db/planes.ts';

/** An event as a writer hands it in; its number and time come with the commit. */
export interface EventDraft {
  readonly type: EventType;
  /** `conversation:12`. */
  readonly aggregate: string;
  readonly data: unknown;
}

/** Types the data by the event's name. */
export function eventDraft<T extends EventType>(type: T, aggregate: string, data: EventData<T>): EventDraft {
  return { type, aggregate, data };
}

const WRITE: Statement = {
  name: 'write-events',
  text: `WITH counter AS (UPDATE outbox_counter SET seq = seq + $1 WHERE is_only RETURNING seq - $1 AS base)
    INSERT INTO outbox_events (seq, type, aggregate, payload)
    SELECT counter.base + draft.position, draft.type, draft.aggregate, draft.payload
    FROM counter, ROWS FROM (unnest($2::text[]), unnest($3::text[]), json_array_elements($4::json))
      WITH ORDINALITY AS draft (type, aggregate, payload, position)
    ORDER BY draft.position
    RETURNING seq, created_at AS at`,
};

/**
 * Numbers and stores events. It must be the transaction's last statement: it takes the counter's row lock, which is held
 * until the commit, so that numbers are committed in order and no reader can see 8 before 7.
 */
export async function writeEvents(db: Database, drafts: readonly EventDraft[]): Promise<TenantEvent[]> {
  const rows = await db.query<{ seq: number; at: Date }>(WRITE, [
    drafts.length,
    drafts.map(draft => draft.type),
    drafts.map(draft => draft.aggregate),
    // One document: as an array of them each quote would be escaped, here and there.
    JSON.stringify(drafts.map(draft => draft.data)),
  ]);
  return drafts.map((draft, index) => {
    const row = rows[index] as { seq: number; at: Date };
    return { seq: row.seq, type: draft.type, at: row.at.toISOString(), data: draft.data } as TenantEvent;
  });
}

interface StoredEvent {
  seq: number;
  type: EventType;
  at: Date;
  data: unknown;
}

/** Events after `after` in order, at most `limit`. */
export async function readEvents(db: Database, after: number, limit: number): Promise<TenantEvent[]> {
  const rows = await db.query<StoredEvent>(
    `SELECT seq, type, created_at AS at, payload AS data FROM outbox_events WHERE seq > $1 ORDER BY seq LIMIT $2`,
    [after, limit],
  );
  return rows.map(row => ({ ...row, at: row.at.toISOString() }) as TenantEvent);
}

/** The newest number, and the oldest that is still kept (0 when there is none). */
export async function outboxBounds(db: Database): Promise<{ lastSeq: number; firstSeq: number }> {
  const [row] = await db.query<{ lastSeq: number; firstSeq: number | null }>(
    `SELECT (SELECT seq FROM outbox_counter) AS "lastSeq", (SELECT min(seq) FROM outbox_events) AS "firstSeq"`,
  );
  return { lastSeq: row?.lastSeq ?? 0, firstSeq: row?.firstSeq ?? 0 };
}
