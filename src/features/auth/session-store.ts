import { randomUUID } from 'node:crypto';
import type { Permission } from '../../contract/permissions.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { hashRefreshToken, newRefreshToken } from './tokens.ts';

const REFRESH_DAYS = 30;

/**
 * Whether a family of tokens was ended. One revoked token is enough: whoever ends a family cannot see the successor that
 * a refresh has written and not committed yet.
 */
const hasEnded = (family: string) =>
  `EXISTS (SELECT FROM refresh_tokens e WHERE e.family_id = ${family} AND e.revoked_at IS NOT NULL)`;

export interface SessionUser {
  readonly id: number;
  readonly name: string;
  readonly sessionVersion: number;
  readonly permissions: readonly Permission[];
}

export async function findCredentials(
  db: TenantDb,
  email: string,
): Promise<{ id: number; passwordHash: string; sessionVersion: number } | undefined> {
  const [row] = await db.query<{ id: number; passwordHash: string; sessionVersion: number }>(
    `SELECT id, password_hash AS "passwordHash", session_version AS "sessionVersion" FROM users
     WHERE email = $1 AND is_active`,
    [email],
  );
  return row;
}

/** The user of a live session; nothing when deactivated, signed out, or when the session is of an older version. */
export async function findSessionUser(
  db: TenantDb,
  userId: number,
  sessionVersion: number,
  family: string,
): Promise<SessionUser | undefined> {
  const [row] = await db.query<SessionUser>(
    `SELECT u.id, u.name, u.session_version AS "sessionVersion", r.permissions
     FROM users u JOIN roles r ON r.id = u.role_id
     WHERE u.id = $1 AND u.is_active AND u.session_version = $2
       AND EXISTS (SELECT FROM refresh_tokens t WHERE t.family_id = $3 AND t.user_id = u.id) AND NOT ${hasEnded('$3')}`,
    [userId, sessionVersion, family],
  );
  return row;
}

/** A new refresh token in `family`, or in a new family of its own. */
export async function issueRefreshToken(
  tx: TenantTx,
  tenantId: string,
  userId: number,
  userAgent: string | undefined,
  family: string = randomUUID(),
): Promise<{ token: string; family: string }> {
  const { token, hash } = newRefreshToken(tenantId);
  await tx.query(
    `INSERT INTO refresh_tokens (user_id, family_id, token_hash, user_agent, expires_at)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 day')`,
    [userId, family, hash, userAgent?.slice(0, 300) ?? null, REFRESH_DAYS],
  );
  return { token, family };
}

export type Redemption =
  | {
      readonly outcome: 'rotated';
      readonly userId: number;
      readonly family: string;
      readonly sessionVersion: number;
    }
  | { readonly outcome: 'reused'; readonly userId: number }
  | { readonly outcome: 'unknown' };

/**
 * Uses up a refresh token. One that was used before has been copied by somebody: its whole family ends. Of two that are
 * redeemed at once one wins and the other one harms nobody: it meets the winner's lock, which is held until the commit.
 */
export async function redeemRefreshToken(tx: TenantTx, token: string): Promise<Redemption> {
  const hash = hashRefreshToken(token);
  const [lock] = await tx.query<{ isMine: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS "isMine"',
    [hash],
  );
  if (!lock?.isMine) return { outcome: 'unknown' };
  const [redeemed] = await tx.query<{ userId: number; family: string; sessionVersion: number }>(
    `UPDATE refresh_tokens t SET used_at = now() FROM users u
     WHERE t.token_hash = $1 AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()
       AND u.id = t.user_id AND u.is_active AND NOT ${hasEnded('t.family_id')}
     RETURNING t.user_id AS "userId", t.family_id AS family, u.session_version AS "sessionVersion"`,
    [hash],
  );
  if (redeemed) return { outcome: 'rotated', ...redeemed };
  const [ended] = await tx.query<{ userId: number }>(
    `UPDATE refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL
       AND family_id IN (SELECT family_id FROM refresh_tokens WHERE token_hash = $1 AND used_at IS NOT NULL)
     RETURNING user_id AS "userId"`,
    [hash],
  );
  return ended ? { outcome: 'reused', userId: ended.userId } : { outcome: 'unknown' };
}

export async function revokeFamilyOf(tx: TenantTx, token: string): Promise<number | undefined> {
  const rows = await tx.query<{ userId: number }>(
    `UPDATE refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL
       AND family_id = (SELECT family_id FROM refresh_tokens WHERE token_hash = $1) RETURNING user_id AS "userId"`,
    [hashRefreshToken(token)],
  );
  return rows[0]?.userId;
}
