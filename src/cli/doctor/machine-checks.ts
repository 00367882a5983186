import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { findOrphans } from '../../app/embedded-postgres/index.ts';
import { type Config, derivePublicUrl } from '../../config/config.ts';
import { type Check, failure, ok, reasonOf, warning } from './check.ts';

export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isFit = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  return isFit
    ? ok('node', `Node ${version}`)
    : failure('node', `Node ${version} does not do`, 'Install Node 20.19 or newer of 20, or 22.12 or newer.');
}

/** Asked by doing it: modes alone know nothing of ACLs and read-only mounts. */
export async function checkDataDir(dataDir: string): Promise<Check> {
  const existing = await nearestFolder(dataDir);
  const probe = join(existing, `.doctor-${randomUUID()}`);
  try {
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    return failure(
      'data folder',
      `${existing} cannot be written to (${reasonOf(error)})`,
      'Give it to the user that starts Concierge, or set DATA_DIR to another folder.',
    );
  }
  return existing === dataDir || existing === (await realpath(dataDir).catch(() => ''))
    ? ok('data folder', dataDir)
    : ok('data folder', `${dataDir} is not there yet; the first start makes it`);
}

async function nearestFolder(path: string): Promise<string> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  return isFolder || dirname(path) === path ? path : nearestFolder(dirname(path));
}

export async function checkPort({ host, port }: Config): Promise<Check> {
  if (port === 0) return ok('port', 'PORT=0: any free one');
  const url = derivePublicUrl(host, port);
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(3000) });
    if (answer.ok && answer.headers.has('x-request-id')) return ok('port', `Concierge answers at ${url}`);
  } catch {
    // Nobody there, or nobody who speaks HTTP.
  }
  const error = await listenOnce(host, port);
  if (error === undefined) return ok('port', `${host}:${port} is free; Concierge does not run there`);
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: [`Port ${port} is in use by another program`, `Stop it, or choose another: PORT=${port + 1}`],
    EACCES: [`This user may not listen on port ${port}`, 'Choose one above 1023: PORT=3000'],
    EADDRNOTAVAIL: [`HOST=${host} is not an address of this machine`, 'Set HOST=127.0.0.1 or HOST=0.0.0.0'],
  };
  const [message, mend] = reasons[error.code ?? ''] ?? [error.message, 'Set PORT and HOST.'];
  return failure('port', message, mend);
}

function listenOnce(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  return new Promise(resolve => {
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

export async function checkRedis(url: string | undefined): Promise<Check> {
  if (url === undefined) return ok('redis', 'not set: queues and sockets use Postgres');
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  // The failed command tells it.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1] ?? 'noeviction';
    return policy === 'noeviction'
      ? ok('redis', 'reachable')
      : warning(
          'redis',
          `It drops keys when it is full (${policy}), jobs too`,
          'Set its maxmemory-policy to noeviction.',
        );
  } catch (error) {
    return failure(
      'redis',
      `REDIS_URL cannot be reached (${reasonOf(error)})`,
      'Start Redis, or mend or unset REDIS_URL.',
    );
  } finally {
    redis.disconnect();
  }
}

export async function checkOrphans(): Promise<Check[]> {
  const orphans = await findOrphans();
  return orphans.map(({ folder, dataDir }) =>
    warning(
      'left folder',
      `${folder} holds a database ${dataDir ? `of ${dataDir}, which does not lead there any more` : 'of an unknown DATA_DIR'}`,
      `When nobody misses it: rm -r ${folder}`,
    ),
  );
}
