import type { Conversation } from '../../contract/conversations.ts';
import * as contract from '../../contract/conversations.ts';
import { listMessages } from '../../contract/messages.ts';
import { listCustomerConversations } from '../../contract/people.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { Api } from '../../http/api.ts';
import { decodeCursor, page } from '../../http/cursor.ts';
import { actingUserId, type Principal } from '../../http/principal.ts';
import { NotFound } from '../../kit/errors.ts';
import type { MediaLinks } from '../../media/media-links.ts';
import {
  type ConversationQuery,
  countConversations,
  listConversations,
  readConversation,
} from './conversation-read-model.ts';
import { type Actor, assign, markRead, updateConversationFields } from './conversation-service.ts';
import { readThread } from './message-read-model.ts';
import { insertTag, pageNotes, pageTags, removeTag, replaceTags, writeNote } from './note-service.ts';

export function actorOf(principal: Principal): Actor {
  return principal.kind === 'user' ? { id: principal.userId, name: principal.name } : null;
}

export async function requireConversation(
  db: TenantDb,
  viewerId: number | null,
  id: number,
): Promise<Conversation> {
  const conversation = await readConversation(db, viewerId, id);
  if (!conversation) throw new NotFound('There is no such conversation.');
  return conversation;
}

async function pageOf(
  db: TenantDb,
  viewerId: number | null,
  query: Omit<ConversationQuery, 'after'> & { cursor?: string | undefined },
) {
  const { cursor, ...rest } = query;
  const [at, id] = cursor ? (decodeCursor(cursor, ['time', 'number']) as [string, number]) : [];
  const after = at !== undefined && id !== undefined ? { at: new Date(at), id } : undefined;
  const rows = await listConversations(db, viewerId, { ...rest, ...(after && { after }) });
  return page(
    rows,
    query.limit,
    row => row.conversation,
    row => [row.at.toISOString(), row.conversation.id],
  );
}

/** `onSnoozed` lets the worker know that a time to wake somebody was set; `onRead` is for customers who may know of it. */
export interface ConversationRoutesOptions {
  readonly links: MediaLinks;
  readonly onSnoozed: (tenantId: string) => void;
  readonly onRead: (tenantId: string, conversationId: number, lastMessageId: number | undefined) => void;
}

export function bindConversationRoutes(
  api: Api,
  { links, onSnoozed, onRead }: ConversationRoutesOptions,
): void {
  api.handle(contract.listConversations, async ({ scope, principal, query }) =>
    pageOf(scope.db, actingUserId(principal), query),
  );
  api.handle(contract.countConversations, async ({ scope, principal }) =>
    countConversations(scope.db, actingUserId(principal)),
  );
  api.handle(contract.getConversation, async ({ scope, principal, params }) =>
    requireConversation(scope.db, actingUserId(principal), params.id),
  );
  api.handle(contract.updateConversation, async ({ scope, principal, params, body }) => {
    await scope.transaction(tx => updateConversationFields(tx, actorOf(principal), params.id, body));
    if (body.snoozedUntil) onSnoozed(scope.tenant.id);
    return requireConversation(scope.db, actingUserId(principal), params.id);
  });
  api.handle(contract.assignConversation, async ({ scope, principal, params, body }) => {
    await scope.transaction(tx => assign(tx, actorOf(principal), params.id, body));
    return requireConversation(scope.db, actingUserId(principal), params.id);
  });
  api.handle(contract.markConversationRead, async ({ scope, principal, params, body }) => {
    await scope.transaction(tx => markRead(tx, principal.userId, params.id, body?.lastMessageId));
    onRead(scope.tenant.id, params.id, body?.lastMessageId);
    return requireConversation(scope.db, principal.userId, params.id);
  });
  api.handle(contract.setConversationTags, async ({ scope, principal, params, body }) => {
    await scope.transaction(tx => replaceTags(tx, params.id, body.tagIds));
    return requireConversation(scope.db, actingUserId(principal), params.id);
  });
  api.handle(contract.listNotes, async ({ scope, principal, params, query }) => {
    await requireConversation(scope.db, actingUserId(principal), params.id);
    const [after] = query.cursor ? decodeCursor(query.cursor, ['number']) : [0];
    const notes = await pageNotes(scope.db, params.id, after as number, query.limit);
    return page(
      notes,
      query.limit,
      note => note,
      note => [note.id],
    );
  });
  api.handle(contract.createNote, async ({ scope, principal, params, body }) =>
    scope.transaction(tx => writeNote(tx, params.id, actingUserId(principal), body)),
  );
  api.handle(contract.listTags, async ({ scope, query }) => {
    const after = query.cursor
      ? (decodeCursor(query.cursor, ['string', 'number']) as [string, number])
      : (['', 0] as const);
    const tags = await pageTags(scope.db, after, query.limit);
    return page(
      tags,
      query.limit,
      tag => tag,
      tag => [tag.name, tag.id],
    );
  });
  api.handle(contract.createTag, async ({ scope, body }) => scope.transaction(tx => insertTag(tx, body)));
  api.handle(contract.deleteTag, async ({ scope, params }) => {
    await scope.transaction(tx => removeTag(tx, params.id));
    return undefined;
  });
  api.handle(listMessages, async ({ scope, principal, params, query }) => {
    const [, thread] = await Promise.all([
      requireConversation(scope.db, actingUserId(principal), params.id),
      readThread(scope.db, params.id, query),
    ]);
    return { ...thread, items: thread.items.map(message => links.linked(scope.tenant.id, message)) };
  });
  api.handle(listCustomerConversations, async ({ scope, principal, params, query }) => {
    const [known] = await scope.db.query('SELECT id FROM customers WHERE id = $1', [params.id]);
    if (!known) throw new NotFound('There is no such customer.');
    return pageOf(scope.db, actingUserId(principal), {
      ...query,
      customer: params.id,
      sort: 'newest',
      status: ['new', 'open', 'pending', 'snoozed', 'resolved', 'archived'],
    });
  });
}
