import type { Database } from '../../src/db/planes.ts';
import { quoted } from '../../src/tenancy/cluster.ts';

async function tablesOf(db: Pick<Database, 'query'>): Promise<string[]> {
  const rows = await db.query<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
  );
  return rows.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`);
}

/** How many rows each table holds. */
export async function rowCounts(db: Pick<Database, 'query'>): Promise<Record<string, number>> {
  const tables = await tablesOf(db);
  const counts = tables.map(table => `(SELECT count(*)::int FROM ${table}) AS ${quoted(table)}`);
  const [row] = await db.query<Record<string, number>>(`SELECT ${counts.join(', ')}`);
  return row ?? {};
}

/** Every row of every table as text, bytes in hexadecimal: to look for what must not be there. */
export async function wholeContent(db: Pick<Database, 'query'>): Promise<string> {
  const tables = await tablesOf(db);
  const parts = await Promise.all(
    tables.map(table => db.query<{ line: string }>(`SELECT t::text AS line FROM ${table} t`)),
  );
  return parts
    .flat()
    .map(({ line }) => line)
    .join('\n');
}
