import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { landlordMigrations } from '../../landlord-migrations/index.ts';
import type { Migration } from '../../src/db/migration.ts';
import { appliedMigrations, migrateDown, migrateUp, schemaVersion } from '../../src/db/migrator.ts';
import type { Session } from '../../src/db/session.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { describeSchema, fillEveryTable, readEveryTable } from '../support/schema.ts';
import { asSuperuser } from '../support/test-postgres.ts';

const PLANES: readonly [name: string, folder: string, migrations: readonly Migration[]][] = [
  ['landlord', '../../landlord-migrations/', landlordMigrations],
  ['tenant', '../../tenant-migrations/', tenantMigrations],
];
/** Columns that are named like an enumeration but hold an open list, or a copy of a checked column. */
const OPEN_LISTS = [
  'channel_routes.platform',
  'conversation_counts.status',
  'conversations.kind',
  'conversations.platform',
  'customer_identities.kind',
  'message_attachments.mime_type',
  'message_status_updates.status',
  'notifications.kind',
  'outbox_events.type',
  'tenant_operations.kind',
];

/** Runs `work` in a database of its own. */
async function inEmptyDatabase<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const name = `migrations_test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(session =>
    session.query(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`),
  );
  try {
    return await asSuperuser(work, name);
  } finally {
    await asSuperuser(session => session.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** That each row of `before` is in `after`; columns may have come or gone meanwhile. */
function expectKept(
  before: Record<string, Record<string, unknown>[]>,
  after: Record<string, Record<string, unknown>[]>,
): void {
  for (const [table, rows] of Object.entries(before)) {
    const kept = after[table];
    if (kept === undefined) throw new Error(`The table ${table} is gone.`);
    expect(kept.length, table).to.be.at.least(rows.length);
    for (const row of rows) {
      const common = Object.entries(row).filter(([column]) => kept.every(other => column in other));
      expect(
        kept.some(other =>
          common.every(([column, value]) => JSON.stringify(other[column]) === JSON.stringify(value)),
        ),
        `${table}: ${JSON.stringify(row)}`,
      ).to.equal(true);
    }
  }
}

for (const [plane, folder, migrations] of PLANES)
  describe(`the ${plane} migrations`, function () {
    this.timeout(60_000);
    const inMigratedDatabase = <T>(work: (session: Session) => Promise<T>) =>
      inEmptyDatabase(async session => {
        await migrateUp(session, migrations);
        return work(session);
      });

    it('are the files of their folder, in the order of their names', () => {
      const files = readdirSync(fileURLToPath(new URL(folder, import.meta.url)))
        .filter(name => name !== 'index.ts')
        .map(name => name.replace(/\.ts$/, ''));
      expect(migrations.map(migration => migration.name)).to.deep.equal(files.sort());
      expect(schemaVersion(migrations)).to.equal(files.at(-1));
    });

    it('go up, down without a trace, and up to the same again', async () => {
      await inEmptyDatabase(async session => {
        const names = migrations.map(migration => migration.name);
        expect(await migrateUp(session, migrations)).to.deep.equal(names);
        expect(await migrateUp(session, migrations)).to.deep.equal([]);
        const first = await describeSchema(session);
        expect(await migrateDown(session, migrations)).to.deep.equal([...names].reverse());
        const left = (await describeSchema(session)).filter(line => !line.includes('schema_migrations'));
        expect(left).to.deep.equal([]);
        await migrateUp(session, migrations);
        expect(await describeSchema(session)).to.deep.equal(first);
      });
    });

    it('go down with rows in every table', async () => {
      await inMigratedDatabase(async session => {
        await fillEveryTable(session);
        await migrateDown(session, migrations);
        expect(await appliedMigrations(session)).to.deep.equal([]);
      });
    });

    for (const [index, { name }] of migrations.entries())
      it(`keep the rows that there were at ${name}, up and down again`, async () => {
        await inEmptyDatabase(async session => {
          await migrateUp(session, migrations.slice(0, index + 1));
          const schema = await describeSchema(session);
          await fillEveryTable(session);
          const before = await readEveryTable(session);
          for (const [table, rows] of Object.entries(before)) expect(rows, table).to.not.be.empty;
          await migrateUp(session, migrations);
          expectKept(before, await readEveryTable(session));
          await fillEveryTable(session);
          await migrateDown(session, migrations, name);
          expectKept(before, await readEveryTable(session));
          expect(await describeSchema(session)).to.deep.equal(schema);
        });
      });

    it('leave nothing of a step that fails, and go on from there', async () => {
      await inEmptyDatabase(async session => {
        const broken: Migration = {
          name: '29990101-01-broken',
          up: 'CREATE TABLE half (id bigint PRIMARY KEY); SELECT 1 / 0',
          down: 'DROP TABLE half',
        };
        expect(await failureOf(migrateUp(session, [...migrations, broken]))).to.be.instanceOf(Error);
        expect(await appliedMigrations(session)).to.deep.equal(migrations.map(migration => migration.name));
        expect(await session.query(`SELECT to_regclass('half') AS half`)).to.deep.equal([{ half: null }]);
        const mended = { ...broken, up: 'CREATE TABLE half (id bigint PRIMARY KEY)' };
        expect(await migrateUp(session, [...migrations, mended])).to.deep.equal([broken.name]);
      });
    });

    it('give every table a primary key', async () => {
      const rows = await inMigratedDatabase(session =>
        session.query(
          `SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
             AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p')`,
        ),
      );
      expect(rows).to.deep.equal([]);
    });

    it('give every foreign key an index that begins with its columns', async () => {
      const rows = await inMigratedDatabase(session =>
        session.query(
          `SELECT f.conrelid::regclass::text AS "table", f.conname AS key FROM pg_constraint f
           WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace AND NOT EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisvalid
               AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(f.conkey)] @> f.conkey
               AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = (
                 SELECT format('(%I IS NOT NULL)', attname) FROM pg_attribute
                 WHERE attrelid = f.conrelid AND attnum = f.conkey[1])))`,
        ),
      );
      expect(rows).to.deep.equal([]);
    });

    it('check every enumeration', async () => {
      const rows = await inMigratedDatabase(session =>
        session.query<{ column: string }>(
          `SELECT c.relname || '.' || a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
             AND a.atttypid = 'text'::regtype
             AND a.attname ~ '(^|_)(status|state|kind|type|direction|priority|health|severity|side|platform)$'
             AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
               AND k.conkey = ARRAY[a.attnum] AND pg_get_constraintdef(k.oid) ~ 'ARRAY\\[')
           ORDER BY 1`,
        ),
      );
      expect(rows.map(row => row.column).filter(column => !OPEN_LISTS.includes(column))).to.deep.equal([]);
    });

    it('keep every time with its zone', async () => {
      const rows = await inMigratedDatabase(session =>
        session.query(
          `SELECT table_name, column_name FROM information_schema.columns
           WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'`,
        ),
      );
      expect(rows).to.deep.equal([]);
    });

    // Finer ones would put lines in an order that nobody who reads them in milliseconds can see.
    if (plane === 'tenant')
      it('keep every time in milliseconds, as it travels', async () => {
        const rows = await inMigratedDatabase(session =>
          session.query(
            `SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type LIKE 'timestamp%' AND datetime_precision <> 3
               AND table_name <> 'schema_migrations'`,
          ),
        );
        expect(rows).to.deep.equal([]);
      });
  });
