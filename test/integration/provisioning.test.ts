import { expect } from 'chai';
import { Session, sqlState } from '../../src/db/session.ts';
import { Conflict, ValidationError } from '../../src/kit/errors.ts';
import { findTenantBySlug, requireTenant } from '../../src/landlord/tenant-store.ts';
import { clusterNames } from '../../src/tenancy/cluster.ts';
import { deleteTenant, type TenantRequest } from '../../src/tenancy/provisioning.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  asTenant,
  expectReady,
  leftOvers,
  openTenant,
  provision,
  provisioningContext,
} from '../support/provisioned.ts';
import { tenantRequest } from '../support/tenants.ts';
import { asSuperuser } from '../support/test-postgres.ts';

describe('provisioning, as a role that may only create databases and roles', function () {
  this.timeout(60_000);
  let test: TestLandlord;
  let number = 0;

  before(async () => {
    test = await createLandlord({ asPlainRole: true });
  });
  after(async () => {
    await test?.close();
  });
  afterEach(async () => {
    expect(await leftOvers(test)).to.deep.equal({ databases: [], roles: [] });
  });

  const nextSlug = () => `tenant-${++number}`;
  const create = (slug = nextSlug(), changes: Partial<TenantRequest> = {}, landlord = test) =>
    provision(landlord, slug, changes);

  describe('what a tenant gets', () => {
    let acme: Tenant;
    let globex: Tenant;
    before(async () => {
      const startedAt = Date.now();
      acme = await create('acme');
      const firstMs = Date.now() - startedAt;
      globex = await create('globex');
      console.log(`      (first tenant ${firstMs} ms, second ${Date.now() - startedAt - firstMs} ms)`);
    });

    it('is a database ready to use, with its own role', async () => {
      for (const tenant of [acme, globex]) await expectReady(tenant);
      expect(acme.target.database).to.not.equal(globex.target.database);
      expect(acme.target.user).to.equal(acme.target.database);
      expect(acme.target.password).to.not.equal(globex.target.password);
    });

    it('opens no other database of ours', async () => {
      const { templateDatabase } = clusterNames(test.target.database, tenantMigrations);
      for (const [database, state] of [
        [globex.target.database, '42501'],
        [test.target.database, '42501'],
        [templateDatabase, '55000'],
      ] as const)
        expect(sqlState(await failureOf(asTenant(acme, async () => 'open', database))), database).to.equal(
          state,
        );
    });

    it('may look into the databases that Postgres itself leaves open, and make nothing there', async () => {
      for (const database of ['postgres', 'template1']) {
        const failure = await failureOf(
          asTenant(acme, session => session.query('CREATE TABLE public.mine (id integer)'), database),
        );
        expect(sqlState(failure), database).to.equal('42501');
      }
    });

    for (const [what, statement] of [
      ['create a table', 'CREATE TABLE mine (id integer)'],
      ['create a temporary table', 'CREATE TEMPORARY TABLE mine (id integer)'],
      ['create a schema', 'CREATE SCHEMA mine'],
      ['change a table', 'ALTER TABLE users ADD COLUMN mine integer'],
      ['empty a table without a trace', 'TRUNCATE users CASCADE'],
      ['create a database', 'CREATE DATABASE mine'],
      ['create a role', 'CREATE ROLE mine'],
      ['read the passwords', 'SELECT * FROM pg_authid'],
      ['read a file', "SELECT pg_read_file('/etc/hostname')"],
      ['run a program', "COPY users FROM PROGRAM 'true'"],
    ] as const)
      it(`may not ${what}`, async () => {
        const failure = await failureOf(asTenant(acme, session => session.query(statement)));
        expect(sqlState(failure)).to.equal('42501');
      });

    it('may not act as another tenant or see what it asks', async () => {
      expect(
        sqlState(await failureOf(asTenant(acme, session => session.query(`SET ROLE ${globex.target.user}`)))),
      ).to.equal('42501');
      await asTenant(globex, async () => {
        const [row] = await asTenant(acme, session =>
          session.query<{ query: string | null }>('SELECT query FROM pg_stat_activity WHERE usename = $1', [
            globex.target.user,
          ]),
        );
        expect(row?.query ?? '').to.not.match(/select|begin/i);
      });
    });

    it('has limits on statements and forgotten transactions, and reads no table whole that has an index', async () => {
      const rows = await asTenant(acme, session =>
        session.query(
          `SELECT current_setting('statement_timeout') AS statement,
             current_setting('idle_in_transaction_session_timeout') AS idle,
             current_setting('enable_seqscan') AS "readsWhole"`,
        ),
      );
      expect(rows).to.deep.equal([{ statement: '30s', idle: '1min', readsWhole: 'off' }]);
    });

    it('leaves no secret readable in the landlord', async () => {
      const { landlord, masterKey, target } = test;
      const tables = await landlord.db.query<{ name: string }>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
      );
      let dump = '';
      for (const { name } of tables)
        dump += JSON.stringify(await landlord.db.query(`SELECT to_jsonb(t) FROM ${name} t`));
      expect(dump).to.contain(acme.slug);
      for (const secret of [
        acme.target.password,
        globex.target.password,
        target.password,
        masterKey.toString('base64'),
        masterKey.toString('hex'),
      ])
        expect(dump).to.not.contain(secret);
    });

    it('leaves no password in Postgres either', async () => {
      const rows = await asSuperuser(session =>
        session.query<{ password: string }>(
          'SELECT rolpassword AS password FROM pg_authid WHERE rolname = $1',
          [acme.target.user],
        ),
      );
      expect(rows[0]?.password).to.match(/^SCRAM-SHA-256\$/);
      const wrong = { ...acme, target: { ...acme.target, password: globex.target.password } };
      expect(sqlState(await failureOf(asTenant(wrong, async () => 'open')))).to.equal('28P01');
    });

    it('is told in the operations and in the audit log', async () => {
      const operations = await test.landlord.db.query(
        'SELECT slug, kind, state, step, error FROM tenant_operations WHERE tenant_id = $1',
        [acme.id],
      );
      expect(operations).to.deep.equal([
        { slug: 'acme', kind: 'create', state: 'done', step: 'activate', error: null },
      ]);
      const audit = await test.landlord.db.query('SELECT action FROM audit_log WHERE tenant_id = $1', [
        acme.id,
      ]);
      expect(audit).to.deep.equal([{ action: 'tenant.create' }]);
    });
  });

  describe('what is refused', () => {
    for (const slug of [
      '',
      'ab',
      'Acme',
      '1acme',
      '-acme',
      'acme-',
      'ac_me',
      'ac me',
      'äcme',
      'acme;',
      'a'.repeat(41),
    ])
      it(`the slug "${slug}"`, async () => {
        expect(await failureOf(create(slug))).to.be.instanceOf(ValidationError);
        expect(await findTenantBySlug(test.landlord.db, slug)).to.equal(undefined);
      });

    it('a time zone that is none', async () => {
      expect(await failureOf(create(nextSlug(), { timezone: 'Mars/Olympus' }))).to.be.instanceOf(
        ValidationError,
      );
    });

    it('a slug in use, whose tenant stays as it is', async () => {
      const slug = nextSlug();
      const first = await create(slug);
      const failure = await failureOf(create(slug, { name: 'Impostor' }));
      expect(failure).to.be.instanceOf(Conflict);
      expect((failure as Conflict).message).to.contain(slug);
      const now = await openTenant(test, slug);
      expect(now.target).to.deep.equal(first.target);
      expect(now.name).to.equal(first.name);
      await expectReady(now);
    });

    it('nothing else: the shortest and the longest slug are fine', async () => {
      for (const slug of ['abc', `a${'-1'.repeat(19)}z`]) await expectReady(await create(slug));
    });
  });

  it('completes a tenant whose content failed, when it is asked again', async () => {
    const slug = nextSlug();
    const failure = await failureOf(
      create(slug, {
        fill: async session => {
          await tenantRequest(slug).fill(session);
          throw new Error('the content failed');
        },
      }),
    );
    expect((failure as Error).message).to.equal('the content failed');
    expect(await requireTenant(test.landlord.db, slug)).to.include({ status: 'provisioning' });
    await expectReady(await create(slug));
    const operations = await test.landlord.db.query(
      'SELECT state, step, error FROM tenant_operations WHERE slug = $1 ORDER BY created_at',
      [slug],
    );
    expect(operations).to.deep.equal([
      { state: 'failed', step: 'content', error: 'the content failed' },
      { state: 'done', step: 'activate', error: null },
    ]);
  });

  it('creates two tenants at once, also when both need the template', async () => {
    const fresh = await createLandlord({ asPlainRole: true });
    try {
      const [first, second] = await Promise.all([create('first', {}, fresh), create('second', {}, fresh)]);
      await expectReady(first);
      await expectReady(second);
      expect(await leftOvers(fresh)).to.deep.equal({ databases: [], roles: [] });
    } finally {
      await fresh.close();
    }
  });

  it('creates one tenant when two ask for the same slug at once', async () => {
    const slug = nextSlug();
    const outcomes = await Promise.allSettled([create(slug), create(slug)]);
    expect(outcomes.some(outcome => outcome.status === 'fulfilled')).to.equal(true);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(Conflict);
    await expectReady(await openTenant(test, slug));
  });

  it('deletes a tenant that is being used, and frees its slug', async () => {
    const slug = nextSlug();
    const tenant = await create(slug);
    const inUse = await Session.connect(tenant.target, 'test');
    await inUse.query('BEGIN');
    await inUse.query('SELECT 1 FROM users');
    const removed: string[] = [];
    await deleteTenant(
      provisioningContext(test),
      await requireTenant(test.landlord.db, slug),
      async id => void removed.push(id),
    );
    expect(removed).to.deep.equal([tenant.id]);
    expect(await failureOf(inUse.query('SELECT 1'))).to.be.instanceOf(Error);
    expect(await findTenantBySlug(test.landlord.db, slug)).to.equal(undefined);
    expect(sqlState(await failureOf(Session.connect(tenant.target, 'test')))).to.be.oneOf(['28P01', '28000']);
    const again = await create(slug);
    expect(again.id).to.not.equal(tenant.id);
    await expectReady(again);
  });
});
