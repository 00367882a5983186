import type { Namespace } from 'socket.io';
import { z } from 'zod';
import type { AgentCommands, LiveEvents } from '../contract/events.ts';
import { type AgentSocket, rooms } from './rooms.ts';
import type { ViewerAnnouncer } from './viewer-announcer.ts';

const viewCommand = z.strictObject({ conversationId: z.number().int().positive().nullable() });
const typingCommand = z.strictObject({ conversationId: z.number().int().positive(), isTyping: z.boolean() });

/** Tokens refill over time; a client that talks more than a person can is not listened to. */
function tokenBucket(capacity: number, perSecond: number): () => boolean {
  let tokens = capacity;
  let at = Date.now();
  return () => {
    const now = Date.now();
    tokens = Math.min(capacity, tokens + ((now - at) / 1000) * perSecond);
    at = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

export interface AgentSocketOptions {
  readonly agents: Namespace;
  readonly viewers: ViewerAnnouncer;
  /** Somebody who may answer writes in this conversation. */
  readonly onTyping: (tenantId: string, conversationId: number) => void;
}

export function bindAgentSocket(
  socket: AgentSocket,
  { agents, viewers, onTyping }: AgentSocketOptions,
): void {
  const { principal } = socket.data;
  const { tenantId, userId, name } = principal;
  const maySee = principal.permissions.includes('conversations:read');
  void socket.join([rooms.user(tenantId, userId), maySee ? rooms.readers(tenantId) : rooms.blind(tenantId)]);
  const mayTalk = tokenBucket(40, 10);

  function view(conversationId: number | undefined): void {
    const before = socket.data.viewing;
    if (before === conversationId) return;
    socket.data.viewing = conversationId;
    if (before !== undefined) {
      void socket.leave(rooms.viewing(tenantId, before));
      viewers.announce(tenantId, before);
    }
    if (conversationId !== undefined) {
      void socket.join(rooms.viewing(tenantId, conversationId));
      viewers.announce(tenantId, conversationId);
    }
  }

  socket.on('conversation.view', (given: AgentCommands['conversation.view']) => {
    const command = viewCommand.safeParse(given);
    if (command.success && maySee && mayTalk()) view(command.data.conversationId ?? undefined);
  });
  socket.on('typing', (given: AgentCommands['typing']) => {
    const command = typingCommand.safeParse(given);
    if (!command.success || !maySee || !mayTalk()) return;
    const data: LiveEvents['typing'] = { ...command.data, by: 'user', user: { id: userId, name } };
    agents.to(rooms.readers(tenantId)).except(rooms.user(tenantId, userId)).emit('typing', data);
    if (data.isTyping && principal.permissions.includes('messages:send'))
      onTyping(tenantId, data.conversationId);
  });
  socket.on('disconnect', () => {
    const { viewing } = socket.data;
    if (viewing !== undefined) viewers.announce(tenantId, viewing);
  });
}
