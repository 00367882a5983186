import { randomBytes } from 'node:crypto';
import { landlordMigrations } from '../../landlord-migrations/index.ts';
import { MasterKeys } from '../../src/config/secrets.ts';
import type { ConnectionTarget, Session } from '../../src/db/session.ts';
import { type Landlord, openLandlord } from '../../src/landlord/landlord.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { ensureDefaultServer, migrateLandlord, quoted } from '../../src/tenancy/cluster.ts';
import { asSuperuser, testPostgres } from './test-postgres.ts';

export interface TestLandlord {
  readonly landlord: Landlord;
  readonly masterKeys: MasterKeys;
  /** What `masterKeys` was made of, for another process. */
  readonly masterKey: Buffer;
  readonly target: ConnectionTarget;
  /** Drops the landlord's database and every tenant's, the templates and the roles. */
  close(): Promise<void>;
}
export interface TestLandlordOptions {
  /** Log in as a new role that may only create databases and roles, as on a server that somebody else runs. */
  readonly asPlainRole?: boolean;
}

/** A migrated landlord database of its own on the test server, whose default server is that one. */
export async function createLandlord(options: TestLandlordOptions = {}): Promise<TestLandlord> {
  const superuser = await testPostgres();
  const database = `landlord_test_${randomBytes(6).toString('hex')}`;
  const plainRole = `${database}_login`;
  const target: ConnectionTarget = options.asPlainRole
    ? { ...superuser, database, user: plainRole, password: randomBytes(18).toString('hex') }
    : { ...superuser, database };
  await asSuperuser(async session => {
    if (options.asPlainRole)
      await session.query(
        `CREATE ROLE ${quoted(plainRole)} LOGIN CREATEDB CREATEROLE PASSWORD '${target.password}'`,
      );
    await session.query(
      `CREATE DATABASE ${quoted(database)} TEMPLATE template0 ENCODING 'UTF8' OWNER ${quoted(target.user)}`,
    );
  });
  const masterKey = randomBytes(32);
  const masterKeys = new MasterKeys(masterKey);
  await migrateLandlord(target, landlordMigrations);
  const landlord = openLandlord(target, 5, silentLogger);
  await ensureDefaultServer(landlord, masterKeys);
  return {
    landlord,
    masterKeys,
    masterKey,
    target,
    close: async () => {
      const tenantDatabases = await landlord.db.query<{ name: string }>(
        'SELECT database_name AS name FROM tenants',
      );
      await landlord.close();
      await asSuperuser(session =>
        dropAll(
          session,
          database,
          tenantDatabases.map(row => row.name),
        ),
      );
    },
  };
}

async function dropAll(superuser: Session, landlord: string, tenants: readonly string[]): Promise<void> {
  const names = await superuser.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname = ANY ($1) OR starts_with(datname, $2)`,
    [tenants, landlord],
  );
  for (const { name } of names) await superuser.query(`DROP DATABASE ${quoted(name)} WITH (FORCE)`);
  // The login comes last: it is the grantor of the others' memberships.
  const roles = await superuser.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1) OR starts_with(rolname, $2)
     ORDER BY rolname = $2 || '_login'`,
    [tenants, landlord],
  );
  for (const { name } of roles) await superuser.query(`DROP ROLE ${quoted(name)}`);
}
