import { createInterface } from 'node:readline/promises';
import { tenantMigrations } from '../../../tenant-migrations/index.ts';
import { SetupError } from '../../kit/errors.ts';
import { tellNews } from '../../landlord/news.ts';
import { openMediaStore } from '../../media/open-media-store.ts';
import { deleteTenant } from '../../tenancy/provisioning.ts';
import { withTenantRecord } from '../command-context.ts';
import { printJson } from '../output.ts';

export interface TenantDeleteOptions {
  readonly confirm?: string;
  readonly json?: boolean;
}

/** Everything of the tenant goes and does not come back, so its slug is asked for twice. */
export async function tenantDelete(slug: string, options: TenantDeleteOptions): Promise<void> {
  if (options.confirm !== undefined) requireSame(slug, options.confirm, '--confirm');
  else if (!process.stdin.isTTY || options.json)
    throw new SetupError(`This deletes everything of "${slug}" for ever. Confirm it: --confirm ${slug}`);
  await withTenantRecord(slug, async ({ config, landlord, masterKeys }, tenant) => {
    if (options.confirm === undefined) requireSame(slug, await askForSlug(slug, tenant.name), 'The answer');
    await deleteTenant({ landlord, masterKeys, migrations: tenantMigrations }, tenant, () =>
      openMediaStore(config).removeTenant(tenant.id),
    );
    await tellNews(landlord.db, tenant.id);
    if (options.json) return printJson({ deleted: { id: tenant.id, slug } });
    console.log(`Tenant ${slug} is deleted.`);
  });
}

function requireSame(slug: string, given: string, what: string): void {
  if (given.trim() !== slug)
    throw new SetupError(`${what} "${given}" is not the slug "${slug}". Nothing was deleted.`);
}

async function askForSlug(slug: string, name: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(
      `This deletes "${name}" with its database, logins and keys for ever. Type its slug (${slug}) to go on: `,
    );
  } finally {
    terminal.close();
  }
}
