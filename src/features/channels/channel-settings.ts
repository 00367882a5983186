import { violatedConstraint } from '../../db/session.ts';
import { Conflict, NotFound } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { tellNews } from '../../landlord/news.ts';
import { putRoute } from '../../landlord/route-store.ts';
import { sealContext } from '../../tenancy/tenant.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { checkSettings, openSettings, splitSecrets } from './channel-service.ts';
import type { ChannelRow } from './channel-store.ts';

/**
 * Changes the settings that are named (`null` takes an optional one away) and leaves the rest: a new token comes in while
 * history, webhook address and outbox stay. The route is written within the tenant's transaction, which is undone when the
 * landlord refuses. With `asRead` nothing is changed when somebody has set secrets since. Throws NotFound, ValidationError, Conflict.
 */
export async function changeSettings(
  landlord: Landlord,
  scope: TenantScope,
  channelId: number,
  given: Readonly<Record<string, unknown>>,
  asRead?: Pick<ChannelRow, 'sealed_credentials'>,
): Promise<void> {
  const { tenant } = scope;
  try {
    await scope.transaction(async tx => {
      const [row] = await tx.query<ChannelRow>(
        'SELECT * FROM channels WHERE id = $1 AND removed_at IS NULL FOR UPDATE',
        [channelId],
      );
      if (!row) throw new NotFound('There is no such channel.');
      if (asRead && asRead.sealed_credentials !== row.sealed_credentials) return;
      const named = Object.entries({ ...openSettings(tenant, row), ...given });
      const merged = Object.fromEntries(named.filter(([, value]) => value !== null && value !== undefined));
      const { adapter, complete } = checkSettings(row.platform, merged);
      const { open, secret } = splitSecrets(adapter, complete);
      const accountId = adapter.accountId(complete);
      await tx.query(
        `UPDATE channels SET settings = $2, sealed_credentials = $3, external_account_id = $4, updated_at = now(),
           -- Another address is another one's word.
           trusts_api_url = trusts_api_url AND settings -> 'apiUrl' IS NOT DISTINCT FROM $2::jsonb -> 'apiUrl'
         WHERE id = $1`,
        [
          channelId,
          open,
          tenant.dataKey.seal(JSON.stringify(secret), sealContext.channel(row.webhook_token)),
          accountId,
        ],
      );
      await landlord.transaction(landlordTx =>
        putRoute(landlordTx, {
          tenantId: tenant.id,
          channelId,
          platform: row.platform,
          externalAccountId: accountId,
          token: row.webhook_token,
          sealedCredentials: tenant.dataKey.seal(
            JSON.stringify(adapter.credentials(complete)),
            sealContext.route(row.webhook_token),
          ),
        }),
      );
    });
  } catch (error) {
    if (violatedConstraint(error))
      throw new Conflict(
        'settings: this account is connected already, by another channel. Change that one, or remove it first.',
        'account_taken',
      );
    throw error;
  }
  // Every process keeps routes for a while; none may verify by the secrets from before.
  await tellNews(landlord.db, tenant.id);
}
