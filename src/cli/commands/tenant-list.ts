import { formatBytes } from '../../contract/file-rules.ts';
import { pageTenants, type TenantRecord } from '../../landlord/tenant-store.ts';
import { readUsage, type TenantUsage } from '../../tenancy/tenant-usage.ts';
import { withCommandContext } from '../command-context.ts';
import { printJson, tablePrinter, warn } from '../output.ts';

const PAGE = 200;

/** Page by page: the fleet may count thousands. */
export async function tenantList(options: { readonly json?: boolean }): Promise<void> {
  await withCommandContext(async ({ landlord, masterKeys }) => {
    const items: ReturnType<typeof itemOf>[] = [];
    const print = tablePrinter(['SLUG', 'NAME', 'STATUS', 'SCHEMA', 'SIZE', 'CONNECTIONS']);
    const unreachable = new Set<string>();
    for (let after = ''; ; ) {
      const page = await pageTenants(landlord.db, after, PAGE);
      const usage = await readUsage(landlord, masterKeys, page, server => unreachable.add(server));
      const pageItems = page.map(tenant => itemOf(tenant, usage.get(tenant.id)));
      if (options.json) items.push(...pageItems);
      else if (page.length > 0 || after === '') print(pageItems.map(rowOf));
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last.slug;
    }
    if (options.json) printJson({ tenants: items });
    for (const server of unreachable)
      warn(`The database server ${server} cannot be reached: sizes are missing. See: concierge doctor`);
    if (unreachable.size > 0) process.exitCode = 1;
  });
}

function itemOf(tenant: TenantRecord, usage: TenantUsage | undefined) {
  const { id, slug, name, status, schemaVersion, migrationState, databaseName, createdAt } = tenant;
  return {
    id,
    slug,
    name,
    status,
    schemaVersion,
    migrationState,
    databaseName,
    sizeBytes: usage?.sizeBytes ?? null,
    connections: usage?.connections ?? null,
    createdAt: createdAt.toISOString(),
  };
}

function rowOf(item: ReturnType<typeof itemOf>): string[] {
  const name = item.name.length > 40 ? `${item.name.slice(0, 39)}…` : item.name;
  return [
    item.slug,
    name,
    item.status,
    item.schemaVersion ?? '-',
    item.sizeBytes === null ? '-' : formatBytes(item.sizeBytes),
    String(item.connections ?? '-'),
  ];
}
