import { io, type Socket } from 'socket.io-client';
import type { AgentCommands, LiveEvents, TenantEvent } from '../../../src/contract/index.ts';
import type { EventSocket } from './event-stream.ts';

export interface AgentSocketOptions {
  /** Origin of the server; '' for the page's own. */
  readonly origin: string;
  /** Asked before every connection. `isRefused`: the server did not take the token it had last. */
  readonly token: (isRefused: boolean) => Promise<string | null>;
}

export interface AgentSocket extends EventSocket {
  onTyping(listener: (data: LiveEvents['typing']) => void): void;
  onViewing(listener: (data: LiveEvents['viewing']) => void): void;
  /** Says something of the moment; while there is no connection it is lost, on purpose. */
  say<K extends keyof AgentCommands>(command: K, data: AgentCommands[K]): void;
}

function isTenantEvent(value: unknown): value is TenantEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    typeof value.seq === 'number' &&
    'type' in value
  );
}

const refusedRetryMs = 1000;
const slowestRefusedRetryMs = 20_000;

export function openAgentSocket({ origin, token }: AgentSocketOptions): AgentSocket {
  let isRefused = false;
  let refusals = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const socket: Socket = io(`${origin}/agent`, {
    path: '/socket.io',
    transports: ['websocket'],
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: 400,
    reconnectionDelayMax: 8000,
    randomizationFactor: 0.6,
    auth: callback => {
      token(isRefused).then(
        value => callback({ token: value ?? '' }),
        () => callback({ token: '' }),
      );
      isRefused = false;
    },
  });
  /** socket.io does not come back by itself after the server has said no. */
  const comeBack = () => {
    isRefused = true;
    clearTimeout(retry);
    const delayMs = Math.min(slowestRefusedRetryMs, refusedRetryMs * 2 ** refusals);
    refusals += 1;
    retry = setTimeout(() => socket.connect(), delayMs * (0.25 + 0.75 * Math.random()));
  };
  socket.on('connect', () => {
    refusals = 0;
  });
  socket.on('connect_error', () => {
    if (!socket.active) comeBack();
  });
  socket.on('disconnect', reason => {
    if (reason === 'io server disconnect') comeBack();
  });
  return {
    onConnect: listener => void socket.on('connect', listener),
    onDisconnect: listener => void socket.on('disconnect', () => listener()),
    onEvent: listener =>
      void socket.onAny((_name: string, data: unknown) => {
        if (isTenantEvent(data)) listener(data);
      }),
    onTyping: listener => void socket.on('typing', listener),
    onViewing: listener => void socket.on('viewing', listener),
    say: (command, data) => {
      if (socket.connected) socket.emit(command, data);
    },
    connect: () => void socket.connect(),
    close: () => {
      clearTimeout(retry);
      socket.close();
    },
  };
}
