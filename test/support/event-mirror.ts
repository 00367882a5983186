import { expect } from 'chai';
import type { Conversation } from '../../src/contract/conversations.ts';
import type { ConversationPatch, TenantEvent } from '../../src/contract/events.ts';
import type { Message } from '../../src/contract/messages.ts';
import type { ProductTenant } from './product.ts';

/** What somebody knows who has read nothing but events. */
export interface EventMirror {
  readonly conversations: ReadonlyMap<number, ConversationPatch>;
  readonly messages: ReadonlyMap<number, Message>;
}

export function mirrorOf(events: readonly TenantEvent[]): EventMirror {
  const conversations = new Map<number, ConversationPatch>();
  const messages = new Map<number, Message>();
  const merge = (patch: ConversationPatch | undefined) => {
    if (patch) conversations.set(patch.id, { ...conversations.get(patch.id), ...patch });
  };
  for (const event of events)
    switch (event.type) {
      case 'conversation.created':
      case 'conversation.updated':
      case 'conversation.assigned':
      case 'conversation.resolved':
        merge(event.data.conversation);
        break;
      case 'message.created':
      case 'message.updated':
        messages.set(event.data.message.id, event.data.message);
        merge(event.data.conversation);
        break;
      case 'message.status': {
        const { messageId, status, error } = event.data;
        const known = messages.get(messageId);
        if (known) messages.set(messageId, { ...known, status, error });
        const of = conversations.get(event.data.conversationId);
        if (of?.lastMessage?.id === messageId) merge({ ...of, lastMessage: { ...of.lastMessage, status } });
        break;
      }
    }
  return { conversations, messages };
}

function inThreadOrder(messages: Iterable<Message>): Message[] {
  return [...messages].sort(
    (one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt) || one.id - other.id,
  );
}

/** Every message of a conversation by the API, oldest first, page after page from the newest back. */
export async function wholeThread(tenant: ProductTenant, conversationId: number): Promise<Message[]> {
  const items: Message[] = [];
  for (let before = ''; ; before = `&before=${items[0]?.id}`) {
    const { body } = await tenant.http<{ items: Message[]; hasMore: boolean }>(
      'GET',
      `/conversations/${conversationId}/messages?limit=100${before}`,
    );
    items.unshift(...body.items);
    if (!body.hasMore) return items;
  }
}

/**
 * Fails unless the events alone tell what the API answers: each conversation with its last line, and each message.
 * Compares all conversations, or those given; once more when something happened in between.
 */
export async function expectEventsTellAll(
  tenant: ProductTenant,
  conversationIds?: readonly number[],
): Promise<EventMirror> {
  const events = await tenant.events();
  try {
    return await compareWithEvents(tenant, events, conversationIds);
  } catch (error) {
    if ((await tenant.events()).length === events.length) throw error;
    return expectEventsTellAll(tenant, conversationIds);
  }
}

async function compareWithEvents(
  tenant: ProductTenant,
  events: readonly TenantEvent[],
  conversationIds: readonly number[] | undefined,
): Promise<EventMirror> {
  const mirror = mirrorOf(events);
  const rows = await tenant.query<{ id: number }>('SELECT id FROM conversations ORDER BY id');
  for (const { id } of rows) {
    if (conversationIds && !conversationIds.includes(id)) continue;
    const { body } = await tenant.http<Conversation>('GET', `/conversations/${id}`);
    const { unreadCount, readInboundCount, ...shown } = body;
    expect(unreadCount, `unread of conversation ${id}`).to.equal(body.inboundCount - readInboundCount);
    const told = mirror.conversations.get(id);
    // Whether a promise is broken is a matter of when one looks.
    const timeless = (sla: Conversation['sla'] | undefined) => sla && { kind: sla.kind, dueAt: sla.dueAt };
    expect({ ...told, sla: timeless(told?.sla) }, `conversation ${id} as its events tell it`).to.deep.equal({
      ...shown,
      sla: timeless(shown.sla),
    });
    const toldMessages = [...mirror.messages.values()].filter(message => message.conversationId === id);
    expect(inThreadOrder(toldMessages), `messages of conversation ${id} as events tell them`).to.deep.equal(
      await wholeThread(tenant, id),
    );
  }
  return mirror;
}

/** Numbers run from 1 without a gap. */
export function expectNoGaps(events: readonly TenantEvent[]): void {
  expect(events.map(event => event.seq)).to.deep.equal(events.map((_, index) => index + 1));
}
