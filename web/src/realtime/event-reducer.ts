import type {
  Conversation,
  ConversationPatch,
  EventData,
  Message,
  Note,
  TenantEvent,
} from '../../../src/contract/index.ts';
import {
  compareMessages,
  mergeConversation,
  mergeMessage,
  nextStatus,
  placed,
  wholeConversation,
  withUnread,
} from './entity-merge.ts';

export type ViewerId = number;

/** What an event left to be fetched anew. Set by events, cleared by `settle` when somebody has seen to it. */
export interface Stale {
  readonly counts: boolean;
  readonly channels: boolean;
  readonly users: boolean;
  /** Conversations that changed but are not held: a patch alone does not make one. */
  readonly conversations: readonly number[];
}

/** Plain data, never changed in place. The same events in the same order always give the same state. */
export interface EventState {
  readonly lastSeq: number;
  readonly conversations: Readonly<Record<number, Conversation>>;
  /** By conversation, ordered by (sentAt, id). */
  readonly messages: Readonly<Record<number, readonly Message[]>>;
  /** By conversation, oldest first. */
  readonly notes: Readonly<Record<number, readonly Note[]>>;
  readonly stale: Stale;
}

const nothingStale: Stale = { counts: false, channels: false, users: false, conversations: [] };

export function emptyState(lastSeq = 0): EventState {
  return { lastSeq, conversations: {}, messages: {}, notes: {}, stale: nothingStale };
}

export function settle(state: EventState): EventState {
  return { ...state, stale: nothingStale };
}

/** Applies one event. An event that was applied before (by its number) changes nothing. */
export function applyEvent(state: EventState, event: TenantEvent, viewer: ViewerId): EventState {
  return applyEvents(state, [event], viewer);
}

export function applyEvents(state: EventState, events: readonly TenantEvent[], viewer: ViewerId): EventState {
  const fresh = events.filter(event => event.seq > state.lastSeq);
  const last = fresh.at(-1);
  if (!last) return state;
  const draft = draftOf(state);
  for (const event of fresh) change(draft, event, viewer);
  return { ...draft, lastSeq: last.seq };
}

export interface Fetched {
  readonly conversations?: readonly Conversation[];
  readonly messages?: readonly Message[];
  readonly notes?: readonly Note[];
}

/**
 * Takes over an answer of the API. It holds at least everything up to the number at which its request began, and
 * maybe more; so it replaces what is held, and the events that arrived while it was under way are applied again.
 */
export function mergeFetched(
  state: EventState,
  fetched: Fetched,
  eventsSince: readonly TenantEvent[],
  viewer: ViewerId,
): EventState {
  const draft = draftOf(state);
  for (const conversation of fetched.conversations ?? []) draft.conversations[conversation.id] = conversation;
  for (const message of fetched.messages ?? []) putMessage(draft, message);
  for (const note of fetched.notes ?? []) putNote(draft, note);
  for (const event of eventsSince) change(draft, event, viewer);
  return draft;
}

type Draft = { -readonly [K in keyof EventState]: EventState[K] } & {
  conversations: Record<number, Conversation>;
  messages: Record<number, readonly Message[]>;
  notes: Record<number, readonly Note[]>;
};

/** The containers are copied once for a whole batch; what they hold is replaced, never written to. */
function draftOf(state: EventState): Draft {
  return {
    ...state,
    conversations: { ...state.conversations },
    messages: { ...state.messages },
    notes: { ...state.notes },
  };
}

function change(draft: Draft, event: TenantEvent, viewer: ViewerId): void {
  switch (event.type) {
    case 'conversation.created':
      return createConversation(draft, event.data.conversation);
    case 'conversation.updated':
    case 'conversation.assigned':
    case 'conversation.resolved':
      return patchConversation(draft, event.data.conversation);
    case 'conversation.read':
      return readConversation(draft, event.data, viewer);
    case 'message.created':
      upsertMessage(draft, event.data.message);
      return patchConversation(draft, event.data.conversation);
    case 'message.updated':
      upsertMessage(draft, event.data.message);
      if (event.data.conversation) patchConversation(draft, event.data.conversation);
      return;
    case 'message.status':
      return setStatus(draft, event.data);
    case 'note.created':
      return putNote(draft, event.data.note);
    case 'channel.updated':
      draft.stale = { ...draft.stale, channels: true };
      return;
    case 'user.updated':
      draft.stale = { ...draft.stale, users: true };
      return;
    // Skipped events, and types that a newer server may send, only advance the number.
    default:
      return;
  }
}

function createConversation(draft: Draft, patch: ConversationPatch): void {
  if (draft.conversations[patch.id]) return patchConversation(draft, patch);
  const conversation = wholeConversation(patch);
  if (conversation) draft.conversations[patch.id] = conversation;
  draft.stale = { ...draft.stale, counts: true };
  if (!conversation) want(draft, patch.id);
}

function patchConversation(draft: Draft, patch: ConversationPatch): void {
  const held = draft.conversations[patch.id];
  if (!held) {
    draft.stale = { ...draft.stale, counts: true };
    return want(draft, patch.id);
  }
  const merged = mergeConversation(held, patch);
  draft.conversations[patch.id] = merged;
  if (viewOf(merged) !== viewOf(held)) draft.stale = { ...draft.stale, counts: true };
}

/** What decides in which views a conversation is counted. */
function viewOf(conversation: Conversation): string {
  return `${conversation.status}/${conversation.assignedTo?.id}/${conversation.team?.id}/${conversation.channel.id}`;
}

function want(draft: Draft, id: number): void {
  if (draft.stale.conversations.includes(id)) return;
  draft.stale = { ...draft.stale, conversations: [...draft.stale.conversations, id] };
}

function readConversation(draft: Draft, data: EventData<'conversation.read'>, viewer: ViewerId): void {
  const held = draft.conversations[data.conversationId];
  if (data.userId !== viewer || !held || held.readInboundCount >= data.readInboundCount) return;
  draft.conversations[held.id] = withUnread({ ...held, readInboundCount: data.readInboundCount });
}

function upsertMessage(draft: Draft, message: Message): void {
  const held = draft.messages[message.conversationId]?.findLast(other => other.id === message.id);
  putMessage(draft, mergeMessage(held, message));
}

function putMessage(draft: Draft, message: Message): void {
  draft.messages[message.conversationId] = placed(
    draft.messages[message.conversationId] ?? [],
    message,
    compareMessages,
  );
}

function putNote(draft: Draft, note: Note): void {
  draft.notes[note.conversationId] = placed(
    draft.notes[note.conversationId] ?? [],
    note,
    (a, b) => a.id - b.id,
  );
}

function setStatus(draft: Draft, data: EventData<'message.status'>): void {
  setLastStatus(draft, data);
  const list = draft.messages[data.conversationId] ?? [];
  const index = list.findLastIndex(message => message.id === data.messageId);
  const held = list[index];
  if (!held) return;
  const status = nextStatus(held.status, data.status);
  if (status !== data.status) return;
  draft.messages[data.conversationId] = list.with(index, { ...held, status, error: data.error });
}

function setLastStatus(
  draft: Draft,
  { conversationId, messageId, status }: EventData<'message.status'>,
): void {
  const held = draft.conversations[conversationId];
  if (!held?.lastMessage || held.lastMessage.id !== messageId) return;
  const lastMessage = { ...held.lastMessage, status: nextStatus(held.lastMessage.status, status) };
  draft.conversations[conversationId] = { ...held, lastMessage };
}
