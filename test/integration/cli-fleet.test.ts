import { expect } from 'chai';
import { schemaVersion } from '../../src/db/migrator.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { callApi, refusalOf, runCli, type Variables } from '../support/cli.ts';
import { type Check, type CliRig, startCliRig } from '../support/cli-rig.ts';
import { openTenant } from '../support/provisioned.ts';
import { asSuperuser } from '../support/test-postgres.ts';
import { until } from '../support/until.ts';

const VERSION = schemaVersion(tenantMigrations);

describe('commands for the fleet', function () {
  this.timeout(90_000);
  let rig: CliRig;

  before(async () => {
    rig = await startCliRig();
  });
  after(() => rig?.close());

  it('create prints what is shown once, and it works', async () => {
    expect(Object.keys(rig.acme)).to.deep.equal(['tenant', 'admin', 'apiKey']);
    expect(rig.acme.tenant).to.deep.include({ slug: 'acme', schemaVersion: VERSION });
    expect(rig.acme.tenant.databaseName).to.equal(`t_${rig.acme.tenant.id.replaceAll('-', '')}`);
    expect(rig.acme.admin.email).to.equal('ada@acme.example');
    expect((await rig.login(rig.acme.admin.email, rig.acme.admin.password)).status).to.equal(200);
    expect((await callApi(rig.url, 'GET', '/api/v1/users', { token: rig.acme.apiKey })).status).to.equal(200);
  });

  it('create names the flag that is wrong', async () => {
    const create = (slug: string, ...others: string[]) =>
      rig.refusal('tenant', 'create', slug, '--name', 'N', ...others);
    const lines = await Promise.all([
      create('acme', '--admin-email', 'ada@acme.example'),
      create('No', '--admin-email', 'ada@acme.example'),
      create('fine', '--admin-email', 'nobody'),
      create('fine', '--admin-email', 'a@b.example', '--admin-password', 'short'),
      create('fine', '--admin-email', 'a@b.example', '--timezone', 'Mars/Base'),
      create('fine', '--admin-email', 'a@b.example', '--server', 'moon'),
      create('fine'),
    ]);
    const parts = [
      'concierge tenant show acme',
      '"No" is no slug',
      '--admin-email "nobody"',
      '--admin-password: A password needs at least 10 characters',
      '--timezone "Mars/Base"',
      'no database server "moon"',
      "'--admin-email <email>' not specified",
    ];
    for (const [index, part] of parts.entries()) expect(lines[index]).to.include(part);
    expect(lines.join()).not.to.include('short"');
  });

  it('list and show tell size, schema, connections and health', async () => {
    const [list, table, shown, unknown] = await Promise.all([
      rig.json<{ tenants: Record<string, unknown>[] }>('tenant', 'list'),
      rig.run('tenant', 'list'),
      rig.json<{ tenant: Record<string, unknown> }>('tenant', 'show', 'acme'),
      rig.refusal('tenant', 'show', 'nobody'),
    ]);
    const listed = list.tenants.find(tenant => tenant.slug === 'acme');
    expect(listed).to.include({ name: 'Acme & Sons', status: 'active', schemaVersion: VERSION });
    expect(listed?.sizeBytes).to.be.greaterThan(1_000_000);
    expect(listed?.connections).to.be.a('number');
    const [heading = '', row = ''] = table.stdout.split('\n');
    expect(heading).to.match(/^SLUG +NAME +STATUS +SCHEMA +SIZE +CONNECTIONS$/);
    expect(row).to.match(/^acme +Acme & Sons +active +\S+ +\d[\d.]* MB +\d+$/);
    expect(shown.tenant).to.deep.include({ slug: 'acme', isSchemaCurrent: true });
    expect(shown.tenant.health).to.deep.include({
      isReachable: true,
      pendingDeliveries: 0,
      parkedDeliveries: 0,
      parkedFacts: 0,
      unsentMessages: 0,
      channelsInNeed: [],
    });
    expect(unknown).to.include('concierge tenant list');
  });

  it('suspend and resume reach the running product at once, and are audited', async () => {
    expect((await rig.login(rig.acme.admin.email, rig.acme.admin.password)).status).to.equal(200);
    const changed = await rig.json<{ tenant: unknown; changed: boolean }>('tenant', 'suspend', 'acme');
    expect(changed).to.deep.equal({
      tenant: { id: rig.acme.tenant.id, slug: 'acme', status: 'suspended' },
      changed: true,
    });
    // What is known of a tenant is kept for 15 s; the news come sooner.
    const status = async () => (await rig.login(rig.acme.admin.email, rig.acme.admin.password)).status;
    await until('nobody signs in', async () => (await status()) === 403, 5000);
    expect(await rig.json('tenant', 'suspend', 'acme')).to.deep.include({ changed: false });
    expect(await rig.json('tenant', 'resume', 'acme')).to.deep.include({ changed: true });
    await until('everybody signs in', async () => (await status()) === 200, 5000);
    const audit = await rig.landlord.landlord.db.query(
      `SELECT action FROM audit_log WHERE tenant_id = $1 AND action LIKE 'tenant.%e%' ORDER BY id`,
      [rig.acme.tenant.id],
    );
    expect(audit.map(row => row.action)).to.deep.equal(['tenant.create', 'tenant.suspend', 'tenant.resume']);
  });

  it('migrate brings up what is behind, reports what failed, and does the rest again', async () => {
    for (const slug of ['late', 'shut'])
      await rig.json('tenant', 'create', slug, '--name', slug, '--admin-email', `a@${slug}.example`);
    const { db } = rig.landlord.landlord;
    await db.query(`UPDATE tenants SET schema_version = 'older' WHERE slug IN ('late', 'shut')`);
    const shut = await openTenant(rig.landlord, 'shut');
    const allow = (isAllowed: boolean) =>
      asSuperuser(session =>
        session.query(`ALTER DATABASE "${shut.target.database}" ALLOW_CONNECTIONS ${isAllowed}`),
      );
    await allow(false);
    try {
      expect(await rig.refusal('channel', 'list', 'late')).to.include('tenant migrate --only late');
      const failed = await rig.run('tenant', 'migrate', '--canary', '0', '--json');
      expect(failed.code).to.equal(1);
      const report = JSON.parse(failed.stdout);
      expect(report).to.deep.include({ target: VERSION, done: ['late'], unchanged: ['acme'], skipped: [] });
      expect(report.failed).to.have.length(1);
      expect(report.failed[0].slug).to.equal('shut');
    } finally {
      await allow(true);
    }
    const again = await rig.run('tenant', 'migrate', '--only', 'late,shut');
    expect(again).to.deep.include({ code: 0, stderr: 'shut: done\n' });
    expect(again.stdout).to.include('1 done, 1 had it, 0 failed, 0 not tried');
    expect(await rig.refusal('tenant', 'migrate', '--only', 'late,lost')).to.include('no tenant "lost"');
    expect(await rig.refusal('tenant', 'migrate', '--concurrency', '0')).to.include('--concurrency');
  });

  it('delete wants the slug twice and leaves nothing', async () => {
    const { target } = await openTenant(rig.landlord, 'late');
    const [unconfirmed, wrong] = await Promise.all([
      rig.refusal('tenant', 'delete', 'late'),
      rig.refusal('tenant', 'delete', 'late', '--confirm', 'acme'),
    ]);
    expect(unconfirmed).to.include('--confirm late');
    expect(wrong).to.include('Nothing was deleted');
    expect((await openTenant(rig.landlord, 'late')).status).to.equal('active');
    const deleted = await rig.json<{ deleted: { slug: string } }>(
      'tenant',
      'delete',
      'late',
      '--confirm',
      'late',
    );
    expect(deleted.deleted.slug).to.equal('late');
    const left = await asSuperuser(session =>
      session.query(
        'SELECT datname AS name FROM pg_database WHERE datname = $1 UNION SELECT rolname FROM pg_roles WHERE rolname = $1',
        [target.database],
      ),
    );
    expect(left).to.deep.equal([]);
    expect(await rig.refusal('tenant', 'delete', 'late', '--confirm', 'late')).to.include('no tenant "late"');
  });

  it('doctor finds all in order', async () => {
    const { checks } = await rig.json<{ checks: Check[] }>('doctor');
    expect(checks.filter(check => check.status === 'error')).to.deep.equal([]);
    const names = checks.map(check => check.name);
    expect(names).to.include.members([
      ...[
        'node',
        'settings',
        'data folder',
        'port',
        'redis',
        'postgres',
        'postgres version',
        'postgres rights',
      ],
      ...['postgres connections', 'postgres encoding', 'landlord schema', 'master key', 'spill', 'tenants'],
    ]);
    expect(checks.find(check => check.name === 'port')?.message).to.include('Concierge answers');
    // Databases of others that every login may enter are named.
    const open = checks.find(check => check.name === 'database server default' && check.status === 'warning');
    if (open) expect(open.mend).to.match(/^Run: REVOKE CONNECT ON DATABASE "/);
  });

  it('a wrong place, key, port or folder is told in one line', async () => {
    const at = (changes: Variables) => ({ ...rig.variables, ...changes });
    const closed = `postgres://a:secret-password@127.0.0.1:1/landlord`;
    const lines = await Promise.all([
      refusalOf(['tenant', 'list'], at({ LANDLORD_DATABASE_URL: closed })),
      refusalOf(['tenant', 'list'], at({ MASTER_KEY: Buffer.alloc(32, 7).toString('base64') })),
      refusalOf(['tenant', 'list'], at({ MASTER_KEY: '' })),
      refusalOf(['start'], rig.variables),
      refusalOf(['tenant', 'list'], { DATA_DIR: '/dev/null/data' }),
      rig.refusal('tenant', 'lost'),
      rig.refusal('start', '--role', 'king'),
    ]);
    const parts = [
      'LANDLORD_DATABASE_URL: cannot open a@127.0.0.1:1/landlord',
      'not the master key',
      'MASTER_KEY is required',
      'is in use',
      'Cannot write to the data folder',
      "unknown command 'lost'",
      'all, web, worker',
    ];
    for (const [index, part] of parts.entries()) expect(lines[index]).to.include(part);
    expect(lines.join()).not.to.include('secret-password');
    const told = await runCli(['doctor'], at({ LANDLORD_DATABASE_URL: closed }));
    expect(told.code).to.equal(1);
    expect(told.stdout).to.match(/ERROR {4}postgres: a@127\.0\.0\.1:1\/landlord cannot be opened/);
  });
});
