import { expect } from 'chai';
import { type CreateTenantInput, createTenant, type TenantSecrets } from '../../src/app/create-tenant.ts';
import { findKey } from '../../src/landlord/key-store.ts';
import { requireTenant } from '../../src/landlord/tenant-store.ts';
import { landlordVariables, runCli } from '../support/cli.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { failureOf } from '../support/failure-of.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../support/temporary-data-dir.ts';

describe('what is shown once', function () {
  this.timeout(60_000);
  let test: TestLandlord;
  let folder: TemporaryDataDir;

  before(async () => {
    test = await createLandlord();
    folder = await makeTemporaryDataDir();
  });
  after(async () => {
    await test?.close();
    await folder?.remove();
  });

  it('is told before a tenant can be used, and anew by the run that completes one that ended there', async () => {
    const { landlord, masterKeys } = test;
    const told: TenantSecrets[] = [];
    const input: CreateTenantInput = {
      slug: 'acme',
      name: 'Acme',
      adminEmail: 'ada@acme.example',
      tell: secrets => told.push(secrets),
    };
    const failure = await failureOf(
      createTenant(landlord, masterKeys, {
        ...input,
        onStep: step => {
          if (step === 'activate') throw new Error('killed');
        },
      }),
    );
    expect((failure as Error).message).to.equal('killed');
    expect(told).to.have.length(1);
    expect((await requireTenant(landlord.db, 'acme')).status).to.equal('provisioning');

    const created = await createTenant(landlord, masterKeys, input);
    expect(told).to.have.length(2);
    expect(told[1]).to.deep.include({ admin: created.admin, apiKey: created.apiKey });
    expect((await findKey(landlord.db, created.apiKey))?.tenantId).to.equal(created.tenant.id);
    expect(await findKey(landlord.db, told[0]?.apiKey ?? '')).to.equal(undefined);
    expect((await requireTenant(landlord.db, 'acme')).status).to.equal('active');
  });

  it('is told also when the audit log cannot be written', async () => {
    const variables = { ...landlordVariables(test), DATA_DIR: folder.path };
    await test.landlord.db.query('ALTER TABLE audit_log RENAME TO audit_log_away');
    try {
      for (const [command, secret] of [
        ['tenant create globex --name Globex --admin-email gil@globex.example', /"apiKey": "ck_/],
        ['key create globex --name shop', /"apiKey": "ck_/],
        ['user add globex --email bo@globex.example --name Bo', /"password": "/],
        ['user reset-password globex bo@globex.example', /"password": "/],
      ] as const) {
        const { code, stdout, stderr } = await runCli([...command.split(' '), '--json'], variables);
        expect(code, stderr).to.equal(0);
        expect(stdout).to.match(secret);
        expect(stderr).to.match(/^Done, but the audit log has no line of it \([a-z_.]+\): .*audit_log.*\n$/);
      }
    } finally {
      await test.landlord.db.query('ALTER TABLE audit_log_away RENAME TO audit_log');
    }
  });
});
