import type { Conversation, ConversationPatch, Message, MessageStatus } from '../../../src/contract/index.ts';

const rank: Readonly<Record<MessageStatus, number>> = {
  pending: 0,
  sending: 1,
  unknown: 2,
  sent: 3,
  failed: 4,
  delivered: 5,
  read: 6,
};

/**
 * Statuses climb; what was delivered or read never falls. Only an attempt that failed, or whose outcome is unknown,
 * may start again from below: that is a retry. Old events over newer fetched data therefore settle on the truth,
 * because the stream brings every later event too.
 */
export function nextStatus(held: MessageStatus, incoming: MessageStatus): MessageStatus {
  if (rank[incoming] >= rank[held]) return incoming;
  return held === 'failed' || held === 'unknown' ? incoming : held;
}

function isOlder(a: string | null, b: string | null): boolean {
  return b !== null && (a === null || a < b);
}

/** An event's message over the one that is held. */
export function mergeMessage(held: Message | undefined, incoming: Message): Message {
  if (!held) return incoming;
  if (held.deletedAt !== null && incoming.deletedAt === null) return held;
  const status = nextStatus(held.status, incoming.status);
  const error = status === incoming.status ? incoming.error : held.error;
  const isStaleEdit = incoming.deletedAt === null && isOlder(incoming.editedAt, held.editedAt);
  const base = isStaleEdit ? { ...incoming, content: held.content, editedAt: held.editedAt } : incoming;
  return { ...base, status, error };
}

/** An event's patch over the conversation that is held; a patch older than what is held changes nothing. */
export function mergeConversation(held: Conversation, patch: ConversationPatch): Conversation {
  if (patch.updatedAt !== undefined && patch.updatedAt < held.updatedAt) return held;
  return withUnread({ ...held, ...patch });
}

export function withUnread(conversation: Conversation): Conversation {
  return { ...conversation, unreadCount: conversation.inboundCount - conversation.readInboundCount };
}

const neededFields = [
  'status',
  'priority',
  'subject',
  'platform',
  'channel',
  'customer',
  'assignedTo',
  'team',
  'lastMessage',
  'lastMessageAt',
  'inboundCount',
  'tags',
  'sla',
  'waitingSince',
  'snoozedUntil',
  'windowExpiresAt',
  'firstResponseAt',
  'resolvedAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Conversation)[];

/** A patch that names every field is a whole conversation, which nobody has read yet; otherwise `null`. */
export function wholeConversation(patch: ConversationPatch): Conversation | null {
  if (neededFields.some(field => patch[field] === undefined)) return null;
  return withUnread({
    ...(patch as Omit<Conversation, 'unreadCount' | 'readInboundCount'>),
    unreadCount: 0,
    readInboundCount: 0,
  });
}

interface Placed {
  readonly id: number;
}

/** Puts one item into a list ordered by `compare`, replacing the one with its id. Fast when it belongs at the end. */
export function placed<T extends Placed>(
  list: readonly T[],
  item: T,
  compare: (a: T, b: T) => number,
): readonly T[] {
  const index = list.findLastIndex(other => other.id === item.id);
  const held = index < 0 ? undefined : list[index];
  if (held && compare(held, item) === 0) return list.with(index, item);
  const rest = held ? list.filter(other => other.id !== item.id) : list;
  const before = rest.findLastIndex(other => compare(other, item) < 0);
  return [...rest.slice(0, before + 1), item, ...rest.slice(before + 1)];
}

/** Threads are ordered by the platform's time, then by id. Timestamps are ISO in UTC: text order is time order. */
export function compareMessages(a: Message, b: Message): number {
  if (a.sentAt !== b.sentAt) return a.sentAt < b.sentAt ? -1 : 1;
  return a.id - b.id;
}
