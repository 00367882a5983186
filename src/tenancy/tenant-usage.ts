import type { MasterKeys } from '../config/secrets.ts';
import type { Landlord } from '../landlord/landlord.ts';
import type { TenantRecord } from '../landlord/tenant-store.ts';
import { connectAdmin, findServer } from './cluster.ts';

export interface TenantUsage {
  readonly sizeBytes: number;
  /** Of everybody, at this moment. */
  readonly connections: number;
}

/**
 * Size and connections by tenant id, asked of each database server once. A tenant whose database is not there is not in
 * the answer; a server that cannot be reached is told of and costs only its own tenants' figures.
 */
export async function readUsage(
  landlord: Landlord,
  masterKeys: MasterKeys,
  tenants: readonly TenantRecord[],
  onUnreachable: (server: string, error: unknown) => void,
): Promise<Map<string, TenantUsage>> {
  const usage = new Map<string, TenantUsage>();
  for (const serverId of new Set(tenants.map(tenant => tenant.serverId))) {
    const group = tenants.filter(tenant => tenant.serverId === serverId);
    try {
      const idOf = new Map(group.map(tenant => [tenant.databaseName, tenant.id]));
      for (const { name, ...figures } of await askServer(landlord, masterKeys, serverId, [...idOf.keys()]))
        usage.set(idOf.get(name) ?? '', figures);
    } catch (error) {
      const [first] = group;
      onUnreachable(`${first?.serverHost}:${first?.serverPort}`, error);
    }
  }
  return usage;
}

async function askServer(
  landlord: Landlord,
  masterKeys: MasterKeys,
  serverId: string,
  databases: readonly string[],
): Promise<(TenantUsage & { name: string })[]> {
  const admin = await connectAdmin(await findServer(landlord, masterKeys, serverId), 'postgres');
  try {
    return await admin.query(
      `SELECT datname AS name, pg_database_size(oid) AS "sizeBytes",
         (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid) AS connections
       FROM pg_database d WHERE datname = ANY ($1)`,
      [databases],
    );
  } finally {
    await admin.close();
  }
}
