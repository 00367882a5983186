import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../../kit/errors.ts';
import { findBinaries } from './binaries.ts';
import { errorCode, reasonOf } from './errno.ts';
import { findFreePort, isPortFree } from './free-port.ts';
import { closeToOthers, doesClusterExist, initialiseCluster, SUPERUSER } from './initialise-cluster.ts';
import { placeBinaries, placeCluster } from './placement.ts';
import { disarmStalePidFile, findPostmaster, type Postmaster } from './postmaster.ts';
import { askServer, type ServerFacts } from './presence.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { LaunchFailed, launchServer, stopServer, truncateLog } from './server-process.ts';
import { type Durability, maximumConnections, settingArguments } from './server-settings.ts';
import { readOrMakePassword, readServerRecord, writeServerRecord } from './state-files.ts';
import { choosePostgresUser } from './unprivileged-user.ts';

const LAUNCH_ATTEMPTS = 40;
const LAUNCH_PAUSE_MS = 100;
const ANSWER_PATIENCE_MS = 60_000;
const ANSWER_POLL_MS = 50;

export interface EmbeddedPostgresLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EnsureOptions {
  /** Without links, prepared. */
  readonly dataDir: string;
  readonly connectionBudget: number;
  /** Takes a server that runs as it is, also when it was started for a smaller budget. */
  readonly isGuest: boolean;
  readonly durability: Durability;
  readonly log: EmbeddedPostgresLog;
  /** Set: start on this port or not at all, because the pools of running processes point there. */
  readonly requiredPort?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly identity: ProcessIdentity;
  readonly cluster: string;
  readonly wasStartedHere: boolean;
}

/**
 * Finds the server of this folder alive and adopts it, or starts it; on the first start it makes the cluster.
 * Only to be called under the start lock. Throws SetupError.
 */
export async function ensureServer(options: EnsureOptions): Promise<RunningServer> {
  const { dataDir, log } = options;
  const user = await choosePostgresUser(join(dataDir, 'postgres', 'cluster'));
  const placement = await placeCluster(dataDir, user);
  const { cluster } = placement;
  const alive = await findPostmaster(cluster);
  if (alive !== undefined) {
    const password = await readOrMakePassword(dataDir, true);
    const adopted = await adopt(alive, cluster, password, options);
    if (adopted !== undefined) return adopted;
  }
  const binaries = await findBinaries(user, () => placeBinaries(dataDir, user));
  const isThere = await doesClusterExist(cluster, binaries.version);
  const password = await readOrMakePassword(dataDir, isThere);
  if (isThere) await closeToOthers(cluster);
  else await initialiseCluster({ placement, binaries, user, password, durability: options.durability });
  await disarmStalePidFile(cluster);
  const logFile = join(dataDir, 'postgres.log');
  if (options.requiredPort === undefined) await truncateLog(logFile);

  const recordedPort = (await readServerRecord(dataDir))?.port;
  const launch = async (port: number) =>
    launchServer({ binaries, cluster, port, settings: settingArguments(options), user, logFile });
  const { postmaster, port } = await launchPatiently(launch, recordedPort, options.requiredPort, logFile);
  const server = runningServer({
    port,
    identity: postmaster.identity,
    cluster,
    password,
    wasStartedHere: true,
  });
  const facts = await waitForAnswer(server);
  if (facts === undefined) {
    throw new SetupError(
      `The embedded Postgres ended right after its start. See ${logFile} and start again.`,
    );
  }
  await record(dataDir, server, facts);
  log.debug({ port, pid: postmaster.identity.pid, version: facts.version }, 'embedded Postgres started');
  return server;
}

