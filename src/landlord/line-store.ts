import type { Platform } from '../contract/primitives.ts';
import type { LandlordDb } from '../db/planes.ts';

/** A line that a process holds. `fence` is greater than that of every holder before it. */
export interface HeldLine {
  readonly tenantId: string;
  readonly channelId: number;
  readonly platform: Platform;
  readonly fence: number;
}

/** A process that has not been heard of for so long holds nothing any more. */
export const LEASE_SECONDS = 45;
const LEASE = `now() + interval '${LEASE_SECONDS} seconds'`;

/**
 * Takes lines that nobody holds, at most `limit`, of these platforms; chosen at random, so that many processes share them.
 * Two that want the same one: the row lets one of them have it. Lock order: by tenant and channel.
 */
export async function claimLines(
  db: LandlordDb,
  holder: string,
  platforms: readonly Platform[],
  limit: number,
): Promise<HeldLine[]> {
  if (limit <= 0 || platforms.length === 0) return [];
  return db.query<HeldLine>(
    `WITH free AS (
       SELECT r.tenant_id, r.channel_id, r.platform FROM channel_routes r
       JOIN tenants t ON t.id = r.tenant_id AND t.status = 'active'
       LEFT JOIN channel_lines l USING (tenant_id, channel_id)
       WHERE r.platform = ANY ($2::text[]) AND (l.tenant_id IS NULL OR l.held_until < now())
       ORDER BY random() LIMIT $3
     ), taken AS (
       INSERT INTO channel_lines AS l (tenant_id, channel_id, holder, held_until)
       SELECT tenant_id, channel_id, $1, ${LEASE} FROM free ORDER BY tenant_id, channel_id
       ON CONFLICT (tenant_id, channel_id) DO UPDATE SET holder = excluded.holder, fence = l.fence + 1,
         held_until = excluded.held_until WHERE l.held_until < now()
       RETURNING tenant_id, channel_id, fence
     )
     SELECT tenant_id AS "tenantId", channel_id AS "channelId", free.platform, taken.fence
     FROM taken JOIN free USING (tenant_id, channel_id)`,
    [holder, platforms, limit],
  );
}

/**
 * Prolongs all that this process holds; what is not among them is another's, or gone with its channel or tenant. Locks as
 * `claimLines` does.
 */
export async function renewLines(
  db: LandlordDb,
  holder: string,
): Promise<Pick<HeldLine, 'tenantId' | 'channelId' | 'fence'>[]> {
  return db.query(
    `WITH ours AS (
       SELECT l.tenant_id, l.channel_id FROM channel_lines l
       JOIN tenants t ON t.id = l.tenant_id AND t.status = 'active'
       JOIN channel_routes r ON r.tenant_id = l.tenant_id AND r.channel_id = l.channel_id
       WHERE l.holder = $1 AND l.held_until >= now() ORDER BY l.tenant_id, l.channel_id FOR UPDATE OF l
     )
     UPDATE channel_lines l SET held_until = ${LEASE} FROM ours o
     WHERE l.tenant_id = o.tenant_id AND l.channel_id = o.channel_id AND l.holder = $1
     RETURNING l.tenant_id AS "tenantId", l.channel_id AS "channelId", l.fence`,
    [holder],
  );
}

/** Gives a line back; nobody takes it for so long. */
export async function restLine(
  db: LandlordDb,
  holder: string,
  { tenantId, channelId, fence }: Pick<HeldLine, 'tenantId' | 'channelId' | 'fence'>,
  restMs: number,
): Promise<void> {
  await db.query(
    `UPDATE channel_lines SET holder = NULL, held_until = now() + $4 * interval '1 millisecond'
     WHERE tenant_id = $2 AND channel_id = $3 AND holder = $1 AND fence = $5`,
    [holder, tenantId, channelId, restMs, fence],
  );
}

/** A person wants it now: it rests no longer. A line that somebody holds stays held. */
export async function wakeLine(db: LandlordDb, tenantId: string, channelId: number): Promise<void> {
  await db.query(
    'UPDATE channel_lines SET held_until = now() WHERE tenant_id = $1 AND channel_id = $2 AND holder IS NULL',
    [tenantId, channelId],
  );
}
