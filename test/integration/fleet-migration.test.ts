import { expect } from 'chai';
import type { Migration } from '../../src/db/migration.ts';
import { schemaVersion } from '../../src/db/migrator.ts';
import { requireTenant, updateTenant } from '../../src/landlord/tenant-store.ts';
import { clusterNames } from '../../src/tenancy/cluster.ts';
import { type FleetMigrationOptions, migrateFleet } from '../../src/tenancy/fleet-migration.ts';
import { provisionTenant } from '../../src/tenancy/provisioning.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { asTenant, openTenant, provision } from '../support/provisioned.ts';
import { tenantRequest } from '../support/tenants.ts';
import { asSuperuser } from '../support/test-postgres.ts';

const FLEET = 20;
const now = schemaVersion(tenantMigrations);
const slugs = Array.from({ length: FLEET }, (_, index) => `tenant-${String(index).padStart(2, '0')}`);
const createGadgets: Migration = {
  name: '29990101-01-create-gadgets',
  up: 'CREATE TABLE gadgets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)',
  down: 'DROP TABLE gadgets',
};
const createWidgets: Migration = {
  name: '29990101-02-create-widgets',
  up: 'CREATE TABLE widgets (id bigint PRIMARY KEY)',
  down: 'DROP TABLE widgets',
};
const createSprockets: Migration = {
  name: '29990101-03-create-sprockets',
  up: 'CREATE TABLE sprockets (id bigint PRIMARY KEY)',
  down: 'DROP TABLE sprockets',
};
const next = [...tenantMigrations, createGadgets, createWidgets];
const afterNext = [...next, createSprockets];

