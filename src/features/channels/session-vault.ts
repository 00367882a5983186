import { createHash } from 'node:crypto';
import { SealBroken } from '../../config/key-ring.ts';
import { DamagedSession, LineLost, type SessionVault } from '../../platforms/adapter.ts';
import { sealContext, type Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import type { RunInTenant } from './channel-check.ts';

/** Versions of a session that are kept: one may be damaged, and the one before it may be from a bad moment. */
const VERSIONS_KEPT = 3;
const UNDO_DAYS = 7;

interface VaultOf {
  readonly id: number;
  readonly webhook_token: string;
}

/** Destroys the sessions of this tenant that were ended so long ago that nobody can bring them back. */
export async function destroyEndedSessions(db: TenantScope['db']): Promise<void> {
  await db.query(`DELETE FROM whatsapp_sessions WHERE ended_at < now() - interval '${UNDO_DAYS} days'`);
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** The sessions of one channel, as the line with this fence may use them. */
export function sessionVault(
  run: RunInTenant,
  tenant: Tenant,
  channel: VaultOf,
  fence: number,
): SessionVault {
  const context = sealContext.session(channel.webhook_token);
  const openSealed = (row: { readonly sealed: string; readonly sha256: string }): Buffer => {
    let content: Buffer;
    try {
      content = tenant.dataKey.openBytes(row.sealed, context);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      throw new DamagedSession('This version of the session does not open.', { cause: error });
    }
    if (sha256(content) !== row.sha256) throw new DamagedSession('This version of the session is damaged.');
    return content;
  };
  return {
    versions: () =>
      run(async ({ db }) => {
        const rows = await db.query<{ id: number }>(
          `SELECT id FROM whatsapp_sessions WHERE channel_id = $1 AND ended_at IS NULL ORDER BY id DESC LIMIT ${VERSIONS_KEPT}`,
          [channel.id],
        );
        return rows.map(row => row.id);
      }),
    open: version =>
      run(async ({ db }) => {
        const [row] = await db.query<{ sealed: string; sha256: string }>(
          'SELECT sealed, sha256 FROM whatsapp_sessions WHERE id = $1 AND channel_id = $2',
          [version, channel.id],
        );
        if (!row) throw new Error(`There is no version ${version} of this session.`);
        return openSealed(row);
      }),
    save: content =>
      run(scope =>
        scope.transaction(async tx => {
          // Locked: two lines of one channel that save at once are one after the other, and the older one is refused.
          await tx.query('SELECT id FROM channels WHERE id = $1 FOR UPDATE', [channel.id]);
          const saved = await tx.query(
            `INSERT INTO whatsapp_sessions (channel_id, fence, sha256, sealed)
             SELECT $1, $2, $3, $4
             WHERE NOT EXISTS (SELECT FROM whatsapp_sessions WHERE channel_id = $1 AND fence > $2) RETURNING id`,
            [channel.id, fence, sha256(content), tenant.dataKey.seal(content, context)],
          );
          if (saved.length === 0) throw new LineLost('Another process has saved a newer session.');
          await tx.query(
            `DELETE FROM whatsapp_sessions WHERE channel_id = $1 AND (ended_at IS NULL OR ended_at < now() - interval '${UNDO_DAYS} days')
               AND id NOT IN (SELECT id FROM whatsapp_sessions WHERE channel_id = $1 AND ended_at IS NULL
                 ORDER BY id DESC LIMIT ${VERSIONS_KEPT})`,
            [channel.id],
          );
        }),
      ),
    end: () =>
      run(async ({ db }) => {
        await db.query(
          'UPDATE whatsapp_sessions SET ended_at = now() WHERE channel_id = $1 AND ended_at IS NULL AND fence <= $2',
          [channel.id, fence],
        );
      }),
  };
}
