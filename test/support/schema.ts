import type { Database } from '../../src/db/planes.ts';

/** Everything that a migration can make, as text to compare. */
export async function describeSchema(db: Database): Promise<string[]> {
  const rows = await db.query<{ line: string }>(`
    SELECT format('column %s.%s %s %s %s', c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default)
      AS line FROM information_schema.columns c WHERE c.table_schema = 'public'
    UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT format('extension %s', extname) FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL SELECT format('function %s', p.oid::regprocedure) FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL SELECT format('type %s', t.oid::regtype) FROM pg_type t
      WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    ORDER BY 1`);
  return rows.map(row => row.line);
}

interface Column {
  readonly name: string;
  readonly type: string;
  /** The table and column that a foreign key of this one column points to. */
  readonly target: string | null;
  readonly targetColumn: string | null;
  readonly checks: string;
}

/** The columns that a row cannot do without. */
/** Columns that may be empty, but not beside the defaults of their row. */
const WANTED_BY_ROW_CHECK = ['message_attachments.message_id'];

async function requiredColumns(db: Database, table: string): Promise<Column[]> {
  return db.query<Column>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, f.confrelid::regclass::text AS target,
       (SELECT attname FROM pg_attribute WHERE attrelid = f.confrelid AND attnum = f.confkey[1]) AS "targetColumn",
       coalesce((SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k
         WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]), '') AS checks
     FROM pg_attribute a
     LEFT JOIN pg_constraint f ON f.conrelid = a.attrelid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
       AND ((a.attnotnull AND NOT a.atthasdef) OR $1 || '.' || a.attname = ANY ($2::text[]))
     ORDER BY a.attnum`,
    [table, WANTED_BY_ROW_CHECK],
  );
}

const VALUES: Readonly<Record<string, unknown>> = {
  text: 'x',
  citext: 'x@example.test',
  uuid: '5b6f5f0e-7a52-4d8a-9c3f-0b3f3d3a1c11',
  bigint: 1,
  integer: 1,
  numeric: 1,
  boolean: true,
  bytea: Buffer.from('x'),
  json: '{}',
  jsonb: '{}',
  'text[]': [],
  'timestamp with time zone': new Date('2026-01-02T03:04:05Z'),
};

/** Texts whose CHECK is a pattern. */
const PATTERNED: Readonly<Record<string, string>> = {
  'tenants.slug': 'acme',
  'tenants.database_name': `t_${'0'.repeat(32)}`,
  'tenants.database_role': `t_${'0'.repeat(32)}`,
};

/** Puts one row into every table that has none, whatever the tables are. */
export async function fillEveryTable(db: Database): Promise<void> {
  let tables = await emptyTables(db);
  while (tables.length > 0) {
    const left: string[] = [];
    for (const table of tables) if (!(await fillTable(db, table, tables))) left.push(table);
    if (left.length === tables.length)
      throw new Error(`These tables wait for each other: ${left.join(', ')}`);
    tables = left;
  }
}

async function emptyTables(db: Database): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const empty: string[] = [];
  for (const { name } of rows)
    if ((await db.query(`SELECT 1 FROM ${name} LIMIT 1`)).length === 0) empty.push(name);
  return empty;
}

/** False when a table that this one points to is empty still. */
async function fillTable(db: Database, table: string, empty: readonly string[]): Promise<boolean> {
  const columns = await requiredColumns(db, table);
  if (columns.some(({ target }) => target !== null && target !== table && empty.includes(target))) {
    const targets = columns.flatMap(({ target }) => (target === null ? [] : [target]));
    for (const target of targets)
      if ((await db.query(`SELECT 1 FROM ${target} LIMIT 1`)).length === 0) return false;
  }
  const values: unknown[] = [];
  for (const { name, type, target, targetColumn, checks } of columns) {
    if (target !== null) {
      const [row] = await db.query<{ value: unknown }>(
        `SELECT ${targetColumn} AS value FROM ${target} ORDER BY 1 LIMIT 1`,
      );
      values.push(row?.value);
    } else {
      const listed = /'([^']*)'::text/.exec(checks)?.[1];
      values.push(PATTERNED[`${table}.${name}`] ?? (checks.includes('ARRAY[') ? listed : VALUES[type]));
    }
  }
  if (columns.length === 0) await db.query(`INSERT INTO ${table} DEFAULT VALUES`);
  else
    await db.query(
      `INSERT INTO ${table} (${columns.map(column => column.name).join(', ')})
       VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
      values,
    );
  return true;
}

/** All rows of all tables but the ledger, by table. */
export async function readEveryTable(db: Database): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'`,
  );
  const content: Record<string, Record<string, unknown>[]> = {};
  for (const { name } of tables) {
    const rows = await db.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY t::text`,
    );
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}
