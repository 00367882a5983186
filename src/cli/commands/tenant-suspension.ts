import { tellNews } from '../../landlord/news.ts';
import { changeSuspension } from '../../tenancy/suspension.ts';
import { withTenantRecord } from '../command-context.ts';
import { printJson } from '../output.ts';

export async function tenantSuspension(
  slug: string,
  verb: 'suspend' | 'resume',
  options: { readonly json?: boolean },
): Promise<void> {
  await withTenantRecord(slug, async ({ landlord }, tenant) => {
    const isChanged = await changeSuspension(landlord, tenant, verb);
    await tellNews(landlord.db, tenant.id);
    const status = verb === 'suspend' ? 'suspended' : 'active';
    if (options.json) return printJson({ tenant: { id: tenant.id, slug, status }, changed: isChanged });
    console.log(`Tenant ${slug} ${isChanged ? 'is' : 'was already'} ${status}.`);
  });
}
