import { io, type Socket } from 'socket.io-client';
import type { AgentCommands, LiveEvents, TenantEvent } from '../../src/contract/events.ts';
import { until } from './until.ts';

/** Whatever a server may say. */
interface HeardData extends Record<string, unknown> {
  readonly seq?: number;
}
interface Heard {
  readonly name: string;
  readonly data: HeardData | undefined;
}
/** What is heard under a name: the data of a sign of the moment, or a whole numbered event. */
type HeardAs<Name extends string> = Name extends keyof LiveEvents
  ? LiveEvents[Name]
  : Extract<TenantEvent, { type: Name }>;

/** An agent's browser as far as its socket goes: it keeps everything that it hears. */
export class AgentClient {
  readonly heard: Heard[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.onAny((name: string, data?: HeardData) => void this.heard.push({ name, data }));
  }

  /** Rejects with what the server says when it refuses. */
  static connect(
    url: string,
    token: unknown,
    options: { readonly origin?: string; readonly transports?: readonly ('websocket' | 'polling')[] } = {},
  ): Promise<AgentClient> {
    const { origin, transports = ['websocket'] } = options;
    const socket = io(`${url}/agent`, {
      transports: [...transports],
      reconnection: false,
      forceNew: true,
      auth: token === undefined ? {} : { token },
      ...(origin !== undefined && { extraHeaders: { origin } }),
    });
    const client = new AgentClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(client));
      socket.once('connect_error', error => {
        socket.close();
        reject(error);
      });
    });
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  /** Numbered events only. */
  get events(): TenantEvent[] {
    return this.heard.flatMap(({ data }) =>
      typeof data?.seq === 'number' ? [data as unknown as TenantEvent] : [],
    );
  }

  /** What was heard under this name. */
  of<Name extends string>(name: Name): HeardAs<Name>[] {
    return this.heard.filter(heard => heard.name === name).map(({ data }) => data as HeardAs<Name>);
  }

  say<Name extends keyof AgentCommands>(name: Name, data: AgentCommands[Name]): void {
    this.#socket.emit(name, data);
  }

  /** Anything at all, as a client that keeps to no contract. */
  emit(name: string, ...data: unknown[]): void {
    this.#socket.emit(name, ...data);
  }

  until(what: string, holds: (client: AgentClient) => boolean, patienceMs?: number): Promise<void> {
    return until(what, () => holds(this), patienceMs);
  }

  close(): void {
    this.#socket.close();
  }
}