/** Undefined when it ended meanwhile, or was ended because it is too small and nobody else uses it. */
async function adopt(
  alive: Postmaster,
  cluster: string,
  password: string,
  { connectionBudget, isGuest, dataDir, log }: EnsureOptions,
): Promise<RunningServer | undefined> {
  const port = alive.port ?? (await findPortOf(cluster)) ?? (await readServerRecord(dataDir))?.port;
  if (port === undefined) return undefined;
  const server = runningServer({ port, identity: alive.identity, cluster, password, wasStartedHere: false });
  const facts = await waitForAnswer(server);
  if (facts === undefined) return undefined;
  const needed = maximumConnections(connectionBudget);
  if (!isGuest && facts.maximumConnections < needed) {
    if (facts.memberCount === 0) {
      log.debug(
        { has: facts.maximumConnections, needed },
        'restarting embedded Postgres with more connections',
      );
      await stopServer(alive.identity);
      return undefined;
    }
    log.warn({ has: facts.maximumConnections, needed }, 'embedded Postgres was started for a smaller budget');
  }
  // Its starter may have been killed before it could write down what it had started.
  if ((await readServerRecord(dataDir))?.pid !== alive.identity.pid) await record(dataDir, server, facts);
  log.debug({ port, pid: alive.identity.pid }, 'embedded Postgres is already running; joined it');
  return server;
}

/** A server that was caught in its first moments writes its port a little later. */
async function findPortOf(cluster: string): Promise<number | undefined> {
  const deadline = Date.now() + ANSWER_PATIENCE_MS;
  while (Date.now() < deadline) {
    const postmaster = await findPostmaster(cluster);
    if (postmaster === undefined) return undefined;
    if (postmaster.port !== undefined) return postmaster.port;
    await delay(ANSWER_POLL_MS);
  }
  return undefined;
}

/** Undefined when the process is gone. Throws SetupError when it lives and does not answer as ours. */
async function waitForAnswer(server: RunningServer): Promise<ServerFacts | undefined> {
  const { pid } = server.identity;
  const deadline = Date.now() + ANSWER_PATIENCE_MS;
  let reason = 'it is another data folder';
  for (;;) {
    try {
      const facts = await askServer(server.url);
      if (facts.dataDirectory === server.cluster) return facts;
    } catch (error) {
      reason = reasonOf(error);
      if (errorCode(error) === '28P01') {
        throw new SetupError(
          `The embedded Postgres (pid ${pid}) refuses the password in DATA_DIR/postgres-password. Put the file back from a backup.`,
        );
      }
    }
    const current = await findPostmaster(server.cluster);
    if (current?.identity.startedAt !== server.identity.startedAt) return undefined;
    if (Date.now() > deadline) {
      throw new SetupError(
        `The embedded Postgres (pid ${pid}, port ${server.port}) does not answer: ${reason}. ` +
          `See DATA_DIR/postgres.log; to start it anew, end it with kill -INT ${pid}.`,
      );
    }
    await delay(ANSWER_POLL_MS);
  }
}

async function launchPatiently(
  launch: (port: number) => Promise<Postmaster>,
  recordedPort: number | undefined,
  requiredPort: number | undefined,
  logFile: string,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = requiredPort ?? (await findFreePort(recordedPort));
    try {
      if (requiredPort !== undefined && !(await isPortFree(requiredPort))) {
        throw new LaunchFailed(`port ${requiredPort} is taken`, true);
      }
      return { postmaster: await launch(port), port };
    } catch (error) {
      if (!(error instanceof LaunchFailed)) throw error;
      // Backends that outlive a killed server by a moment still hold its memory, and a port may be lost to a neighbour.
      if (!error.isPassing || attempt >= LAUNCH_ATTEMPTS) {
        throw new SetupError(
          `The embedded Postgres did not start: ${error.message}. Mend that and start again; the rest is in ${logFile}.`,
        );
      }
      await delay(LAUNCH_PAUSE_MS);
    }
  }
}

function record(dataDir: string, { port, identity }: RunningServer, { version }: ServerFacts): Promise<void> {
  return writeServerRecord(dataDir, {
    pid: identity.pid,
    port,
    version,
    startedAt: new Date().toISOString(),
  });
}

function runningServer({
  password,
  ...server
}: Omit<RunningServer, 'url'> & { password: string }): RunningServer {
  return { ...server, url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/postgres` };
}
