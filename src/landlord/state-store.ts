import { randomBytes } from 'node:crypto';
import type { LandlordDb } from '../db/planes.ts';

export async function readState(db: LandlordDb, key: string): Promise<string | undefined> {
  return (await db.query<{ value: string }>('SELECT value FROM landlord_state WHERE key = $1', [key]))[0]
    ?.value;
}
export async function writeState(db: LandlordDb, key: string, value: string): Promise<void> {
  await db.query(
    'INSERT INTO landlord_state (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [key, value],
  );
}

/** Nothing of ours ran between these. */
export interface Outage {
  readonly since: Date;
  readonly until: Date;
}
const ALIVE = 'workers_alive_at';
const OUTAGE = 'last_outage';

/**
 * Says that work is going on. When nobody had said so for `longestMs`, the time between is kept as the last outage: of
 * many processes that start at once, one finds it.
 */
export async function sayAlive(db: LandlordDb, longestMs: number): Promise<void> {
  await db.query(
    `WITH before AS (SELECT value::timestamptz AS at FROM landlord_state WHERE key = $1 FOR UPDATE),
       said AS (
         INSERT INTO landlord_state (key, value) VALUES ($1, now()::text)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value)
     INSERT INTO landlord_state (key, value)
     -- One that comes soon after another is a part of it: not everybody may have been asked for that one yet.
     SELECT $2, json_build_object('since', coalesce(
         (SELECT (o.value::json->>'since')::timestamptz FROM landlord_state o
          WHERE o.key = $2 AND (o.value::json->>'until')::timestamptz > at - interval '1 hour'), at),
       'until', now())::text FROM before
     WHERE at < now() - $3 * interval '1 millisecond'
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [ALIVE, OUTAGE, longestMs],
  );
}

export async function lastOutage(db: LandlordDb): Promise<Outage | undefined> {
  const value = await readState(db, OUTAGE);
  if (value === undefined) return undefined;
  const { since, until } = JSON.parse(value) as { since: string; until: string };
  return { since: new Date(since), until: new Date(until) };
}

/**
 * The name of this installation in a Redis that it shares with others: made once, for the landlord databases of two
 * installations often bear the same name.
 */
export async function installationId(db: LandlordDb): Promise<string> {
  const [row] = await db.query<{ value: string }>(
    `INSERT INTO landlord_state (key, value) VALUES ('installation_id', $1)
     ON CONFLICT (key) DO UPDATE SET value = landlord_state.value RETURNING value`,
    [randomBytes(9).toString('hex')],
  );
  return (row as { value: string }).value;
}
