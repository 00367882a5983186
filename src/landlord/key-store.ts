import { createHash, randomBytes } from 'node:crypto';
import type { Permission } from '../contract/permissions.ts';
import type { LandlordDb } from '../db/planes.ts';

export interface ApiKeyRecord {
  readonly id: string;
  readonly tenantId: string;
  readonly prefix: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly isActive: boolean;
  readonly createdAt: Date;
}
const COLUMNS = `id, tenant_id AS "tenantId", prefix, name, permissions, expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt", is_active AS "isActive", created_at AS "createdAt"`;

/** Keys are 256 random bits: a plain SHA-256 is enough, nothing can be guessed from it. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Makes a key and returns it: the only time it is seen. */
export async function createKey(
  db: LandlordDb,
  tenantId: string,
  name: string,
  permissions: readonly Permission[],
  expiresAt: Date | null = null,
): Promise<{ key: string; record: ApiKeyRecord }> {
  const key = `ck_${randomBytes(32).toString('base64url')}`;
  const [record] = await db.query<ApiKeyRecord>(
    `INSERT INTO api_keys (tenant_id, key_hash, prefix, name, permissions, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
    [tenantId, hashKey(key), key.slice(0, 10), name, permissions, expiresAt],
  );
  return { key, record: record as ApiKeyRecord };
}

/** The live key with this text, marking it used at most once a minute. */
export async function findKey(db: LandlordDb, key: string): Promise<ApiKeyRecord | undefined> {
  const [record] = await db.query<ApiKeyRecord>(
    `SELECT ${COLUMNS} FROM api_keys WHERE key_hash = $1 AND is_active AND (expires_at IS NULL OR expires_at > now())`,
    [hashKey(key)],
  );
  if (record && (record.lastUsedAt === null || Date.now() - record.lastUsedAt.getTime() > 60_000))
    await db.query('UPDATE api_keys SET last_used_at = now() WHERE id = $1', [record.id]);
  return record;
}
export async function listKeys(db: LandlordDb, tenantId: string): Promise<ApiKeyRecord[]> {
  return db.query<ApiKeyRecord>(
    `SELECT ${COLUMNS} FROM api_keys WHERE tenant_id = $1 ORDER BY created_at, id`,
    [tenantId],
  );
}
/** By id or by prefix; false when this tenant has no such live key. */
export async function revokeKey(db: LandlordDb, tenantId: string, idOrPrefix: string): Promise<boolean> {
  const rows = await db.query(
    `UPDATE api_keys SET is_active = false
     WHERE tenant_id = $1 AND (id::text = $2 OR prefix = $2) AND is_active RETURNING id`,
    [tenantId, idOrPrefix],
  );
  return rows.length > 0;
}
