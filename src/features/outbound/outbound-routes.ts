import type { Message } from '../../contract/messages.ts';
import { reactToMessage, retryMessage as retryOperation, sendMessage } from '../../contract/messages.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { Api } from '../../http/api.ts';
import { actingUserId } from '../../http/principal.ts';
import type { MediaLinks } from '../../media/media-links.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { actorOf, readMessages } from '../conversations/index.ts';
import { composeMessage } from './compose-message.ts';
import { reactTo, retryMessage } from './message-actions.ts';

async function readMessage(db: TenantDb, id: number): Promise<Message> {
  const [message] = await readMessages(db, [id]);
  return message as Message;
}

export interface OutboundRoutesOptions {
  readonly links: MediaLinks;
  /** Wakes the worker, after the commit. */
  readonly onQueued: (tenantId: string) => void;
}

export function bindOutboundRoutes(api: Api, { links, onQueued }: OutboundRoutesOptions): void {
  const linkedMessage = async ({ db, tenant }: TenantScope, id: number) =>
    links.linked(tenant.id, await readMessage(db, id));
  api.handle(sendMessage, async ({ scope, principal, params, body, response }) => {
    const actor = actorOf(principal);
    const author = { userId: actor?.id ?? null, name: actor?.name ?? null };
    const { messageId, isNew } = await composeMessage(scope, author, params.id, body);
    onQueued(scope.tenant.id);
    const message = await linkedMessage(scope, messageId);
    if (!isNew) {
      response.status(200).json(message);
    }
    return message;
  });
  api.handle(retryOperation, async ({ scope, params }) => {
    await scope.transaction(tx => retryMessage(tx, params.id));
    onQueued(scope.tenant.id);
    return linkedMessage(scope, params.id);
  });
  api.handle(reactToMessage, async ({ scope, principal, params, body }) => {
    await scope.transaction(tx => reactTo(tx, actingUserId(principal), params.id, body.emoji));
    onQueued(scope.tenant.id);
    return linkedMessage(scope, params.id);
  });
}
