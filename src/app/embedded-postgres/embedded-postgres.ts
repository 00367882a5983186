import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../kit/backoff.ts';
import { SetupError } from '../../kit/errors.ts';
import { type EmbeddedPostgresLog, ensureServer } from './ensure-server.ts';
import { errorCode, reasonOf } from './errno.ts';
import { prepareDataDir } from './placement.ts';
import { findPostmaster } from './postmaster.ts';
import { askServer, Presence, type Role } from './presence.ts';
import { stopServer } from './server-process.ts';
import type { Durability } from './server-settings.ts';
import { withStartLock } from './start-lock.ts';
import { readServerRecord, writeServerRecord } from './state-files.ts';

const RESTART_BACKOFF = { baseMs: 200, maximumMs: 30_000 };

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Tenant connections that this process may hold; the server gets room for some more. */
  readonly connectionBudget: number;
  readonly log: EmbeddedPostgresLog;
  /** Only one `all` may run on a folder; the others may run many times, beside it or without it. Default `all`. */
  readonly role?: Role;
  readonly durability?: Durability;
}

export interface EmbeddedPostgres {
  /** Of the database `postgres`. Stays the same while we run, also when the server has to be started again. */
  readonly superuserUrl: string;
  /** Whether this call started the server, rather than joined it. */
  readonly isOwner: boolean;
  /** Leaves the server, and stops it unless other processes of ours use it. To be called last. Repeatable. */
  stop(): Promise<void>;
}

/**
 * The Postgres of this data folder: joined when it runs, started when it does not, made when there is none.
 * Until `stop` it is watched and started again on the same port when it dies. Throws SetupError.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, connectionBudget, role = 'all', durability = 'full' } = options;
  const dataDir = await prepareDataDir(options.dataDir);
  const stopping = new AbortController();
  let recovering: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const enter = (requiredPort?: number) =>
    withStartLock(dataDir, async () => {
      const isGuest = role === 'command';
      const server = await ensureServer({
        dataDir,
        connectionBudget,
        isGuest,
        durability,
        log,
        requiredPort,
      });
      try {
        const presence = await Presence.join({ url: server.url, role, dataDir });
        return { server, presence };
      } catch (error) {
        if (server.wasStartedHere) await endServer(dataDir, server.cluster);
        throw error;
      }
    });

  /** Every process that uses the server watches it; the start lock lets one of them start it again. */
  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await current.presence.ended;
      if (stopping.signal.aborted) return;
      recovering = recover();
      await recovering;
    }
  }

  async function recover(): Promise<void> {
    log.warn({ port: current.server.port }, 'connection to embedded Postgres lost; bringing it back');
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        current = await enter(current.server.port);
        return;
      } catch (error) {
        log.error({ attempt, reason: reasonOf(error) }, 'embedded Postgres is not back yet');
      }
      await delay(backoffMs(attempt, RESTART_BACKOFF, Math.random), undefined, {
        signal: stopping.signal,
      }).catch(() => {});
    }
  }

  async function leave(): Promise<void> {
    stopping.abort();
    await recovering;
    await withStartLock(dataDir, async () => {
      const { presence, server } = current;
      await presence.leave();
      if (await isUsedByOthers(server.url)) {
        log.debug({}, 'other processes use the embedded Postgres; left it running');
      } else {
        await endServer(dataDir, server.cluster);
        log.debug({}, 'embedded Postgres stopped');
      }
    });
    await watching;
  }

  let current = await explained(dataDir, () => enter());
  const watching = watch();
  return {
    superuserUrl: current.server.url,
    isOwner: current.server.wasStartedHere,
    stop() {
      stopped ??= leave();
      return stopped;
    },
  };
}

/** Only to be called under the start lock, so that nobody comes meanwhile. */
async function isUsedByOthers(url: string): Promise<boolean> {
  try {
    return (await askServer(url)).memberCount > 0;
  } catch {
    // A server that does not answer serves nobody.
    return false;
  }
}

/** The server that lives now: another process may have started it again since we joined. */
async function endServer(dataDir: string, cluster: string): Promise<void> {
  const postmaster = await findPostmaster(cluster);
  if (postmaster !== undefined) await stopServer(postmaster.identity);
  const record = await readServerRecord(dataDir);
  if (record !== undefined) await writeServerRecord(dataDir, { ...record, pid: null });
}

/** Whatever the system refuses on the way (a full disk, a file of another user) becomes one line. */
async function explained<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `The embedded Postgres in ${dataDir} cannot be used (${errorCode(error) ?? 'failed'}: ${reasonOf(error)}). ` +
        'Mend that, or set DATA_DIR to another folder.',
      { cause: error },
    );
  }
}
