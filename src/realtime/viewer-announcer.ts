import { setTimeout as delay } from 'node:timers/promises';
import type { Namespace } from 'socket.io';
import type { LiveEvents } from '../contract/events.ts';
import type { Logger } from '../observability/logger.ts';
import { type AgentSocket, rooms } from './rooms.ts';

const GAP_MS = 250;
const RECOUNT_AFTER_MS = 1000;
const MAX_FAILURES = 4;

/**
 * Tells who looks at a conversation to those who do. Counting asks every process: of one conversation there is one count
 * at a time, whoever comes and goes meanwhile.
 */
export class ViewerAnnouncer {
  readonly #agents: Namespace;
  readonly #log: Logger;
  /** Rooms that are being told, whether somebody came or went since they were counted, and how often that failed since. */
  readonly #running = new Map<string, { isStale: boolean; failures: number }>();

  constructor(agents: Namespace, log: Logger) {
    this.#agents = agents;
    this.#log = log;
  }

  /** Somebody came to this conversation, or left it. */
  announce(tenantId: string, conversationId: number): void {
    const room = rooms.viewing(tenantId, conversationId);
    const running = this.#running.get(room);
    if (running) Object.assign(running, { isStale: true, failures: 0 });
    else void this.#run(room, conversationId);
  }

  /**
   * Ends with a count that changed nothing: another process may have counted before us and spoken after us, and while a
   * process that was killed is still believed in, a count fails.
   */
  async #run(room: string, conversationId: number): Promise<void> {
    const state = { isStale: true, failures: 0 };
    this.#running.set(room, state);
    while (state.failures < MAX_FAILURES) {
      const isRecount = !state.isStale;
      state.isStale = false;
      try {
        await this.#tell(room, conversationId);
        state.failures = 0;
        if (isRecount && !state.isStale) break;
      } catch (error) {
        this.#log.debug({ error }, 'who is viewing could not be told');
        state.failures++;
      }
      let waited = 0;
      do {
        await delay(GAP_MS, undefined, { ref: false });
        waited += GAP_MS;
      } while (waited < RECOUNT_AFTER_MS && !state.isStale);
    }
    this.#running.delete(room);
  }

  async #tell(room: string, conversationId: number): Promise<void> {
    const sockets = (await this.#agents.in(room).fetchSockets()) as unknown as AgentSocket[];
    const users = new Map(sockets.map(({ data }) => [data.principal.userId, data.principal.name]));
    const data: LiveEvents['viewing'] = {
      conversationId,
      users: [...users].map(([id, name]) => ({ id, name })),
    };
    this.#agents.to(room).emit('viewing', data);
  }
}
