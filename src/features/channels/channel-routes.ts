import {
  createChannel as createOperation,
  deleteChannel,
  getChannel,
  listChannels,
  updateChannel,
} from '../../contract/channels.ts';
import type { Api } from '../../http/api.ts';
import { decodeCursor, page } from '../../http/cursor.ts';
import { NotFound } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { changeChannel, createChannel, removeChannel } from './channel-service.ts';
import { channelOf, findChannel, pageChannels } from './channel-store.ts';

export interface ChannelRoutesOptions {
  readonly landlord: Landlord;
  readonly publicUrl: () => string;
  /** Wakes the sender, after the commit: the channel has kept its outbox while it was stopped. */
  readonly onResumed: (tenantId: string) => void;
}

export function bindChannelRoutes(api: Api, { landlord, publicUrl, onResumed }: ChannelRoutesOptions): void {
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
  api.handle(createOperation, async ({ scope, body }) => createChannel(landlord, scope, body, publicUrl()));
  api.handle(updateChannel, async ({ scope, params, body }) => {
    const changed = await changeChannel(scope, params.id, body, publicUrl());
    if (body.isActive) onResumed(scope.tenant.id);
    return changed;
  });
  api.handle(deleteChannel, async ({ scope, params }) => {
    await removeChannel(landlord, scope, params.id);
    return undefined;
  });
}
