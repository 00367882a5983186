import { z } from 'zod';
import { conversation, note } from './conversations.ts';
import { message } from './messages.ts';
import { operation } from './operation.ts';
import { id, timestamp } from './primitives.ts';

/**
 * The fields of a conversation that changed. Readers merge it into what they hold. Per-caller fields never
 * travel in events: a reader computes `unreadCount` as `inboundCount - readInboundCount`.
 */
export const conversationPatch = conversation
  .omit({ unreadCount: true, readInboundCount: true })
  .partial()
  .required({ id: true });
export type ConversationPatch = z.infer<typeof conversationPatch>;

/** What each event tells. Every change of a tenant's data is one of these, numbered without gaps. */
export const eventData = {
  'conversation.created': z.object({ conversation: conversationPatch }),
  'conversation.updated': z.object({ conversation: conversationPatch }),
  'conversation.assigned': z.object({ conversation: conversationPatch }),
  'conversation.resolved': z.object({ conversation: conversationPatch }),
  'conversation.read': z.object({ conversationId: id, userId: id, readInboundCount: z.number().int() }),
  'message.created': z.object({ message, conversation: conversationPatch }),
  'message.updated': z.object({ message, conversation: conversationPatch.optional() }),
  'message.status': z.object({
    messageId: id,
    conversationId: id,
    status: message.shape.status,
    error: message.shape.error,
  }),
  'note.created': z.object({ note }),
  'channel.updated': z.object({ channelId: id, health: z.string(), isActive: z.boolean() }),
  'user.updated': z.object({ userId: id }),
  /** Stands for events that the reader may not see; `seq` is the last of them. */
  skipped: z.object({}),
} as const;
export type EventType = keyof typeof eventData;
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;
/** One event as sockets and `GET /events` carry it. */
export type TenantEvent = {
  [T in EventType]: { seq: number; type: T; at: string; data: EventData<T> };
}[EventType];

export const listEvents = operation({
  id: 'listEvents',
  method: 'get',
  path: '/events',
  tag: 'events',
  summary: 'What happened after `after`, in order and without gaps. 410 when that is no longer kept.',
  access: 'events:read',
  query: z.object({
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: z.object({
    items: z.array(z.object({ seq: z.number().int(), type: z.string(), at: timestamp, data: z.unknown() })),
    /** The newest sequence number that exists now. */
    lastSeq: z.number().int(),
  }),
});

/** Socket events without a number: they tell of the moment only. */
export interface LiveEvents {
  typing: {
    conversationId: number;
    by: 'customer' | 'user';
    user: { id: number; name: string } | null;
    isTyping: boolean;
  };
  viewing: { conversationId: number; users: { id: number; name: string }[] };
}
/** What an agent's socket may say. */
export interface AgentCommands {
  'conversation.view': { conversationId: number | null };
  typing: { conversationId: number; isTyping: boolean };
}
