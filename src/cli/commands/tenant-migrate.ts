import { tenantMigrations } from '../../../tenant-migrations/index.ts';
import { schemaVersion } from '../../db/migrator.ts';
import { recordAudit } from '../../landlord/operation-store.ts';
import { requireTenant } from '../../landlord/tenant-store.ts';
import { migrateFleet, prepareTemplate } from '../../tenancy/fleet-migration.ts';
import { withCommandContext } from '../command-context.ts';
import { printJson, progressPrinter, warn } from '../output.ts';

export interface TenantMigrateOptions {
  readonly only?: readonly string[];
  readonly canary: number;
  readonly concurrency: number;
  readonly json?: boolean;
}

/** Exit code 1 when a tenant was left behind. */
export async function tenantMigrate(options: TenantMigrateOptions): Promise<void> {
  await withCommandContext(async ({ landlord, masterKeys }) => {
    // A misspelt name is told before anything is done.
    for (const slug of options.only ?? []) await requireTenant(landlord.db, slug);
    const target = schemaVersion(tenantMigrations);
    const report = await migrateFleet({
      ...options,
      landlord,
      masterKeys,
      migrations: tenantMigrations,
      onProgress: progressPrinter(options),
    });
    await prepareTemplate(landlord, masterKeys, tenantMigrations);
    const { done, unchanged, failed, skipped } = report;
    if (done.length > 0 || failed.length > 0)
      await recordAudit(landlord.db, 'cli', 'tenant.migrate', null, {
        target,
        done: done.length,
        failed: failed.length,
      });
    if (failed.length > 0 || skipped.length > 0) process.exitCode = 1;
    if (options.json) return printJson({ target, ...report });
    console.log(
      `Schema ${target}: ${done.length} done, ${unchanged.length} had it, ${failed.length} failed, ${skipped.length} not tried.`,
    );
    for (const { slug, error } of failed) warn(`${slug}: ${error}`);
    if (skipped.length > 0)
      warn('A canary failed, so the others were not touched. Mend it and run this again.');
    else if (failed.length > 0) warn('Mend these and run this again: it does what is left.');
  });
}
