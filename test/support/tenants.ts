import { expect } from 'chai';
import type { MasterKeys } from '../../src/config/secrets.ts';
import type { TenantEvent } from '../../src/contract/events.ts';
import { builtInRoles } from '../../src/contract/permissions.ts';
import { schemaVersion } from '../../src/db/migrator.ts';
import type { Database } from '../../src/db/planes.ts';
import type { ConnectionTarget } from '../../src/db/session.ts';
import type { Landlord } from '../../src/landlord/landlord.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { provisionTenant, type TenantRequest } from '../../src/tenancy/provisioning.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TenantDatabases, type TenantDatabasesOptions } from '../../src/tenancy/tenant-databases.ts';
import { TenantDirectory } from '../../src/tenancy/tenant-directory.ts';
import { createTenants, type Tenants } from '../../src/tenancy/tenants.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { createLandlord, type TestLandlord, type TestLandlordOptions } from './cluster.ts';

/** What `fillTenant` makes has these ids in every tenant: mixing two tenants up is then seen by content, not by luck. */
export const ADMIN_ID = 1;
export const TEAM_ID = 1;

const RETURN_PATIENCE_MS = 1000;

/** The built-in roles, one administrator and one team. Repeatable. */
export async function fillTenant(
  session: Database,
  options: { adminEmail: string; adminName?: string; adminPasswordHash?: string },
): Promise<void> {
  for (const [name, permissions] of Object.entries(builtInRoles))
    await session.query(
      `INSERT INTO roles (name, permissions, is_built_in)
       SELECT $1, $2, true WHERE NOT EXISTS (SELECT FROM roles WHERE name = $1)`,
      [name, permissions],
    );
  await session.query(
    `INSERT INTO users (name, email, password_hash, role_id)
     SELECT $1, $2, $3, id FROM roles WHERE name = 'admin' AND NOT EXISTS (SELECT FROM users)`,
    [options.adminName ?? 'Ada Admin', options.adminEmail, options.adminPasswordHash ?? 'no password'],
  );
  await session.query(`INSERT INTO teams (name) SELECT 'Support' WHERE NOT EXISTS (SELECT FROM teams)`);
}

/** A request for `provisionTenant` whose tenant holds what `fillTenant` makes. */
export function tenantRequest(slug: string, changes: Partial<TenantRequest> = {}): TenantRequest {
  const adminEmail = `admin@${slug}.test`;
  return {
    slug,
    name: slug,
    adminEmail,
    timezone: 'UTC',
    fill: session => fillTenant(session, { adminEmail }),
    ...changes,
  };
}

export type FixtureOptions = Partial<TenantDatabasesOptions> & TestLandlordOptions;

export interface Fixture {
  readonly landlord: Landlord;
  readonly masterKeys: MasterKeys;
  readonly target: ConnectionTarget;
  readonly directory: TenantDirectory;
  readonly databases: TenantDatabases;
  readonly tenants: Tenants;
  /** Two tenants with the same ids in both. */
  readonly acme: Tenant;
  readonly globex: Tenant;
  /** Every event that was told of after a commit, in the order of telling, by tenant id. */
  readonly events: ReadonlyMap<string, TenantEvent[]>;
  /** Another tenant beside the two. */
  addTenant(slug: string): Promise<Tenant>;
  /** Fails when a lease is still out. */
  close(): Promise<void>;
}

/** Small pools, so that a query outside the transaction that holds its connection fails at once. */
export async function createTestTenants(options: FixtureOptions = {}): Promise<Fixture> {
  const testLandlord = await createLandlord(options);
  try {
    return await openFixture(testLandlord, options);
  } catch (error) {
    await testLandlord.close();
    throw error;
  }
}

async function openFixture(testLandlord: TestLandlord, options: FixtureOptions): Promise<Fixture> {
  const { landlord, masterKeys, target } = testLandlord;
  const directory = new TenantDirectory(landlord, masterKeys);
  const events = new Map<string, TenantEvent[]>();
  const addTenant = async (slug: string) => {
    const context = { landlord, masterKeys, migrations: tenantMigrations };
    const tenant = directory.open(await provisionTenant(context, tenantRequest(slug)));
    events.set(tenant.id, []);
    return tenant;
  };
  const acme = await addTenant('acme');
  const globex = await addTenant('globex');
  const databases = new TenantDatabases({
    budget: 6,
    perTenant: 3,
    waitMs: 2000,
    idleMs: 60_000,
    ...options,
  });
  const tenants = createTenants({
    directory,
    databases,
    schemaVersion: schemaVersion(tenantMigrations),
    log: silentLogger,
    onAlarm: () => undefined,
    onCommit: (tenant, committed) => void events.get(tenant.id)?.push(...committed),
  });
  return {
    landlord,
    masterKeys,
    target,
    directory,
    databases,
    tenants,
    acme,
    globex,
    events,
    addTenant,
    close: async () => {
      const leasesOut = await leasesLeft(databases);
      await databases.close();
      await testLandlord.close();
      expect(leasesOut, 'leases that were never released').to.equal(0);
    },
  };
}

/** Work that was begun after an answer may need a moment to end. */
async function leasesLeft(databases: TenantDatabases): Promise<number> {
  const until = Date.now() + RETURN_PATIENCE_MS;
  for (;;) {
    const { open, idle } = databases.usage;
    if (open === idle || Date.now() > until) return open - idle;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
