import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { type Config, derivePublicUrl } from '../config/config.ts';
import { isConnectionFailure } from '../db/session.ts';
import { SetupError } from '../kit/errors.ts';
import { listenForNews } from '../landlord/news.ts';
import type { Logger } from '../observability/logger.ts';
import { openRealtime, type Realtime } from '../realtime/realtime-server.ts';
import { prepareTemplate } from '../tenancy/fleet-migration.ts';
import { buildContext, type Context } from './build-context.ts';
import { buildHttp, type HttpOptions } from './build-http.ts';
import type { EmbeddedPostgresRole } from './embedded-postgres/index.ts';
import { openLandlordDatabase } from './landlord-database.ts';

export type Role = Exclude<EmbeddedPostgresRole, 'command'>;

/** What layers above hand in: the app knows how to start them, not what they do. */
export interface Parts {
  readonly startWorkers: (context: Context) => Promise<{ close(): Promise<void> }>;
  /** Prepared before the server listens: the demo's data and routes. */
  readonly prepare?: (
    context: Context,
  ) => Promise<Pick<HttpOptions, 'extraRoutes' | 'isDemo'> & { close?(): Promise<void> }>;
}
export interface RunningServer {
  readonly context: Context;
  readonly url: string;
  /** In order: no new requests, work ended, connections closed, the database last. Repeatable. */
  close(): Promise<void>;
}

/** Starts one process of the product. Throws SetupError; nothing is left running then. */
export async function startServer(
  config: Config,
  role: Role,
  parts: Parts,
  log: Logger,
): Promise<RunningServer> {
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const closer of closers.reverse())
        await closer().catch(error => log.warn({ error }, 'closing a part failed'));
    })();
    return closing;
  };
  try {
    // Bound first: a port that is taken is told before anything else is done. Until the rest is there it answers 503.
    const listensOn = role === 'worker' ? config.workerPort : config.port;
    const door: RequestDoor = { handle: notYet };
    const server = listensOn === undefined ? undefined : await listen(config.host, listensOn, door);
    if (server) closers.push(() => closeServer(server));
    const opened = await openLandlordDatabase(config, role, log);
    closers.push(() => opened.close());
    const { landlord, masterKeys } = opened;
    const context = await buildContext({ config, landlord, masterKeys, log });
    closers.push(() => context.close());
    const port = server ? (server.address() as AddressInfo).port : config.port;
    context.localUrl = derivePublicUrl(config.host, port);
    if (!config.isPublicUrlSet) context.publicUrl = context.localUrl;
    await prepareTemplate(landlord, masterKeys, tenantMigrations);
    const realtime = await startRealtime(context, role === 'worker' ? undefined : server);
    // Sockets end before their server does: it waits for every connection, and does not see upgraded ones as its own.
    closers.push(async () => {
      const closed = server && closeServer(server);
      await realtime.close();
      await closed;
    });
    context.onCommit = realtime.publish;
    const news = listenForNews(landlord, tenantId => refresh(context, realtime, tenantId), log);
    closers.push(() => news.close());
    const prepared = await parts.prepare?.(context);
    closers.push(async () => prepared?.close?.());
    if (server) {
      const app = await buildHttp(context, {
        checkResponses: false,
        isDemo: prepared?.isDemo ?? (() => false),
        ...(prepared?.extraRoutes && { extraRoutes: prepared.extraRoutes }),
      });
      door.handle = app;
    }
    if (role !== 'web') {
      const workers = await parts.startWorkers(context);
      closers.push(() => workers.close());
    }
    return { context, url: context.publicUrl, close };
  } catch (error) {
    await close();
    if (isConnectionFailure(error))
      throw new SetupError(
        `A database went away during the start: ${(error as Error).message}. Start again.`,
        { cause: error },
      );
    throw error;
  }
}

/** A command changed something of this tenant: what is kept of it is read anew, and work that may wait is looked for. */
function refresh(
  { tenants, routes, bell, authenticator }: Context,
  realtime: Realtime,
  tenantId: string,
): void {
  tenants.directory.forget(tenantId);
  routes.forgetTenant(tenantId);
  authenticator.forgetTenant(tenantId);
  realtime.look(tenantId);
  bell.ingest(tenantId, true);
  bell.send(tenantId);
  bell.files(tenantId);
  bell.pull(tenantId);
  bell.lines(tenantId);
}

const ENDED = new Set<unknown>(['session_ended', 'tenant_suspended', 'unknown_tenant']);

function startRealtime(context: Context, httpServer: Server | undefined): Promise<Realtime> {
  const { tokens, authenticator } = context;
  return openRealtime({
    httpServer,
    tenants: context.tenants,
    redisUrl: context.config.redisUrl,
    landlordPool: context.landlord.pool,
    installation: context.installation,
    log: context.log,
    leaving: (tenantId, event) => context.links.linkedEvent(tenantId, event),
    onTyping: (tenantId, conversationId) => context.signs.typing(tenantId, conversationId),
    isOwnOrigin: (origin, host) =>
      origin === context.publicUrl || origin === `http://${host}` || origin === `https://${host}`,
    authenticate: async token => {
      const claims = await tokens.readAccess(token);
      return {
        principal: await authenticator.userOf(claims),
        isAlive: async () => {
          authenticator.forgetUser(claims.tenantId, claims.userId);
          try {
            await authenticator.userOf(claims);
            return true;
          } catch (error) {
            if (ENDED.has((error as { code?: unknown }).code)) return false;
            throw error;
          }
        },
      };
    },
  });
}

function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' });
  response.end(
    JSON.stringify({
      error: { code: 'starting', message: 'Concierge is starting. Try again in a second.', requestId: '' },
    }),
  );
}

/** Who answers may change; the listener may not: the sockets' server takes over those that it finds. */
interface RequestDoor {
  handle: (request: IncomingMessage, response: ServerResponse) => void;
}

function listen(host: string, port: number, door: RequestDoor): Promise<Server> {
  const server = createServer((request, response) => door.handle(request, response));
  // A sender that drips its headers or its body holds a connection only so long.
  server.headersTimeout = 15_000;
  // A file of 100 MB over a slow line is no drip.
  server.requestTimeout = 10 * 60_000;
  server.keepAliveTimeout = 65_000;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`,
        EACCES: `This user may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`,
        EADDRNOTAVAIL: `HOST=${host} is not an address of this machine. Try HOST=127.0.0.1 or HOST=0.0.0.0`,
      };
      reject(
        new SetupError(reasons[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => resolve(server));
  });
}

const CLOSE_PATIENCE_MS = 5000;
const CLOSE_POLL_MS = 20;

/**
 * Takes no new connection and answers what was accepted. A sender that keeps its connection busy is told to take another
 * one; what idles is cut as soon as it does, and not only at this moment.
 */
async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.prependListener('request', (_request, response) => {
    response.setHeader('Connection', 'close');
  });
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_POLL_MS);
  const patience = setTimeout(() => server.closeAllConnections(), CLOSE_PATIENCE_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(patience);
}
