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
