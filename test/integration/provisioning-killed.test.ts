import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findTenantBySlug, requireTenant } from '../../src/landlord/tenant-store.ts';
import { deleteTenant } from '../../src/tenancy/provisioning.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { failureOf } from '../support/failure-of.ts';
import type { ProvisionChildOrder } from '../support/provision-child.ts';
import { expectReady, leftOvers, provision, provisioningContext } from '../support/provisioned.ts';

const CHILD = fileURLToPath(new URL('../support/provision-child.ts', import.meta.url));
const CREATE_STEPS = ['record', 'template', 'role', 'database', 'content', 'hand-over', 'activate'];
const DELETE_STEPS = ['mark', 'database', 'role', 'files', 'forget'];
type ChildOrder = Omit<ProvisionChildOrder, 'target' | 'masterKey'>;

/** The signal or the exit code that the child ended with. */
async function runChild(order: ChildOrder, { target, masterKey }: TestLandlord) {
  const child = spawn(
    process.execPath,
    [
      '--no-warnings',
      '--import=tsx',
      CHILD,
      JSON.stringify({ ...order, target, masterKey: masterKey.toString('base64') }),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code, signal] = await once(child, 'exit');
  return signal ?? code;
}

describe('provisioning that is killed', function () {
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

  for (const step of CREATE_STEPS)
    it(`before the step "${step}" of a creation, the next run completes it`, async () => {
      const slug = nextSlug();
      expect(await runChild({ action: 'create', slug, killBefore: step }, test)).to.equal('SIGKILL');
      await expectReady(await provision(test, slug));
    });

  it('while the database is being copied, the next run completes it', async () => {
    const slug = nextSlug();
    const outcome = await runChild({ action: 'create', slug, killDuring: 'CREATE DATABASE' }, test);
    expect(outcome).to.equal('SIGKILL');
    await expectReady(await provision(test, slug));
  });

  for (const statement of ['CREATE DATABASE', 'INSERT INTO schema_migrations', 'ALTER DATABASE'])
    it(`while the template is being made (${statement}), the next run makes it again`, async () => {
      const fresh = await createLandlord({ asPlainRole: true });
      try {
        const outcome = await runChild({ action: 'create', slug: 'first', killDuring: statement }, fresh);
        expect(outcome).to.equal('SIGKILL');
        await expectReady(await provision(fresh, 'first'));
        await expectReady(await provision(fresh, 'second'));
        expect(await leftOvers(fresh)).to.deep.equal({ databases: [], roles: [] });
      } finally {
        await fresh.close();
      }
    });

  async function expectDeletionCompletes(kill: Partial<ProvisionChildOrder>): Promise<void> {
    const slug = nextSlug();
    await provision(test, slug);
    const filesFolder = await mkdtemp(join(tmpdir(), 'concierge-test-files-'));
    try {
      await writeFile(join(filesFolder, 'photo.jpg'), 'x');
      const outcome = await runChild({ action: 'delete', slug, filesFolder, ...kill }, test);
      expect(outcome).to.equal('SIGKILL');
      expect(await runChild({ action: 'delete', slug, filesFolder }, test)).to.equal(0);
      expect(await findTenantBySlug(test.landlord.db, slug)).to.equal(undefined);
      expect(await failureOf(access(filesFolder))).to.include({ code: 'ENOENT' });
    } finally {
      await rm(filesFolder, { recursive: true, force: true });
    }
  }
  for (const step of DELETE_STEPS)
    it(`before the step "${step}" of a deletion, the next run completes it`, () =>
      expectDeletionCompletes({ killBefore: step }));
  it('while the database is being dropped, the next run completes it', () =>
    expectDeletionCompletes({ killDuring: 'DROP DATABASE' }));

  it('before the deletion of a tenant that was never completed, the next run completes it', async () => {
    const slug = nextSlug();
    expect(await runChild({ action: 'create', slug, killBefore: 'role' }, test)).to.equal('SIGKILL');
    await deleteTenant(
      provisioningContext(test),
      await requireTenant(test.landlord.db, slug),
      async () => undefined,
    );
    expect(await findTenantBySlug(test.landlord.db, slug)).to.equal(undefined);
  });
});
