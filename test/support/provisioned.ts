import { expect } from 'chai';
import { schemaVersion } from '../../src/db/migrator.ts';
import { Session } from '../../src/db/session.ts';
import { requireTenant } from '../../src/landlord/tenant-store.ts';
import { clusterNames } from '../../src/tenancy/cluster.ts';
import {
  type ProvisioningContext,
  provisionTenant,
  type TenantRequest,
} from '../../src/tenancy/provisioning.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TenantDirectory } from '../../src/tenancy/tenant-directory.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import type { TestLandlord } from './cluster.ts';
import { ADMIN_ID, TEAM_ID, tenantRequest } from './tenants.ts';
import { asSuperuser } from './test-postgres.ts';

export function provisioningContext({ landlord, masterKeys }: TestLandlord): ProvisioningContext {
  return { landlord, masterKeys, migrations: tenantMigrations };
}

export async function provision(
  test: TestLandlord,
  slug: string,
  changes: Partial<TenantRequest> = {},
): Promise<Tenant> {
  await provisionTenant(provisioningContext(test), tenantRequest(slug, changes));
  return openTenant(test, slug);
}

export async function openTenant({ landlord, masterKeys }: TestLandlord, slug: string): Promise<Tenant> {
  return new TenantDirectory(landlord, masterKeys).open(await requireTenant(landlord.db, slug));
}

/** Runs `work` as the tenant's role, in its own database or in `database`. */
export async function asTenant<T>(
  tenant: Tenant,
  work: (session: Session) => Promise<T>,
  database = tenant.target.database,
): Promise<T> {
  const session = await Session.connect({ ...tenant.target, database }, 'test tenant');
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** What belongs to this landlord on the server but to no tenant of it. */
export async function leftOvers({ landlord, target }: TestLandlord) {
  const known = await landlord.db.query<{ name: string }>('SELECT database_name AS name FROM tenants');
  const names = known.map(row => row.name);
  return asSuperuser(async session => ({
    databases: await session.query(
      `SELECT datname FROM pg_database WHERE datdba = $1::regrole AND starts_with(datname, 't_')
         AND datname <> ALL ($2)`,
      [target.user, names],
    ),
    roles: await session.query(
      `SELECT m.member::regrole FROM pg_auth_members m
       WHERE m.roleid = to_regrole($1) AND m.member <> $2::regrole AND m.member::regrole::text <> ALL ($3)`,
      [clusterNames(target.database, tenantMigrations).groupRole, target.user, names],
    ),
  }));
}
/** Active, at the newest schema, its database open to its role, its content there once. */
export async function expectReady(tenant: Tenant): Promise<void> {
  expect(tenant).to.include({ status: 'active', schemaVersion: schemaVersion(tenantMigrations) });
  const content = await asTenant(tenant, session =>
    session.query(
      `SELECT current_database() AS database, (SELECT array_agg(id) FROM users) AS users,
         (SELECT array_agg(id) FROM teams) AS teams, (SELECT array_agg(name ORDER BY name) FROM roles) AS roles,
         (SELECT max(name) FROM schema_migrations) AS version`,
    ),
  );
  expect(content).to.deep.equal([
    {
      database: tenant.target.database,
      users: [`${ADMIN_ID}`],
      teams: [`${TEAM_ID}`],
      roles: ['admin', 'agent', 'lead'],
      version: schemaVersion(tenantMigrations),
    },
  ]);
}
