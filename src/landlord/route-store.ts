import type { Platform } from '../contract/primitives.ts';
import type { LandlordDb, LandlordTx } from '../db/planes.ts';

/** Which channel of which tenant a webhook belongs to, with what is needed to verify it without that tenant's database. */
export interface ChannelRoute {
  readonly tenantId: string;
  readonly channelId: number;
  readonly platform: Platform;
  readonly externalAccountId: string | null;
  readonly token: string;
  /** JSON of the adapter's Credentials, sealed with the tenant's data key. */
  readonly sealedCredentials: string;
}

const SELECT = `SELECT tenant_id AS "tenantId", channel_id AS "channelId", platform,
  external_account_id AS "externalAccountId", token, sealed_credentials AS "sealedCredentials" FROM channel_routes`;

export async function findRouteByToken(db: LandlordDb, token: string): Promise<ChannelRoute | undefined> {
  return (await db.query<ChannelRoute>(`${SELECT} WHERE token = $1`, [token]))[0];
}
export async function findRouteByAccount(
  db: LandlordDb,
  platform: Platform,
  accountId: string,
): Promise<ChannelRoute | undefined> {
  return (
    await db.query<ChannelRoute>(`${SELECT} WHERE platform = $1 AND external_account_id = $2`, [
      platform,
      accountId,
    ])
  )[0];
}
/** Replaces the route of a channel. A unique violation means that the account belongs to another channel. */
export async function putRoute(tx: LandlordTx, route: ChannelRoute): Promise<void> {
  await tx.query(
    `INSERT INTO channel_routes (tenant_id, channel_id, platform, external_account_id, token, sealed_credentials)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id, channel_id) DO UPDATE SET external_account_id = excluded.external_account_id,
       token = excluded.token, sealed_credentials = excluded.sealed_credentials`,
    [
      route.tenantId,
      route.channelId,
      route.platform,
      route.externalAccountId,
      route.token,
      route.sealedCredentials,
    ],
  );
}
export async function removeRoute(db: LandlordDb, tenantId: string, channelId: number): Promise<void> {
  await db.query(
    `WITH line AS (DELETE FROM channel_lines WHERE tenant_id = $1 AND channel_id = $2)
     DELETE FROM channel_routes WHERE tenant_id = $1 AND channel_id = $2`,
    [tenantId, channelId],
  );
}
export async function routesOfTenant(db: LandlordDb, tenantId: string): Promise<ChannelRoute[]> {
  return db.query<ChannelRoute>(`${SELECT} WHERE tenant_id = $1 ORDER BY channel_id`, [tenantId]);
}
