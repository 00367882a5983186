import type { Namespace, Socket } from 'socket.io';
import { z } from 'zod';
import type { AgentCommands, LiveEvents } from '../contract/events.ts';
import type { UserPrincipal } from '../http/principal.ts';
import type { Logger } from '../observability/logger.ts';

/** Rooms are named here and nowhere else, always with the tenant in them; a client never names one. */
export const rooms = {
  /** Agents who may see conversations. */
  readers: (tenantId: string) => `${tenantId}/readers`,
  /** Agents who may not: they get the numbers only. */
  blind: (tenantId: string) => `${tenantId}/blind`,
  user: (tenantId: string, userId: number) => `${tenantId}/user/${userId}`,
  viewing: (tenantId: string, conversationId: number) => `${tenantId}/viewing/${conversationId}`,
};

export interface AgentSocketData {
  principal: UserPrincipal;
  viewing?: number | undefined;
}
export type AgentSocket = Omit<Socket, 'data'> & { data: AgentSocketData };

const viewCommand = z.strictObject({ conversationId: z.number().int().positive().nullable() });
const typingCommand = z.strictObject({ conversationId: z.number().int().positive(), isTyping: z.boolean() });

const RECOUNT_AFTER_MS = 1000;
const MAX_ANNOUNCEMENTS = 4;

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

export function bindAgentSocket(agents: Namespace, socket: AgentSocket, log: Logger): void {
  const { principal } = socket.data;
  const { tenantId, userId, name } = principal;
  const maySee = principal.permissions.includes('conversations:read');
  void socket.join([rooms.user(tenantId, userId), maySee ? rooms.readers(tenantId) : rooms.blind(tenantId)]);
  const mayTalk = tokenBucket(40, 10);

  async function tellViewers(conversationId: number): Promise<void> {
    const room = rooms.viewing(tenantId, conversationId);
    const sockets = (await agents.in(room).fetchSockets()) as unknown as AgentSocket[];
    const users = new Map(sockets.map(({ data }) => [data.principal.userId, data.principal.name]));
    const data: LiveEvents['viewing'] = {
      conversationId,
      users: [...users].map(([id, userName]) => ({ id, name: userName })),
    };
    agents.to(room).emit('viewing', data);
  }

  /**
   * Told twice: another process may have counted before this one and spoken after it, and while a process that was
   * killed is still believed in, nobody gets an answer.
   */
  function announceViewers(conversationId: number, attemptsLeft = MAX_ANNOUNCEMENTS): void {
    const again = (pause: number, left: number) => {
      if (left > 0) setTimeout(() => announceViewers(conversationId, left), pause).unref();
    };
    tellViewers(conversationId).then(
      () => again(RECOUNT_AFTER_MS, attemptsLeft === MAX_ANNOUNCEMENTS ? 1 : 0),
      error => {
        log.debug({ error }, 'who is viewing could not be told');
        again(RECOUNT_AFTER_MS, attemptsLeft - 1);
      },
    );
  }

  function view(conversationId: number | undefined): void {
    const before = socket.data.viewing;
    if (before === conversationId) return;
    socket.data.viewing = conversationId;
    if (before !== undefined) {
      void socket.leave(rooms.viewing(tenantId, before));
      announceViewers(before);
    }
    if (conversationId !== undefined) {
      void socket.join(rooms.viewing(tenantId, conversationId));
      announceViewers(conversationId);
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
  });
  socket.on('disconnect', () => {
    const { viewing } = socket.data;
    if (viewing !== undefined) announceViewers(viewing);
  });
}
