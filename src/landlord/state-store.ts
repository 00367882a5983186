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
