import { tenantMigrations } from '../../../tenant-migrations/index.ts';
import { createTenant, type TenantSecrets } from '../../app/create-tenant.ts';
import { schemaVersion } from '../../db/migrator.ts';
import { warnOfAudit } from '../audit.ts';
import { withCommandContext } from '../command-context.ts';
import { printJson } from '../output.ts';
import { checkInput } from '../user-input.ts';

export interface TenantCreateOptions {
  readonly name: string;
  readonly adminEmail: string;
  readonly adminPassword?: string;
  readonly server?: string;
  readonly timezone?: string;
  readonly json?: boolean;
}

export async function tenantCreate(slug: string, options: TenantCreateOptions): Promise<void> {
  const input = {
    ...options,
    slug,
    name: checkInput('name', '--name', options.name),
    adminEmail: checkInput('email', '--admin-email', options.adminEmail),
    ...(options.adminPassword !== undefined && {
      adminPassword: checkInput('password', '--admin-password', options.adminPassword),
    }),
  };
  await withCommandContext(async ({ landlord, masterKeys }) => {
    // The last step wants knex, which loads while the server copies the template.
    const onStep = (step: string) => {
      if (step === 'database') setTimeout(() => void landlord.db.knex, 30);
    };
    const tell = ({ tenant: { id, databaseName }, admin, apiKey }: TenantSecrets) => {
      const tenant = { id, slug, databaseName, schemaVersion: schemaVersion(tenantMigrations) };
      if (options.json) return printJson({ tenant, admin, apiKey });
      console.log(`Password and key of ${slug} are shown this once.`);
      console.log(`  Workspace ${slug}`);
      console.log(`  Admin     ${admin.email} / ${admin.password}`);
      console.log(`  API key   ${apiKey}`);
      console.log(`  Database  ${databaseName}`);
    };
    const onAuditFailed = (error: unknown) => warnOfAudit('tenant.create', error);
    await createTenant(landlord, masterKeys, { ...input, onStep, tell, onAuditFailed });
    if (!options.json) console.log(`Tenant ${slug} is ready.`);
  });
}
