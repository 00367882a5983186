import type { MasterKeys } from '../config/secrets.ts';
import { lockKey } from '../db/advisory-lock.ts';
import type { Migration } from '../db/migration.ts';
import { migrateUp, schemaVersion } from '../db/migrator.ts';
import type { Landlord } from '../landlord/landlord.ts';
import { pageTenants, type TenantRecord, updateTenant } from '../landlord/tenant-store.ts';
import { clusterNames, connectAdmin, ensureTemplate, findServer, withDdlLock } from './cluster.ts';

export interface FleetMigrationOptions {
  readonly landlord: Landlord;
  readonly masterKeys: MasterKeys;
  readonly migrations: readonly Migration[];
  /** Only these slugs; all tenants when undefined. */
  readonly only?: readonly string[];
  /** This many go first; when one of them fails the others are not touched. */
  readonly canary: number;
  readonly concurrency: number;
  readonly onProgress: (line: string) => void;
}
export interface FleetReport {
  readonly done: string[];
  readonly unchanged: string[];
  readonly failed: { slug: string; error: string }[];
  /** Not tried, because a canary failed. */
  readonly skipped: string[];
}

/** Brings every tenant to the newest schema. One failure stops nobody; a second run does what the first left. */
export async function migrateFleet(options: FleetMigrationOptions): Promise<FleetReport> {
  const report: FleetReport = { done: [], unchanged: [], failed: [], skipped: [] };
  const target = schemaVersion(options.migrations);
  const behind: TenantRecord[] = [];
  for (let after = ''; ; ) {
    const page = await pageTenants(options.landlord.db, after, 500);
    for (const tenant of page) {
      if (options.only && !options.only.includes(tenant.slug)) continue;
      if (tenant.status === 'provisioning' || tenant.status === 'deleting') continue;
      if (tenant.schemaVersion === target && tenant.migrationState === 'idle')
        report.unchanged.push(tenant.slug);
      else behind.push(tenant);
    }
    const last = page.at(-1);
    if (!last || page.length < 500) break;
    after = last.slug;
  }
  const canaries = behind.splice(0, options.canary);
  for (const tenant of canaries) await migrateOne(options, tenant, report);
  if (report.failed.length > 0 && canaries.length > 0) {
    report.skipped.push(...behind.map(tenant => tenant.slug));
    return report;
  }
  const lane = async () => {
    for (let tenant = behind.shift(); tenant; tenant = behind.shift())
      await migrateOne(options, tenant, report);
  };
  await Promise.all(Array.from({ length: Math.max(1, options.concurrency) }, lane));
  return report;
}

async function migrateOne(
  options: FleetMigrationOptions,
  tenant: TenantRecord,
  report: FleetReport,
): Promise<void> {
  const { landlord, masterKeys, migrations } = options;
  try {
    await updateTenant(landlord.db, tenant.id, { migration_state: 'running', migration_error: null });
    const server = await findServer(landlord, masterKeys, tenant.serverId);
    const session = await connectAdmin(server, tenant.databaseName);
    try {
      await session.query('SELECT pg_advisory_lock($1)', [lockKey('concierge tenant migrations')]);
      await migrateUp(session, migrations);
    } finally {
      await session.close();
    }
    await updateTenant(landlord.db, tenant.id, {
      migration_state: 'idle',
      migration_error: null,
      schema_version: schemaVersion(migrations),
    });
    report.done.push(tenant.slug);
    options.onProgress(`${tenant.slug}: done`);
  } catch (error) {
    const message = (error as Error).message.split('\n')[0] ?? 'failed';
    await updateTenant(landlord.db, tenant.id, { migration_state: 'failed', migration_error: message });
    report.failed.push({ slug: tenant.slug, error: message });
    options.onProgress(`${tenant.slug}: FAILED, ${message}`);
  }
}

/** Makes the template of the newest schema ahead of time, so that the first `tenant create` need not wait for it. */
export async function prepareTemplate(
  landlord: Landlord,
  masterKeys: MasterKeys,
  migrations: readonly Migration[],
): Promise<void> {
  const server = await findServer(landlord, masterKeys);
  const names = clusterNames(landlord.target.database, migrations);
  await withDdlLock(landlord, () => ensureTemplate(server, names, migrations));
}
