import type { LandlordDb, LandlordTx } from '../db/planes.ts';
import { NotFound } from '../kit/errors.ts';

export type TenantStatus = 'provisioning' | 'active' | 'suspended' | 'migrating' | 'archived' | 'deleting';

/** A tenant as the landlord knows it. The data key and the database password are sealed. */
export interface TenantRecord {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly timezone: string;
  readonly serverHost: string;
  readonly serverPort: number;
  readonly serverId: string;
  readonly databaseName: string;
  readonly databaseRole: string;
  readonly sealedDataKey: string;
  readonly sealedPassword: string;
  /** Rises whenever the way to the database changes: connections opened under an older one are closed. */
  readonly connectionVersion: number;
  readonly schemaVersion: string | null;
  readonly migrationState: 'idle' | 'running' | 'failed';
  readonly migrationError: string | null;
  readonly settings: Record<string, unknown>;
  readonly createdAt: Date;
}

const SELECT = `
  SELECT t.id, t.slug, t.name, t.status, t.timezone, s.host AS "serverHost", s.port AS "serverPort", s.id AS "serverId",
    t.database_name AS "databaseName", t.database_role AS "databaseRole", t.sealed_data_key AS "sealedDataKey",
    t.sealed_password AS "sealedPassword", t.connection_version AS "connectionVersion",
    t.schema_version AS "schemaVersion", t.migration_state AS "migrationState", t.migration_error AS "migrationError",
    t.settings, t.created_at AS "createdAt"
  FROM tenants t JOIN database_servers s ON s.id = t.server_id`;

export async function findTenant(db: LandlordDb, id: string): Promise<TenantRecord | undefined> {
  return (await db.query<TenantRecord>(`${SELECT} WHERE t.id = $1`, [id]))[0];
}
export async function findTenantBySlug(db: LandlordDb, slug: string): Promise<TenantRecord | undefined> {
  return (await db.query<TenantRecord>(`${SELECT} WHERE t.slug = $1`, [slug]))[0];
}
export async function findTenantByDomain(db: LandlordDb, domain: string): Promise<TenantRecord | undefined> {
  return (
    await db.query<TenantRecord>(
      `${SELECT} JOIN tenant_domains d ON d.tenant_id = t.id WHERE d.domain = $1`,
      [domain.toLowerCase()],
    )
  )[0];
}
/** Throws NotFound with the slug in the sentence. */
export async function requireTenant(db: LandlordDb, slug: string): Promise<TenantRecord> {
  const tenant = await findTenantBySlug(db, slug);
  if (!tenant) throw new NotFound(`There is no tenant "${slug}". See them all with: concierge tenant list`);
  return tenant;
}

/** A page of the fleet by slug; a cursor, so that thousands of tenants never stand in memory at once. */
export async function pageTenants(db: LandlordDb, afterSlug: string, limit: number): Promise<TenantRecord[]> {
  return db.query<TenantRecord>(`${SELECT} WHERE t.slug > $1 ORDER BY t.slug LIMIT $2`, [afterSlug, limit]);
}

export interface NewTenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly contactEmail: string;
  readonly timezone: string;
  readonly serverId: string;
  readonly databaseName: string;
  readonly sealedDataKey: string;
  readonly sealedPassword: string;
}
/** Does nothing when the slug is taken; the caller reads it back to see whose it is. */
export async function insertTenant(tx: LandlordTx, tenant: NewTenant): Promise<void> {
  await tx.query(
    `INSERT INTO tenants (id, slug, name, status, contact_email, timezone, server_id, database_name, database_role,
       sealed_data_key, sealed_password, trial_ends_at)
     VALUES ($1, $2, $3, 'provisioning', $4, $5, $6, $7, $7, $8, $9, now() + interval '14 days')
     ON CONFLICT (slug) DO NOTHING`,
    [
      tenant.id,
      tenant.slug,
      tenant.name,
      tenant.contactEmail,
      tenant.timezone,
      tenant.serverId,
      tenant.databaseName,
      tenant.sealedDataKey,
      tenant.sealedPassword,
    ],
  );
}

type Changes = Partial<{
  status: TenantStatus;
  sealed_data_key: string;
  sealed_password: string;
  connection_version: number;
  schema_version: string;
  migration_state: 'idle' | 'running' | 'failed';
  migration_error: string | null;
  settings: Record<string, unknown>;
}>;
export async function updateTenant(db: LandlordDb, id: string, changes: Changes): Promise<void> {
  await db
    .knex('tenants')
    .where({ id })
    .update({ ...changes, updated_at: db.knex.fn.now() });
}
export async function deleteTenantRow(tx: LandlordTx, id: string): Promise<void> {
  await tx.query('DELETE FROM delivery_spill WHERE tenant_id = $1', [id]);
  await tx.query('DELETE FROM tenants WHERE id = $1', [id]);
}
