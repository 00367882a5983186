import { randomBytes } from 'node:crypto';
import { ZodError, type z } from 'zod';
import type { Channel, createdChannel } from '../../contract/channels.ts';
import type { Platform } from '../../contract/primitives.ts';
import { violatedConstraint } from '../../db/session.ts';
import { Conflict, NotFound, ValidationError } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { tellNews } from '../../landlord/news.ts';
import { putRoute, removeRoute } from '../../landlord/route-store.ts';
import { type AnyAdapter, adapters } from '../../platforms/registry.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import { sealContext, type Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { type ChannelRow, channelOf, findChannel } from './channel-store.ts';

export type CreatedChannel = z.output<typeof createdChannel>;
export interface NewChannel {
  readonly platform: Platform;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** An operator says so: the provider's address in the settings may lie in our own network. */
  readonly trustsApiUrl?: boolean;
}

/** Checks a settings file against the platform's schema; every fault is named. Throws ValidationError. */
export function checkSettings(platform: Platform, settings: Readonly<Record<string, unknown>>) {
  const adapter = adapters[platform];
  if (!adapter)
    throw new ValidationError(
      `platform: "${platform}" cannot be connected yet. Possible: ${Object.keys(adapters).join(', ')}.`,
    );
  try {
    return { adapter, complete: adapter.complete(settings) };
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const details = error.issues.map(issue => ({
      path: ['settings', ...issue.path].join('.'),
      message: issue.message,
    }));
    throw new ValidationError(details.map(detail => `${detail.path}: ${detail.message}`).join('; '), details);
  }
}

export function splitSecrets(adapter: AnyAdapter, settings: Readonly<Record<string, unknown>>) {
  const isSecret = (name: string) => (adapter.secretSettings as readonly string[]).includes(name);
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    open: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    secret: Object.fromEntries(entries.filter(([name]) => isSecret(name))),
  };
}

/** The settings as the adapter wants them, with their secrets opened. */
export function openSettings(
  tenant: Tenant,
  row: Pick<ChannelRow, 'settings' | 'sealed_credentials' | 'webhook_token'>,
) {
  // A channel of the sample, or one that was removed: no platform takes that for complete.
  if (row.sealed_credentials === '') return row.settings as Readonly<Record<string, unknown>>;
  const secret = JSON.parse(
    tenant.dataKey.open(row.sealed_credentials, sealContext.channel(row.webhook_token)),
  ) as object;
  return { ...row.settings, ...secret } as Readonly<Record<string, unknown>>;
}

/**
 * Stores a channel in the tenant and its route in the landlord. The tenant's row comes first and is taken back when the
 * landlord says that the account belongs to somebody else. Throws ValidationError, Conflict.
 */
