import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { keyIdOf } from '../../src/config/key-ring.ts';
import { MasterKeys } from '../../src/config/secrets.ts';
import { Session } from '../../src/db/session.ts';
import { openLandlord } from '../../src/landlord/landlord.ts';
import { processName } from '../../src/landlord/processes.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { findServer } from '../../src/tenancy/cluster.ts';
import {
  jsonOf,
  landlordVariables,
  refusalOf,
  resultOf,
  runCli,
  spawnCli,
  startCli,
  type Variables,
} from '../support/cli.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { asTenant, openTenant, provision } from '../support/provisioned.ts';
import { makeTemporaryDataDir } from '../support/temporary-data-dir.ts';
import { until } from '../support/until.ts';

interface Rotated {
  before: string;
  after: string;
  resealed: { servers: number; tenants: number };
  isPreviousKeyRemoved: boolean;
}

describe('secrets rotate', function () {
  this.timeout(90_000);
  const ROTATE = ['secrets', 'rotate'];

  describe('with MASTER_KEY', () => {
    let landlord: TestLandlord;
    let next: Buffer;
    let both: Variables;

    beforeEach(async () => {
      landlord = await createLandlord();
      await Promise.all(['acme', 'globex', 'initech'].map(slug => provision(landlord, slug)));
      next = randomBytes(32);
      const present = landlordVariables(landlord);
      both = {
        ...present,
        MASTER_KEY: next.toString('base64'),
        MASTER_KEY_PREVIOUS: present.MASTER_KEY ?? '',
      };
    });
    afterEach(() => landlord.close());

    /** Which of everything that is sealed opens with this key alone. */
    async function opensWith(key: Buffer): Promise<string[]> {
      const rig = { ...landlord, masterKeys: new MasterKeys(key) };
      const work: [string, () => Promise<unknown>][] = [
        ['server', () => findServer(rig.landlord, rig.masterKeys)],
        ...['acme', 'globex', 'initech'].map((slug): [string, () => Promise<unknown>] => [
          slug,
          async () => asTenant(await openTenant(rig, slug), db => db.query('SELECT 1')),
        ]),
      ];
      const opened: string[] = [];
      for (const [name, open] of work)
        await open().then(
          () => opened.push(name),
          () => undefined,
        );
      return opened;
    }
    const ALL = ['server', 'acme', 'globex', 'initech'];

    it('is completed after a kill in the middle, and the former key opens nothing then', async () => {
      // The landlord's row of one tenant is held, so that the rotation stands still in its middle.
      const holder = await Session.connect(landlord.target, 'test holder');
      await holder.query(`BEGIN; SELECT FROM tenants WHERE slug = 'globex' FOR UPDATE`);
      const child = spawnCli(ROTATE, both);
      const ended = resultOf(child);
      const [lockWait] = [
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE tenants%'
         AND datname = current_database()`,
      ];
      await until(
        'it waits in the middle',
        async () => (await landlord.landlord.db.query(lockWait)).length > 0,
      );
      child.kill('SIGKILL');
      expect((await ended).code).to.equal(null);
      await holder.query('ROLLBACK');
      await holder.close();
      const sealed = await landlord.landlord.db.query<{ key: string }>(
        `SELECT split_part(sealed_admin_password, '.', 2) AS key FROM database_servers`,
      );
      expect(sealed, 'some of it is done').to.deep.equal([{ key: keyIdOf(next) }]);

      const old = landlordVariables(landlord);
      expect(await refusalOf(['tenant', 'list'], old), 'nobody starts without the new key').to.include(
        'not the master key',
      );
      const rotated = await jsonOf<Rotated>(ROTATE, both);
      expect(rotated).to.include({ before: keyIdOf(landlord.masterKey), after: keyIdOf(next) });
      expect(await opensWith(next)).to.deep.equal(ALL);
      expect(await opensWith(landlord.masterKey)).to.deep.equal([]);
      expect((await jsonOf<Rotated>(ROTATE, both)).resealed).to.deep.equal({ servers: 0, tenants: 0 });
      const { MASTER_KEY_PREVIOUS: _, ...alone } = both;
      expect((await jsonOf<{ tenants: unknown[] }>(['tenant', 'list'], alone)).tenants).to.have.length(3);
    });

    it('wants both keys, and every process to have the new one', async () => {
      expect(await refusalOf(ROTATE, landlordVariables(landlord))).to.include('MASTER_KEY_PREVIOUS');
      const { keyId } = landlord.masterKeys;
      const name = processName('web', [keyId]).replace(/ \d+@/, ' 99999999@');
      const other = openLandlord(landlord.target, 1, silentLogger, name);
      try {
        await other.db.query('SELECT 1');
        expect(await refusalOf(ROTATE, both)).to.match(/do not have the new key yet: web, pid 99999999 on /);
      } finally {
        await other.close();
      }
      expect(await opensWith(landlord.masterKey), 'nothing was changed').to.deep.equal(ALL);
    });
  });

  it('with the key in DATA_DIR: refused while the product runs, done when it does not', async () => {
    const folder = await makeTemporaryDataDir();
    const variables = { DATA_DIR: folder.path, TENANT_CONNECTION_BUDGET: '10' };
    const key = () => readFileSync(join(folder.path, 'master-key'), 'utf8');
    try {
      const worker = await startCli(['--role', 'worker'], variables);
      const created = await runCli(
        ['tenant', 'create', 'acme', '--name', 'A', '--admin-email', 'a@acme.example'],
        variables,
      );
      expect(created.code).to.equal(0);
      const before = key();
      try {
        expect(await refusalOf(ROTATE, variables)).to.include(`worker, pid ${worker.pid}`);
        expect(key()).to.equal(before);
      } finally {
        expect(await worker.stop()).to.equal(0);
      }
      const rotated = await jsonOf<Rotated>(ROTATE, variables);
      expect(rotated).to.deep.include({ resealed: { servers: 1, tenants: 1 }, isPreviousKeyRemoved: true });
      expect(key()).not.to.equal(before);
      expect(existsSync(join(folder.path, 'master-key.previous'))).to.equal(false);
      const shown = await jsonOf<{ tenant: { health: unknown } }>(['tenant', 'show', 'acme'], variables);
      expect(shown.tenant.health).to.include({ isReachable: true });
      expect((await runCli(['doctor'], variables)).code).to.equal(0);
    } finally {
      await folder.remove();
    }
  });
});
