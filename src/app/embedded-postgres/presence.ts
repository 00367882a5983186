import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { SetupError } from '../../kit/errors.ts';
import { errorCode } from './errno.ts';

export type Role = 'all' | 'web' | 'worker' | 'command';

/**
 * Advisory lock classes, in the database `postgres` of the embedded server only (advisory locks are per
 * database, and nothing else of ours works in that one). Held by a connection, they end with the process
 * however it ends, and no pid has to be trusted.
 */
const ALL_LOCK = 1;
const MEMBER_LOCK = 2;
/** A killed owner's connection is noticed within milliseconds; this is for a busy machine. */
const OWNER_GONE_PATIENCE_MS = 3_000;
const APPLICATION = 'concierge';

export interface JoinOptions {
  readonly url: string;
  readonly role: Role;
  readonly dataDir: string;
}

/** One process's place among those that use the server: the last to leave stops it. */
export class Presence {
  readonly #client: Client;
  /** Resolves when the connection has ended: we left, the server died, or it cut us off. */
  readonly ended: Promise<void>;

  private constructor(client: Client) {
    this.#client = client;
    this.ended = new Promise(resolve => client.once('end', resolve));
  }

  /** Throws SetupError when the role is `all` and another process has it. */
  static async join({ url, role, dataDir }: JoinOptions): Promise<Presence> {
    const client = await connect(url, `${APPLICATION} ${role} ${process.pid}`);
    const presence = new Presence(client);
    try {
      await client.query('SELECT pg_advisory_lock_shared($1, 0)', [MEMBER_LOCK]);
      if (role === 'all') await takeAllLock(client, dataDir);
      return presence;
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
  }

  async leave(): Promise<void> {
    // Given back by name: who asks next must not count a connection that is still closing.
    await this.#client.query('SELECT pg_advisory_unlock_shared($1, 0)', [MEMBER_LOCK]).catch(() => {});
    await this.#client.end().catch(() => {});
    await this.ended;
  }
}

export interface ServerFacts {
  readonly dataDirectory: string;
  readonly version: string;
  readonly maximumConnections: number;
  readonly memberCount: number;
}

/** Rejects while the server does not answer, or not with our password. */
export async function askServer(url: string): Promise<ServerFacts> {
  const client = await connect(url, `${APPLICATION} question`);
  try {
    const { rows } = await client.query(
      `SELECT current_setting('data_directory') AS "dataDirectory",
              split_part(current_setting('server_version'), ' ', 1) AS "version",
              current_setting('max_connections')::integer AS "maximumConnections",
              (SELECT count(*)::integer FROM pg_locks
                WHERE locktype = 'advisory' AND classid = $1 AND objid = 0
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              ) AS "memberCount"`,
      [MEMBER_LOCK],
    );
    return rows[0] as ServerFacts;
  } finally {
    await client.end().catch(() => {});
  }
}

async function connect(url: string, applicationName: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // Without a listener the end of the server would end this process; `end` follows every error.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function takeAllLock(client: Client, dataDir: string): Promise<void> {
  const deadline = Date.now() + OWNER_GONE_PATIENCE_MS;
  while (!(await tryLock(client, ALL_LOCK))) {
    const owner = await allOwner(client);
    if (Date.now() > deadline || (owner !== undefined && isAlive(owner))) {
      throw new SetupError(
        `Another Concierge is already running on ${dataDir} (pid ${owner ?? 'unknown'}). ` +
          'Stop it, or start this one with another DATA_DIR.',
      );
    }
    await delay(50);
  }
}

async function tryLock(client: Client, lockClass: number): Promise<boolean> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1, 0) AS "isMine"', [lockClass]);
  return rows[0]?.isMine === true;
}

async function allOwner(client: Client): Promise<number | undefined> {
  const { rows } = await client.query(
    `SELECT activity.application_name AS name
       FROM pg_locks JOIN pg_stat_activity AS activity ON activity.pid = pg_locks.pid
      WHERE locktype = 'advisory' AND classid = $1 AND objid = 0 AND granted AND activity.datname = current_database()`,
    [ALL_LOCK],
  );
  const pid = Number(/ (\d+)$/.exec(String(rows[0]?.name ?? ''))?.[1]);
  return pid > 0 ? pid : undefined;
}

/** Here a reused pid does no harm: the lock is the truth, and this only spares the wait. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