describe('the migration of a fleet', function () {
  this.timeout(60_000);
  let test: TestLandlord;

  before(async () => {
    test = await createLandlord({ asPlainRole: true });
    for (const slug of slugs) await provision(test, slug);
  });
  after(async () => {
    await test?.close();
  });

  async function migrate(migrations: readonly Migration[], changes: Partial<FleetMigrationOptions> = {}) {
    const lines: string[] = [];
    const report = await migrateFleet({
      landlord: test.landlord,
      masterKeys: test.masterKeys,
      migrations,
      canary: 1,
      concurrency: 4,
      onProgress: line => lines.push(line),
      ...changes,
    });
    return { report: { ...report, done: report.done.sort(), failed: sortedBySlug(report.failed) }, lines };
  }
  const sortedBySlug = <T extends { slug: string }>(list: readonly T[]) =>
    [...list].sort((a, b) => (a.slug < b.slug ? -1 : 1));
  const without = (...gone: string[]) => slugs.filter(slug => !gone.includes(slug));
  /** Something that a person made by hand and that the next release runs into; or its removal. */
  async function byHand(slug: string, statement: string): Promise<void> {
    const { databaseName } = await requireTenant(test.landlord.db, slug);
    await asSuperuser(session => session.query(statement), databaseName);
  }
  async function versions(): Promise<Record<string, string[]>> {
    const rows = await test.landlord.db.query<{ slug: string; version: string; state: string }>(
      'SELECT slug, schema_version AS version, migration_state AS state FROM tenants ORDER BY slug',
    );
    const grouped: Record<string, string[]> = {};
    for (const row of rows) {
      const key = `${row.version} ${row.state}`;
      grouped[key] = [...(grouped[key] ?? []), row.slug];
    }
    return grouped;
  }
  async function tablesOf(slug: string): Promise<string[]> {
    const { databaseName } = await requireTenant(test.landlord.db, slug);
    const rows = await asSuperuser(
      session =>
        session.query<{ name: string }>(
          `SELECT tablename AS name FROM pg_tables WHERE tablename IN ('gadgets', 'widgets', 'sprockets') ORDER BY 1`,
        ),
      databaseName,
    );
    return rows.map(row => row.name);
  }

  it('does nothing where there is nothing to do', async () => {
    const { report, lines } = await migrate(tenantMigrations);
    expect(report).to.deep.equal({ done: [], unchanged: slugs, failed: [], skipped: [] });
    expect(lines).to.deep.equal([]);
  });

  it('touches nobody else when the first one fails', async () => {
    await byHand('tenant-00', 'CREATE TABLE gadgets (id text)');
    const { report } = await migrate(next);
    expect(report.failed.map(failure => failure.slug)).to.deep.equal(['tenant-00']);
    expect(report).to.deep.include({ done: [], unchanged: [], skipped: without('tenant-00') });
    expect(await versions()).to.deep.equal({
      [`${now} failed`]: ['tenant-00'],
      [`${now} idle`]: without('tenant-00'),
    });
    for (const slug of ['tenant-01', 'tenant-19']) expect(await tablesOf(slug)).to.deep.equal([]);
    await byHand('tenant-00', 'DROP TABLE gadgets');
  });

  it('migrates only those that are named', async () => {
    const { report } = await migrate(next, { only: ['tenant-00', 'tenant-03'], canary: 0 });
    expect(report).to.deep.equal({
      done: ['tenant-00', 'tenant-03'],
      unchanged: [],
      failed: [],
      skipped: [],
    });
    expect(await tablesOf('tenant-03')).to.deep.equal(['gadgets', 'widgets']);
    expect(await tablesOf('tenant-01')).to.deep.equal([]);
  });

  it('names the broken ones with their reason and does the rest', async () => {
    await byHand('tenant-07', 'CREATE TABLE gadgets (id text)');
    await byHand('tenant-13', 'CREATE TABLE widgets (id text)');
    const { report, lines } = await migrate(next);
    const done = without('tenant-00', 'tenant-03', 'tenant-07', 'tenant-13');
    expect(report).to.deep.equal({
      done,
      unchanged: ['tenant-00', 'tenant-03'],
      failed: [
        { slug: 'tenant-07', error: 'relation "gadgets" already exists' },
        { slug: 'tenant-13', error: 'relation "widgets" already exists' },
      ],
      skipped: [],
    });
    expect(lines).to.have.length(done.length + 2);
    expect(await versions()).to.deep.equal({
      [`${schemaVersion(next)} idle`]: without('tenant-07', 'tenant-13'),
      [`${now} failed`]: ['tenant-07', 'tenant-13'],
    });
    const broken = await requireTenant(test.landlord.db, 'tenant-13');
    expect(broken.migrationError).to.equal('relation "widgets" already exists');
    // Each step is all or nothing, and what came before the failed one stays.
    expect(await tablesOf('tenant-13')).to.deep.equal(['gadgets', 'widgets']);
  });

  it('lets the tenant roles use what a migration made', async () => {
    const tenant = await openTenant(test, 'tenant-05');
    const rows = await asTenant(tenant, session =>
      session.query(`INSERT INTO gadgets (name) VALUES ('a gadget') RETURNING id`),
    );
    expect(rows).to.deep.equal([{ id: 1 }]);
  });

  it('does only the broken ones in the next run, and only their missing steps after the repair', async () => {
    const again = await migrate(next, { canary: 0 });
    expect(again.report.failed.map(failure => failure.slug)).to.deep.equal(['tenant-07', 'tenant-13']);
    expect(again.report).to.deep.include({ done: [], unchanged: without('tenant-07', 'tenant-13') });
    await byHand('tenant-07', 'DROP TABLE gadgets');
    await byHand('tenant-13', `DROP TABLE widgets; INSERT INTO gadgets (name) VALUES ('kept')`);
    const repaired = await migrate(next);
    expect(repaired.report).to.deep.equal({
      done: ['tenant-07', 'tenant-13'],
      unchanged: without('tenant-07', 'tenant-13'),
      failed: [],
      skipped: [],
    });
    expect(await versions()).to.deep.equal({ [`${schemaVersion(next)} idle`]: slugs });
    const kept = await asTenant(await openTenant(test, 'tenant-13'), session =>
      session.query('SELECT name FROM gadgets'),
    );
    expect(kept).to.deep.equal([{ name: 'kept' }]);
  });

  it('takes up what a killed run left as running', async () => {
    const { id } = await requireTenant(test.landlord.db, 'tenant-02');
    await updateTenant(test.landlord.db, id, { migration_state: 'running' });
    const { report } = await migrate(next);
    expect(report).to.deep.include({ done: ['tenant-02'], unchanged: without('tenant-02'), failed: [] });
  });

  it('leaves alone who is being created or deleted, and names a database that cannot be reached', async () => {
    const unfinished = await requireTenant(test.landlord.db, 'tenant-04');
    const gone = await requireTenant(test.landlord.db, 'tenant-06');
    const allow = (isAllowed: boolean) =>
      asSuperuser(session =>
        session.query(`ALTER DATABASE ${gone.databaseName} WITH ALLOW_CONNECTIONS ${isAllowed}`),
      );
    await updateTenant(test.landlord.db, unfinished.id, { status: 'deleting' });
    await allow(false);
    try {
      const only = ['tenant-04', 'tenant-06', 'tenant-08'];
      const { report } = await migrate(afterNext, { only, canary: 0 });
      expect(report.failed.map(failure => failure.slug)).to.deep.equal(['tenant-06']);
      expect(report).to.deep.include({ done: ['tenant-08'], unchanged: [], skipped: [] });
      expect(await tablesOf('tenant-04')).to.deep.equal(['gadgets', 'widgets']);
    } finally {
      await allow(true);
      await updateTenant(test.landlord.db, unfinished.id, { status: 'active' });
    }
  });

  it('may run twice at once', async () => {
    const [first, second] = await Promise.all([migrate(afterNext), migrate(afterNext)]);
    expect([...first.report.failed, ...second.report.failed]).to.deep.equal([]);
    expect(await versions()).to.deep.equal({ [`${schemaVersion(afterNext)} idle`]: slugs });
  });

  it('gives new tenants the new schema, from one template', async () => {
    const record = await provisionTenant(
      { landlord: test.landlord, masterKeys: test.masterKeys, migrations: afterNext },
      tenantRequest('newcomer'),
    );
    expect(record.schemaVersion).to.equal(schemaVersion(afterNext));
    expect(await tablesOf('newcomer')).to.deep.equal(['gadgets', 'sprockets', 'widgets']);
    const { templateDatabase, templatePrefix } = clusterNames(test.target.database, afterNext);
    const templates = await asSuperuser(session =>
      session.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [templatePrefix]),
    );
    expect(templates).to.deep.equal([{ datname: templateDatabase }]);
  });
});
