import { LRUCache } from 'lru-cache';
import { type MasterKeys, openDataKey } from '../config/secrets.ts';
import type { LandlordDb } from '../db/planes.ts';
import type { ConnectionTarget } from '../db/session.ts';
import { NotFound } from '../kit/errors.ts';
import type { Landlord } from '../landlord/landlord.ts';
import {
  findTenant,
  findTenantByDomain,
  findTenantBySlug,
  type TenantRecord,
} from '../landlord/tenant-store.ts';
import { sealContext, type Tenant } from './tenant.ts';

const FRESH_MS = 15_000;

interface Entry {
  readonly tenant: Tenant;
  readonly readAt: number;
}

/**
 * Who the tenants are. Answers are kept for 15 seconds; while the landlord cannot be reached, known tenants are served
 * from what was last read.
 */
export class TenantDirectory {
  readonly #db: LandlordDb;
  /** How the landlord is connected to; its tenants the same way. */
  readonly #ssl: ConnectionTarget['ssl'];
  readonly #masterKeys: MasterKeys;
  readonly #byId = new LRUCache<string, Entry>({ max: 5000 });
  readonly #idBySlug = new LRUCache<string, string>({ max: 5000 });

  constructor({ db, target }: Pick<Landlord, 'db' | 'target'>, masterKeys: MasterKeys) {
    this.#db = db;
    this.#ssl = target.ssl;
    this.#masterKeys = masterKeys;
  }

  open(record: TenantRecord): Tenant {
    const dataKey = openDataKey(this.#masterKeys, record.sealedDataKey, sealContext.dataKey(record.id));
    return {
      id: record.id,
      slug: record.slug,
      name: record.name,
      status: record.status,
      timezone: record.timezone,
      schemaVersion: record.schemaVersion,
      connectionVersion: record.connectionVersion,
      settings: record.settings,
      dataKey,
      target: {
        host: record.serverHost,
        port: record.serverPort,
        database: record.databaseName,
        user: record.databaseRole,
        password: dataKey.open(record.sealedPassword, sealContext.password(record.id)),
        ...(this.#ssl !== undefined && { ssl: this.#ssl }),
      },
    };
  }

  #keep(record: TenantRecord | undefined): Tenant | undefined {
    if (!record) return undefined;
    const tenant = this.open(record);
    this.#byId.set(tenant.id, { tenant, readAt: Date.now() });
    this.#idBySlug.set(tenant.slug, tenant.id);
    return tenant;
  }

  async find(id: string): Promise<Tenant | undefined> {
    const entry = this.#byId.get(id);
    if (entry && Date.now() - entry.readAt < FRESH_MS) return entry.tenant;
    try {
      const tenant = this.#keep(await findTenant(this.#db, id));
      if (!tenant) this.#byId.delete(id);
      return tenant;
    } catch (error) {
      if (entry) return entry.tenant;
      throw error;
    }
  }

  async findBySlug(slug: string): Promise<Tenant | undefined> {
    const id = this.#idBySlug.get(slug);
    const known = id === undefined ? undefined : await this.find(id);
    return known?.slug === slug ? known : this.#keep(await findTenantBySlug(this.#db, slug));
  }

  async findByDomain(domain: string): Promise<Tenant | undefined> {
    return this.#keep(await findTenantByDomain(this.#db, domain));
  }

  /** Throws NotFound. */
  async require(id: string): Promise<Tenant> {
    const tenant = await this.find(id);
    if (!tenant) throw new NotFound('There is no such tenant.', 'unknown_tenant');
    return tenant;
  }

  /** The next look reads the landlord again. */
  forget(id: string): void {
    this.#byId.delete(id);
  }
}
