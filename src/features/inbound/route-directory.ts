import { LRUCache } from 'lru-cache';
import type { Platform } from '../../contract/primitives.ts';
import type { LandlordDb } from '../../db/planes.ts';
import { type ChannelRoute, findRouteByAccount, findRouteByToken } from '../../landlord/route-store.ts';
import type { Credentials } from '../../platforms/adapter.ts';
import { sealContext, type Tenant } from '../../tenancy/tenant.ts';
import type { TenantDirectory } from '../../tenancy/tenant-directory.ts';

const FRESH_MS = 15_000;

export interface OpenRoute {
  readonly route: ChannelRoute;
  readonly tenant: Tenant;
  readonly credentials: Credentials;
}
interface Entry {
  readonly open: OpenRoute;
  readonly readAt: number;
}

/** Where a webhook leads, with its secrets opened. While the landlord is away, known routes keep working. */
export class RouteDirectory {
  readonly #db: LandlordDb;
  readonly #tenants: TenantDirectory;
  readonly #entries = new LRUCache<string, Entry>({ max: 20_000 });

  constructor(db: LandlordDb, tenants: TenantDirectory) {
    this.#db = db;
    this.#tenants = tenants;
  }

  byToken(token: string): Promise<OpenRoute | undefined> {
    return this.#find(`token/${token}`, () => findRouteByToken(this.#db, token));
  }
  byAccount(platform: Platform, accountId: string): Promise<OpenRoute | undefined> {
    return this.#find(`account/${platform}/${accountId}`, () =>
      findRouteByAccount(this.#db, platform, accountId),
    );
  }

  /** The next look at a route of this tenant reads the landlord again. */
  forgetTenant(tenantId: string): void {
    for (const [key, { open }] of this.#entries) if (open.tenant.id === tenantId) this.#entries.delete(key);
  }

  async #find(key: string, read: () => Promise<ChannelRoute | undefined>): Promise<OpenRoute | undefined> {
    const entry = this.#entries.get(key);
    if (entry && Date.now() - entry.readAt < FRESH_MS) return entry.open;
    try {
      const route = await read();
      const tenant = route && (await this.#tenants.find(route.tenantId));
      if (!route || !tenant || tenant.status === 'deleting') {
        this.#entries.delete(key);
        return undefined;
      }
      const credentials = JSON.parse(
        tenant.dataKey.open(route.sealedCredentials, sealContext.route(route.token)),
      ) as Credentials;
      const open = { route, tenant, credentials };
      this.#entries.set(key, { open, readAt: Date.now() });
      return open;
    } catch (error) {
      if (entry) return entry.open;
      throw error;
    }
  }
}
