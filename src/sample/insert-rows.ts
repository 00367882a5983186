import type { Database } from '../db/planes.ts';

type Cell = string | number | boolean | Date | null;
type ColumnType = 'bigint' | 'integer' | 'numeric' | 'boolean' | 'text' | 'timestamptz' | 'jsonb';

/** `unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS r (a, b, n)`: rows as one parameter per column. */
function unnested(columns: Readonly<Record<string, ColumnType>>): string {
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS r (${[...Object.keys(columns), 'n'].join(', ')})`;
}

function cellsOf(columns: Readonly<Record<string, ColumnType>>, rows: readonly Record<string, unknown>[]) {
  return Object.entries(columns).map(([column, type]) =>
    rows.map(row => (type === 'jsonb' ? JSON.stringify(row[column]) : row[column])),
  );
}

export type RowOf<Columns> = {
  readonly [Column in keyof Columns]: Columns[Column] extends 'jsonb' ? unknown : Cell;
};

/** All rows in one statement, in their order. Names of tables and columns come from the code only. */
export async function insertRows<const Columns extends Readonly<Record<string, ColumnType>>>(
  db: Database,
  table: string,
  columns: Columns,
  rows: readonly RowOf<Columns>[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns).join(', ');
  await db.query(
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${unnested(columns)} ORDER BY n`,
    cellsOf(columns, rows),
  );
}

/** As `insertRows`, and gives back the new ids in the order of the rows. */
export async function insertWithIds<const Columns extends Readonly<Record<string, ColumnType>>>(
  db: Database,
  table: string,
  columns: Columns,
  rows: readonly RowOf<Columns>[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const names = Object.keys(columns).join(', ');
  const inserted = await db.query<{ id: number }>(
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${unnested(columns)} ORDER BY n RETURNING id`,
    cellsOf(columns, rows),
  );
  return inserted.map(row => row.id);
}

/** Changes many rows of one table by id: `columns` names what changes, each row its `id` and the new values. */
export async function updateRows<const Columns extends Readonly<Record<string, ColumnType>>>(
  db: Database,
  table: string,
  columns: Columns,
  rows: readonly (RowOf<Columns> & { readonly id: number })[],
): Promise<void> {
  const withId = { id: 'bigint', ...columns } as const;
  const changes = Object.keys(columns).map(column => `${column} = r.${column}`);
  await db.query(
    `UPDATE ${table} t SET ${changes.join(', ')} FROM ${unnested(withId)} WHERE t.id = r.id`,
    cellsOf(withId, rows),
  );
}
