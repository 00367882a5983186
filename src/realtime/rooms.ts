import type { Socket } from 'socket.io';
import type { UserPrincipal } from '../http/principal.ts';

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
