import { createTenant } from '../../app/create-tenant.ts';
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
    const { tenant, admin, apiKey } = await createTenant(landlord, masterKeys, { ...input, onStep });
    const { id, databaseName, schemaVersion } = tenant;
    if (options.json) return printJson({ tenant: { id, slug, databaseName, schemaVersion }, admin, apiKey });
    console.log(`Tenant ${slug} is ready. Password and key are shown this once.`);
    console.log(`  Admin     ${admin.email} / ${admin.password}`);
    console.log(`  API key   ${apiKey}`);
    console.log(`  Database  ${databaseName}`);
  });
}
