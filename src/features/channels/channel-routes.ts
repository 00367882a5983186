import type { ProviderUrls } from '../../config/config.ts';
import {
  checkChannel as checkOperation,
  createChannel as createOperation,
  deleteChannel,
  getChannel,
  getChannelHealth,
  getChannelPairing,
  listChannels,
  pairChannel,
  updateChannel,
} from '../../contract/channels.ts';
import { listTemplates, syncTemplates } from '../../contract/templates.ts';
import type { Api } from '../../http/api.ts';
import { decodeCursor, page } from '../../http/cursor.ts';
import { NotFound } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { wakeLine } from '../../landlord/line-store.ts';
import { tellNews } from '../../landlord/news.ts';
import type { AllowList } from '../../net/guarded-agents.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { checkChannel, type RunInTenant, readChannelHealth } from './channel-check.ts';
import { changeChannel, createChannel, removeChannel } from './channel-service.ts';
import { changeSettings } from './channel-settings.ts';
import { channelOf, findChannel, pageChannels } from './channel-store.ts';
import { askForPairing, readPairing } from './pairing.ts';
import type { SharedCredentials } from './shared-credentials.ts';
import { askForTemplates, readTemplates } from './sync-templates.ts';

export interface ChannelRoutesOptions {
  readonly tenants: Tenants;
  readonly landlord: Landlord;
  readonly providerUrls: ProviderUrls;
  readonly outboundAllow: AllowList;
  readonly shared: SharedCredentials;
  readonly publicUrl: () => string;
  /** Wakes the sender, after the commit: the channel has kept its outbox while it was stopped. */
  readonly onResumed: (tenantId: string) => void;
}

export function bindChannelRoutes(api: Api, options: ChannelRoutesOptions): void {
  const { tenants, landlord, providerUrls, outboundAllow, shared, publicUrl, onResumed } = options;
  /** Asks the platform with no connection held meanwhile. */
  const check = async (tenantId: string, channelId: number) => {
    const run: RunInTenant = work => tenants.run(tenantId, work);
    const how = {
      ...{ providerUrls, outboundAllow, shared, publicUrl: publicUrl() },
      ...{ connects: true, isByPerson: true, isServer: true },
    };
    await checkChannel(run, channelId, how);
    const health = await run(scope => readChannelHealth(scope, channelId));
    if (health.health === 'ok') onResumed(tenantId);
    // Its line may be worth opening again.
    await wakeLine(landlord.db, tenantId, channelId);
    await tellNews(landlord.db, tenantId);
    return health;
  };

  api.handle(listChannels, async ({ scope, query }) => {
    const [after] = query.cursor ? decodeCursor(query.cursor, ['number']) : [0];
    const rows = await pageChannels(scope.db, after as number, query.limit);
    return page(
      rows,
      query.limit,
      row => channelOf(row, publicUrl()),
      row => [row.id],
    );
  });
  api.handle(getChannel, async ({ scope, params }) => {
    const row = await findChannel(scope.db, params.id);
    if (!row) throw new NotFound('There is no such channel.');
    return channelOf(row, publicUrl());
  });
  api.handleDetached(createOperation, async ({ principal, body }) => {
    const { tenantId } = principal;
    const created = await tenants.run(tenantId, scope => createChannel(landlord, scope, body, publicUrl()));
    const { health, healthMessage } = await check(tenantId, created.id);
    return { ...created, health, healthMessage };
  });
  api.handleDetached(updateChannel, async ({ principal, params, body }) => {
    const { tenantId } = principal;
    const { settings, ...change } = body;
    const changed = await tenants.run(tenantId, async scope => {
      if (settings) await changeSettings(landlord, scope, params.id, settings);
      return changeChannel(scope, params.id, change, publicUrl());
    });
    if (body.isActive) onResumed(tenantId);
    await wakeLine(landlord.db, tenantId, params.id);
    await tellNews(landlord.db, tenantId);
    if (!settings) return changed;
    const { health, healthMessage } = await check(tenantId, params.id);
    return { ...changed, health, healthMessage };
  });
  api.handle(getChannelHealth, async ({ scope, params }) => readChannelHealth(scope, params.id));
  api.handleDetached(checkOperation, async ({ principal, params }) => check(principal.tenantId, params.id));
  const asPlatformIo = () => ({ providerUrls, outboundAllow, publicUrl: publicUrl() });
  api.handleDetached(listTemplates, async ({ principal, params }) =>
    readTemplates(work => tenants.run(principal.tenantId, work), params.id, asPlatformIo()),
  );
  api.handleDetached(syncTemplates, async ({ principal, params }) =>
    askForTemplates(work => tenants.run(principal.tenantId, work), params.id, asPlatformIo()),
  );
  api.handle(getChannelPairing, async ({ scope, params }) => readPairing(scope, params.id));
  api.handle(pairChannel, async ({ scope, params, body }) => {
    await askForPairing(landlord, scope, params.id, body.restore);
    return readPairing(scope, params.id);
  });
  api.handle(deleteChannel, async ({ scope, params }) => {
    await removeChannel(landlord, scope, params.id);
    return undefined;
  });
}
