import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { buildContext, type Context } from '../../src/app/build-context.ts';
import { buildHttp } from '../../src/app/build-http.ts';
import type { Config } from '../../src/config/config.ts';
import { openLandlord } from '../../src/landlord/landlord.ts';
import { listenForNews } from '../../src/landlord/news.ts';
import type { AllowList } from '../../src/net/guarded-agents.ts';
import { createLogger, type Logger, silentLogger } from '../../src/observability/logger.ts';
import { openRealtime } from '../../src/realtime/realtime-server.ts';
import { startWorkers, type Workers } from '../../workers/main.ts';
import type { TestLandlord } from './cluster.ts';
import { PROGRAM } from './program.ts';
import { makeTemporaryDataDir } from './temporary-data-dir.ts';

export interface ProductProcessOptions {
  /** No lanes, as a process of the role `web` has none. */
  readonly hasNoWorkers?: boolean;
  /** Most connections to tenants; 12 when left out. */
  readonly connectionBudget?: number;
  /** Most bytes of an uploaded file; the product's own limit when left out. */
  readonly maximumFileBytes?: number;
  /** Servers of our own network that pictures in mails may come from; none, as in the product. */
  readonly pictureAllow?: AllowList;
  /** Settings that differ from those of the product. */
  readonly settings?: Partial<Config>;
  /** A free one when left out. */
  readonly port?: number;
  /** What hears all that the process says; nobody when left out. */
  readonly log?: Logger;
}

/** What one process of the product holds: its own pools, its own lanes, its own port. */
export interface ProductProcess {
  readonly url: string;
  readonly context: Context;
  readonly workers: Workers | undefined;
  /** Resolves after a visit to the tenant's spill and deliveries that began later than this call. */
  visit(tenantId: string): Promise<void>;
  /** Repeatable. */
  close(): Promise<void>;
}

const LANDLORD_CONNECTIONS = 7;

/** `TEST_LOG=1` beside a run by hand shows what the processes say. */
const usualLog = process.env.TEST_LOG ? createLogger('debug') : silentLogger;

export async function startProductProcess(
  config: Config,
  testLandlord: TestLandlord,
  options: ProductProcessOptions = {},
): Promise<ProductProcess> {
  const log = options.log ?? usualLog;
  const landlord = openLandlord(testLandlord.target, LANDLORD_CONNECTIONS, log);
  const server = createServer();
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context = await buildContext({
    config: {
      ...config,
      ...options.settings,
      publicUrl: url,
      tenantConnectionBudget: options.connectionBudget ?? config.tenantConnectionBudget,
    },
    landlord,
    masterKeys: testLandlord.masterKeys,
    log,
    requestsPerSecond: 100_000,
  });
  const { tokens, authenticator } = context;
  const realtime = await openRealtime({
    httpServer: server,
    tenants: context.tenants,
    redisUrl: context.config.redisUrl,
    landlordPool: landlord.pool,
    installation: context.installation,
    log,
    isOwnOrigin: () => true,
    leaving: (tenantId, event) => context.links.linkedEvent(tenantId, event),
    onTyping: (tenantId, conversationId) => context.signs.typing(tenantId, conversationId),
    authenticate: async token => {
      const claims = await tokens.readAccess(token);
      return {
        principal: await authenticator.userOf(claims),
        isAlive: async () => {
          authenticator.forgetUser(claims.tenantId, claims.userId);
          return authenticator.userOf(claims).then(
            () => true,
            () => false,
          );
        },
      };
    },
  });
  context.onCommit = realtime.publish;
  server.on(
    'request',
    await buildHttp(context, {
      checkResponses: true,
      loginTriesPerMinute: 10_000,
      isDemo: () => false,
      ...(options.maximumFileBytes !== undefined && { maximumFileBytes: options.maximumFileBytes }),
      ...(options.pictureAllow && { pictureAllow: options.pictureAllow }),
    }),
  );
  const workers = options.hasNoWorkers ? undefined : await startWorkers(context);
  // As a server does, for the lines of channels that are made, changed, paused.
  const news = listenForNews(landlord, tenantId => context.bell.lines(tenantId), log);
  let closing: Promise<void> | undefined;
  return {
    url,
    context,
    workers,
    visit: async tenantId => context.bell.ingested(tenantId),
    close() {
      closing ??= (async () => {
        const closed = new Promise<void>(resolve => server.close(() => resolve()));
        server.closeIdleConnections();
        await news.close();
        await workers?.close();
        await realtime.close();
        server.closeAllConnections();
        await closed;
        await context.close();
        await landlord.close();
      })();
      return closing;
    },
  };
}

export interface ProductChild {
  /** Empty for a worker. */
  readonly url: string;
  readonly pid: number;
  /** As a machine that loses its power. */
  kill(): Promise<void>;
  /** In order. Repeatable, also after `kill`. */
  close(): Promise<void>;
}

/** A real process: `concierge start`. It is ready when this resolves. */
export async function startProductChild(
  role: 'all' | 'web' | 'worker',
  variables: Readonly<Record<string, string>>,
): Promise<ProductChild> {
  const folder = await makeTemporaryDataDir();
  const child = spawn(process.execPath, [...PROGRAM, 'start', '--role', role], {
    env: { PATH: process.env.PATH, HOME: folder.path, ...variables, DATA_DIR: folder.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    void ended.then(() => reject(new Error(`The child ended: ${lines.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', line => {
      lines.push(line);
      const inbox = /^\s*Inbox\s+(http\S+)\/$/.exec(line)?.[1];
      if (inbox) resolve(inbox);
      else if (role === 'worker' && / is ready /.test(line)) resolve('');
    });
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    await folder.remove();
  };
  return { url, pid: child.pid ?? 0, kill: () => end('SIGKILL'), close: () => end('SIGTERM') };
}