export async function createChannel(
  landlord: Landlord,
  scope: TenantScope,
  given: NewChannel,
  publicUrl: string,
): Promise<CreatedChannel> {
  const { adapter, complete } = checkSettings(given.platform, given.settings);
  const token = `${given.platform === 'widget' ? 'wk_' : ''}${randomBytes(24).toString('base64url')}`;
  const credentials = adapter.credentials(complete);
  const { open, secret } = splitSecrets(adapter, complete);
  const { tenant } = scope;
  const accountId = adapter.accountId(complete);
  const taken = (how: string) =>
    new Conflict(`settings: the account ${accountId} is connected already, ${how}`, 'account_taken');
  let channelId: number;
  try {
    channelId = await scope.transaction(async tx => {
      const [row] = await tx.query<{ id: number }>(
        `INSERT INTO channels (platform, name, external_account_id, settings, sealed_credentials, webhook_token, health,
           trusts_api_url)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
        [
          given.platform,
          given.name,
          accountId,
          open,
          tenant.dataKey.seal(JSON.stringify(secret), sealContext.channel(token)),
          token,
          adapter.open ? 'unknown' : 'ok',
          given.trustsApiUrl ?? false,
        ],
      );
      return (row as { id: number }).id;
    });
  } catch (error) {
    if (violatedConstraint(error) !== 'channels_account') throw error;
    const [holder] = await scope.db.query<{ id: number; name: string }>(
      'SELECT id, name FROM channels WHERE platform = $1 AND external_account_id = $2 AND removed_at IS NULL',
      [given.platform, accountId],
    );
    throw taken(
      holder
        ? `as the channel ${holder.id}, ${holder.name}. Change the settings of that one, or remove it first.`
        : 'and was removed at this moment. Try again.',
    );
  }
  try {
    await landlord.transaction(tx =>
      putRoute(tx, {
        tenantId: tenant.id,
        channelId,
        platform: given.platform,
        externalAccountId: accountId,
        token,
        sealedCredentials: tenant.dataKey.seal(JSON.stringify(credentials), sealContext.route(token)),
      }),
    );
  } catch (error) {
    await scope.transaction(tx => tx.query('DELETE FROM channels WHERE id = $1', [channelId]));
    if (violatedConstraint(error))
      throw taken('as a channel of somebody else, where it must be removed first.');
    throw error;
  }
  const row = (await findChannel(scope.db, channelId)) as ChannelRow;
  await scope.transaction(async tx => emitChannel(tx, channelId, row.health, true));
  // Whoever holds lines may open one for it now.
  if (adapter.open) await tellNews(landlord.db, tenant.id);
  return {
    ...channelOf(row, publicUrl),
    verifyToken: credentials.verifyToken ?? null,
    secret: given.platform === 'api' ? (credentials.signingSecrets[0] ?? null) : null,
  };
}

function emitChannel(tx: TenantTx, channelId: number, health: string, isActive: boolean): void {
  tx.emit(eventDraft('channel.updated', `channel:${channelId}`, { channelId, health, isActive }));
}

const withLines = Object.values(adapters)
  .filter(adapter => adapter.open !== undefined)
  .map(adapter => adapter.platform);

export async function changeChannel(
  scope: TenantScope,
  id: number,
  change: { name?: string; isActive?: boolean },
  publicUrl: string,
): Promise<Channel> {
  await scope.transaction(async tx => {
    const [changed] = await tx.query<ChannelRow>(
      `UPDATE channels SET name = coalesce($2, name), is_active = coalesce($3, is_active),
         -- Resuming is a person's word that the account is in order again; how an open line stands it tells itself.
         health = CASE WHEN $3 IS NOT TRUE THEN health WHEN platform = ANY ($4::text[]) THEN 'unknown'
           WHEN health IN ('stopped','reauthorise') THEN 'ok' ELSE health END,
         pairing = CASE WHEN $3 IS NULL THEN pairing END,
         health_message = CASE WHEN $3 THEN NULL ELSE health_message END,
         paused_until = CASE WHEN $3 THEN NULL ELSE paused_until END, updated_at = now()
       WHERE id = $1 AND removed_at IS NULL RETURNING *`,
      [id, change.name ?? null, change.isActive ?? null, withLines],
    );
    if (!changed) throw new NotFound('There is no such channel.');
    emitChannel(tx, id, changed.health, changed.is_active);
  });
  const row = await findChannel(scope.db, id);
  if (!row) throw new NotFound('There is no such channel.');
  return channelOf(row, publicUrl);
}

/** Of a message whose channel is gone. */
export const channelRemoved = {
  code: 'channel_removed',
  message: 'The channel was removed before this was sent.',
};

/**
 * What waits to be sent will not be: the channel is going. What is being sent at this moment ends by itself. Lock order
 * as everywhere: message_sends, then messages, each by id.
 */
async function failWaiting(tx: TenantTx, channelId: number): Promise<void> {
  await tx.query(
    'SELECT id FROM message_sends WHERE channel_id = $1 AND claimed_until IS NULL ORDER BY id FOR UPDATE',
    [channelId],
  );
  const failed = await tx.query<{ id: number; conversationId: number; code: string; message: string }>(
    `WITH gone AS (
       DELETE FROM message_sends WHERE channel_id = $1 AND claimed_until IS NULL RETURNING message_id, kind
     )
     UPDATE messages m SET status = 'failed', error_code = $2, error_message = $3, failed_at = now(), updated_at = clock_timestamp()
     FROM gone WHERE m.id = gone.message_id AND gone.kind = 'message' AND m.status = 'pending'
     RETURNING m.id, m.conversation_id AS "conversationId", m.error_code AS code, m.error_message AS message`,
    [channelId, channelRemoved.code, channelRemoved.message],
  );
  for (const { id, conversationId, code, message } of failed)
    tx.emit(
      eventDraft('message.status', `conversation:${conversationId}`, {
        messageId: id,
        conversationId,
        status: 'failed',
        error: { code, message },
      }),
    );
}

/** Disconnects: the route goes first, so that nothing more arrives; history stays, secrets go. */
export async function removeChannel(landlord: Landlord, scope: TenantScope, id: number): Promise<void> {
  if (!(await findChannel(scope.db, id))) throw new NotFound('There is no such channel.');
  await removeRoute(landlord.db, scope.tenant.id, id);
  await scope.transaction(async tx => {
    await tx.query(
      `UPDATE channels SET removed_at = now(), is_active = false, sealed_credentials = '', pairing = NULL, updated_at = now()
       WHERE id = $1`,
      [id],
    );
    await tx.query('DELETE FROM whatsapp_sessions WHERE channel_id = $1', [id]);
    await failWaiting(tx, id);
    emitChannel(tx, id, 'stopped', false);
  });
  // Every process keeps routes for a while; none may lead here any more.
  await tellNews(landlord.db, scope.tenant.id);
}

/** Marks what a send or a check found out; nothing when it was so already. */
export async function setHealth(
  tx: TenantTx,
  channelId: number,
  health: Channel['health'],
  message: string | null,
): Promise<void> {
  const [row] = await tx.query<{ is_active: boolean }>(
    `UPDATE channels SET health = $2, health_message = $3, updated_at = now()
     WHERE id = $1 AND removed_at IS NULL AND (health, health_message) IS DISTINCT FROM ($2, $3) RETURNING is_active`,
    [channelId, health, message],
  );
  if (row) emitChannel(tx, channelId, health, row.is_active);
}
