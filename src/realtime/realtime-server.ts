import { createServer, type Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { createAdapter as createPostgresAdapter } from '@socket.io/postgres-adapter';
import { createAdapter as createRedisAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { type Namespace, Server } from 'socket.io';
import type { TenantEvent } from '../contract/events.ts';
import type { UserPrincipal } from '../http/principal.ts';
import { corkThisTurn } from '../kit/cork.ts';
import type { Logger } from '../observability/logger.ts';
import { outboxBounds, readEvents } from '../tenancy/outbox.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { adapterPool } from './adapter-pool.ts';
import { bindAgentSocket } from './agent-socket.ts';
import { CommitNotices } from './commit-notices.ts';
import { type AgentSocket, rooms } from './rooms.ts';
import { TenantFeed } from './tenant-feed.ts';
import { ViewerAnnouncer } from './viewer-announcer.ts';

export interface RealtimeOptions {
  /** Undefined in a process that only commits (a worker): it tells the others and has no sockets. */
  readonly httpServer?: HttpServer | undefined;
  readonly tenants: Tenants;
  readonly redisUrl?: string | undefined;
  readonly landlordPool: pg.Pool;
  /** Keeps installations that share a Redis apart. */
  readonly installation: string;
  /** Throws when the token is not valid or its session has ended. `isAlive` asks the database again. */
  readonly authenticate: (
    token: string,
  ) => Promise<{ principal: UserPrincipal; isAlive: () => Promise<boolean> }>;
  readonly isOwnOrigin: (origin: string, host: string) => boolean;
  /** An event as it may leave: stored ones hold no links. */
  readonly leaving: (tenantId: string, event: TenantEvent) => TenantEvent;
  /** An agent writes to the customer of this conversation. */
  readonly onTyping: (tenantId: string, conversationId: number) => void;
  readonly log: Logger;
}

export interface Realtime {
  /** To be called after every commit that wrote events. */
  readonly publish: (tenant: Tenant, events: readonly TenantEvent[]) => void;
  /** Another program changed something of this tenant: its events are looked for, and its sockets asked for. */
  readonly look: (tenantId: string) => void;
  readonly connectedAgents: () => number;
  close(): Promise<void>;
}

const FEED_IDLE_MS = 60_000;
/** Nobody sees it, and what is committed within it leaves in one system call. */
const GATHER_MS = 1;

export async function openRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { tenants, log } = options;
  const io = new Server({
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    allowRequest: (request, decide) => {
      const { origin, host } = request.headers;
      decide(null, origin === undefined || options.isOwnOrigin(origin, host ?? ''));
    },
  });
  const redis = options.redisUrl ? new Redis(options.redisUrl, { maxRetriesPerRequest: null }) : undefined;
  redis?.on('error', error => log.warn({ error: error.message }, 'redis'));
  if (redis) {
    // Both names: with a channel in common, another installation would answer what ours asks its own processes.
    io.adapter(
      createRedisAdapter(redis, {
        streamName: `concierge:${options.installation}:sockets`,
        channelPrefix: `concierge:${options.installation}:sockets`,
      }),
    );
  } else {
    await options.landlordPool.query(
      `CREATE TABLE IF NOT EXISTS socket_io_attachments (id bigserial UNIQUE, created_at timestamptz DEFAULT now(), payload bytea)`,
    );
    io.adapter(
      createPostgresAdapter(adapterPool(options.landlordPool), {
        // Its heartbeat knows nothing of our end.
        errorHandler: error => options.landlordPool.ending || log.warn({ error }, 'socket adapter'),
      }),
    );
  }
  // A process without sockets gets a server that never listens: socket.io cannot be closed without one.
  io.attach(options.httpServer ?? createServer(), {
    path: '/socket.io',
    transports: ['websocket'],
    serveClient: false,
  });
  // Events that wait for one socket leave together; its transport has no other way to say so.
  io.engine.on('flush', ({ transport }: { transport: { socket?: { _socket?: Socket } } }) => {
    const stream = transport.socket?._socket;
    if (stream) corkThisTurn(stream);
  });
  const agents: Namespace = io.of('/agent');

  const viewers = new ViewerAnnouncer(agents, log);

  /** How to ask whether the session of a local socket still lives. */
  const sessions = new Map<string, () => Promise<boolean>>();
  const feeds = new Map<string, { feed: TenantFeed; sockets: number; idleSince: number }>();
  const opening = new Map<string, Promise<void>>();

  /** A feed lives as long as agents of its tenant are connected here, and a little longer. */
  function ensureFeed(tenantId: string): Promise<void> {
    if (feeds.has(tenantId)) return Promise.resolve();
    let promise = opening.get(tenantId);
    if (!promise) {
      promise = tenants
        .run(tenantId, scope => outboxBounds(scope.db))
        .then(({ lastSeq }) => {
          const feed = new TenantFeed(lastSeq, {
            read: (after, limit) => tenants.run(tenantId, scope => readEvents(scope.db, after, limit)),
            emit: event => emit(tenantId, event),
            onFailure: error => log.warn({ error, tenantId }, 'the outbox could not be read; trying again'),
          });
          feeds.set(tenantId, { feed, sockets: 0, idleSince: Date.now() });
        })
        .finally(() => opening.delete(tenantId));
      opening.set(tenantId, promise);
    }
    return promise;
  }

  function emit(tenantId: string, event: TenantEvent): void {
    agents.local.to(rooms.readers(tenantId)).emit(event.type, options.leaving(tenantId, event));
    const blind = rooms.blind(tenantId);
    if (agents.adapter.rooms.has(blind))
      agents.local.to(blind).emit('skipped', { seq: event.seq, type: 'skipped', at: event.at, data: {} });
    if (event.type === 'user.updated') void recheck(tenantId, event.data.userId);
  }

  /** A user's rights or sessions changed: sockets whose session has ended are closed, here and at once. */
  async function recheck(tenantId: string, userId: number): Promise<void> {
    const sockets = (await agents.local
      .in(rooms.user(tenantId, userId))
      .fetchSockets()) as unknown as AgentSocket[];
    for (const socket of sockets) {
      // While the database is away nobody can say that a session has ended.
      const isAlive =
        (await sessions
          .get(socket.id)?.()
          .catch(() => true)) ?? false;
      if (isAlive) continue;
      socket.emit('session.ended');
      socket.disconnect(true);
    }
  }

  agents.use((socket, next) => {
    const { token } = socket.handshake.auth as { token?: unknown };
    if (typeof token !== 'string') return next(new Error('unauthenticated'));
    options
      .authenticate(token)
      .then(async ({ principal, isAlive }) => {
        socket.data = { principal };
        // Who asks other processes for their sockets gets the handshakes too: no token may travel with them.
        socket.handshake.auth = {};
        sessions.set(socket.id, isAlive);
        await ensureFeed(principal.tenantId);
        next();
      })
      .catch(error =>
        next(Object.assign(new Error('unauthenticated'), { data: { code: error?.code ?? 'unavailable' } })),
      );
  });
  agents.on('connection', socket => {
    const { tenantId } = (socket as unknown as AgentSocket).data.principal;
    const entry = feeds.get(tenantId);
    if (entry) entry.sockets++;
    socket.on('disconnect', () => {
      sessions.delete(socket.id);
      if (!entry) return;
      entry.sockets--;
      entry.idleSince = Date.now();
    });
    bindAgentSocket(socket as unknown as AgentSocket, { agents, viewers, onTyping: options.onTyping });
  });

  /** In the order of the commits. Whoever committed answers its own caller before its sockets hear of it. */
  const committed: [tenantId: string, events: readonly TenantEvent[]][] = [];
  function offerCommitted(): void {
    for (const [tenantId, events] of committed.splice(0)) feeds.get(tenantId)?.feed.offer(events);
  }
  const notices = new CommitNotices({
    send: batch => void agents.serverSideEmit('committed', batch),
    processCount: () => agents.adapter.serverCount(),
    onFailure: error => log.warn({ error }, 'other processes could not be told of new events'),
  });
  agents.on('committed', (batch: [string, number][]) => {
    for (const [tenantId, seq] of batch) feeds.get(tenantId)?.feed.hear(seq);
  });

  /** Every process checks its sockets now and then, and what a lost notice may have hidden. */
  function lookForEvents(tenantId: string): void {
    tenants
      .run(tenantId, scope => outboxBounds(scope.db))
      .then(({ lastSeq }) => feeds.get(tenantId)?.feed.hear(lastSeq))
      .catch(() => undefined);
  }
  function recheckSockets(onlyTenantId?: string): void {
    for (const socket of agents.sockets.values()) {
      const { tenantId, userId } = (socket as unknown as AgentSocket).data.principal;
      if (onlyTenantId === undefined || onlyTenantId === tenantId) void recheck(tenantId, userId);
    }
  }
  const sweep = setInterval(() => {
    for (const [tenantId, entry] of feeds) {
      if (entry.sockets > 0) {
        lookForEvents(tenantId);
      } else if (Date.now() - entry.idleSince > FEED_IDLE_MS) {
        entry.feed.close();
        feeds.delete(tenantId);
      }
    }
    recheckSockets();
  }, 30_000);
  sweep.unref();

  return {
    publish(tenant, events) {
      committed.push([tenant.id, events]);
      if (committed.length === 1) setTimeout(offerCommitted, GATHER_MS);
      const last = events.at(-1);
      if (last) notices.add(tenant.id, last.seq);
    },
    look(tenantId) {
      if (!feeds.has(tenantId)) return;
      lookForEvents(tenantId);
      recheckSockets(tenantId);
    },
    connectedAgents: () => agents.sockets.size,
    async close() {
      clearInterval(sweep);
      notices.close();
      for (const { feed } of feeds.values()) feed.close();
      await new Promise<void>(resolve => {
        io.disconnectSockets(true);
        void io.close(() => resolve());
      });
      redis?.disconnect();
    },
  };
}
