import type { TenantTx } from '../../tenancy/tenants.ts';

/**
 * Ends every session of a user at once: access tokens by their version, refresh tokens by revocation. Returns the version
 * that new tokens carry.
 */
export async function endSessions(tx: TenantTx, userId: number): Promise<number> {
  const [user] = await tx.query<{ version: number }>(
    `UPDATE users SET session_version = session_version + 1, updated_at = now() WHERE id = $1
     RETURNING session_version AS version`,
    [userId],
  );
  await tx.query('UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL', [
    userId,
  ]);
  return user?.version ?? 0;
}
