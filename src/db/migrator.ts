import type { Migration } from './migration.ts';
import type { Database } from './planes.ts';

const LEDGER = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

async function inTransaction(db: Database, work: () => Promise<void>): Promise<void> {
  await db.query('BEGIN');
  try {
    await work();
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The version that a database has once every migration ran: the last one's name. */
export function schemaVersion(migrations: readonly Migration[]): string {
  return migrations.at(-1)?.name ?? 'empty';
}

export async function appliedMigrations(db: Database): Promise<string[]> {
  await db.query(LEDGER);
  const rows = await db.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name');
  return rows.map(row => row.name);
}

/**
 * Runs what has not run, each step in a transaction of its own with its ledger row, and returns the names of the
 * steps that ran. `db` must be one connection, not a pool, and the caller holds the lock that keeps others away.
 */
export async function migrateUp(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  const applied = new Set(await appliedMigrations(db));
  const pending = migrations.filter(migration => !applied.has(migration.name));
  for (const migration of pending) {
    await inTransaction(db, async () => {
      await db.query(migration.up);
      await db.query('INSERT INTO schema_migrations (name) VALUES ($1)', [migration.name]);
    });
  }
  return pending.map(migration => migration.name);
}

/** Takes back every step down to and without `downTo` (all of them when it is undefined), the newest first. */
export async function migrateDown(
  db: Database,
  migrations: readonly Migration[],
  downTo?: string,
): Promise<string[]> {
  const applied = new Set(await appliedMigrations(db));
  const undone: string[] = [];
  for (const migration of [...migrations].reverse()) {
    if (migration.name === downTo) break;
    if (!applied.has(migration.name)) continue;
    await inTransaction(db, async () => {
      await db.query(migration.down);
      await db.query('DELETE FROM schema_migrations WHERE name = $1', [migration.name]);
    });
    undone.push(migration.name);
  }
  return undone;
}
