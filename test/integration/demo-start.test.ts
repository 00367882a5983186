import { expect } from 'chai';
import { createTenant } from '../../src/app/create-tenant.ts';
import { prepareDemo } from '../../src/app/demo/index.ts';
import { startServer } from '../../src/app/start-server.ts';
import { loadConfig } from '../../src/config/config.ts';
import { schemaVersion } from '../../src/db/migrator.ts';
import { requireTenant } from '../../src/landlord/tenant-store.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { variablesOf } from '../support/product.ts';
import { asTenant, openTenant } from '../support/provisioned.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../support/temporary-data-dir.ts';

/** One demo that is started again and again; each test leaves it as it was. */
describe('a start with the demo', function () {
  this.timeout(90_000);
  let landlord: TestLandlord;
  let folder: TemporaryDataDir;
  let firstSaid: string;

  before(async () => {
    landlord = await createLandlord();
    folder = await makeTemporaryDataDir();
    firstSaid = await startAndEnd();
  });
  after(async () => {
    await landlord?.close();
    await folder?.remove();
  });

  /** What the start has said, once it has served; everything is closed again. */
  async function startAndEnd(): Promise<string> {
    const said: string[] = [];
    const server = await startServer(
      loadConfig(variablesOf(landlord, { DATA_DIR: folder.path })),
      'web',
      {
        startWorkers: async () => ({ close: async () => undefined }),
        prepare: context => prepareDemo(context, line => said.push(line)),
      },
      silentLogger,
    );
    try {
      expect((await fetch(`${server.url}/readyz`)).status, 'ready').to.equal(200);
    } finally {
      await server.close();
    }
    return said.join('\n');
  }
  const ofDemo = async <Row>(text: string) =>
    asTenant(await openTenant(landlord, 'demo'), session => session.query<Row>(text));
  const conversations = async () =>
    (await ofDemo<{ amount: number }>('SELECT count(*)::int AS amount FROM conversations'))[0]?.amount;
  const changeTenant = (change: string) =>
    landlord.landlord.db.query(`UPDATE tenants SET ${change} WHERE slug = 'demo'`);
  const login = /^Demo login: admin@lumen-oak\.example \/ \S+ \(tenant demo\)$/m;

  it('makes it once, and tells the same login again', async () => {
    expect(firstSaid).to.match(login);
    expect(await startAndEnd()).to.equal(login.exec(firstSaid)?.[0]);
    expect(await conversations()).to.equal(200);
  });

  it('serves without it when its channel was removed', async () => {
    await ofDemo("UPDATE channels SET removed_at = now() WHERE external_account_id = '100000000000001'");
    expect(await startAndEnd())
      .to.match(/^Started without the demo: its WhatsApp channel was removed\..*tenant delete demo/)
      .and.not.to.include('DATA_DIR');
    await ofDemo("UPDATE channels SET removed_at = NULL WHERE external_account_id = '100000000000001'");
  });

  it('serves without it when it is suspended', async () => {
    await changeTenant("status = 'suspended'");
    expect(await startAndEnd()).to.equal(
      'Started without the demo: its tenant is suspended. See: concierge tenant show demo',
    );
    await changeTenant("status = 'active'");
  });

  it('brings its schema up, and no other', async () => {
    const { landlord: opened, masterKeys } = landlord;
    await createTenant(opened, masterKeys, { slug: 'acme', name: 'Acme', adminEmail: 'ada@acme.example' });
    await opened.db.query("UPDATE tenants SET schema_version = 'an-older-one'");
    expect(await startAndEnd()).to.match(login);
    expect((await requireTenant(opened.db, 'demo')).schemaVersion).to.equal(schemaVersion(tenantMigrations));
    expect((await requireTenant(opened.db, 'acme')).schemaVersion).to.equal('an-older-one');
  });

  it('notes a sample that was committed by a start which was killed then', async () => {
    await changeTenant("settings = '{}'");
    expect(await startAndEnd()).to.include(login.exec(firstSaid)?.[0]);
    expect(await conversations()).to.equal(200);
    expect((await requireTenant(landlord.landlord.db, 'demo')).settings).to.include({ hasSample: true });
  });

  it("leaves an operator's own tenant of that name alone", async () => {
    await changeTenant("contact_email = 'ops@demo.example', settings = '{}'");
    expect(await startAndEnd()).to.match(/^Started without the demo: the tenant "demo" was not made by/);
    expect((await requireTenant(landlord.landlord.db, 'demo')).settings).to.deep.equal({});
  });
});
