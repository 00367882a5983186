import type { Knex } from 'knex';
import pg from 'pg';
import type { LandlordDb, LandlordTx, Statement } from '../db/planes.ts';
import { type ConnectionTarget, isRetryable, knexOver, transactionView, typeParsers } from '../db/session.ts';
import { SetupError } from '../kit/errors.ts';
import type { Logger } from '../observability/logger.ts';

export interface Landlord {
  readonly db: LandlordDb;
  /** The pool itself, for libraries that bring their own statements (queues, the socket adapter). */
  readonly pool: pg.Pool;
  readonly target: ConnectionTarget;
  /** Commits when `work` returns; retried up to three times when Postgres reports a deadlock. */
  transaction<T>(work: (tx: LandlordTx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** As node-postgres reads them: whoever verifies does so wholly, against Node's authorities and the host's name. */
const SSL_MODES = new Map<string, NonNullable<ConnectionTarget['ssl']>>([
  ['disable', false],
  ['require', true],
  ['verify-ca', true],
  ['verify-full', true],
  ['no-verify', { rejectUnauthorized: false }],
]);

/** Throws SetupError for what it could only overlook: whoever asks for TLS must never get plaintext. */
export function parseTarget(url: string): ConnectionTarget {
  const parsed = new URL(url);
  const unknown = [...parsed.searchParams.keys()].filter(name => name !== 'sslmode');
  if (unknown.length > 0)
    throw new SetupError(
      `LANDLORD_DATABASE_URL: ${unknown.join(', ')} is not understood behind the "?", only sslmode is. Take it out; a certificate authority of your own goes into NODE_EXTRA_CA_CERTS.`,
    );
  const sslMode = parsed.searchParams.get('sslmode');
  const ssl = sslMode === null ? undefined : SSL_MODES.get(sslMode);
  if (sslMode !== null && ssl === undefined)
    throw new SetupError(
      `LANDLORD_DATABASE_URL: sslmode=${sslMode} cannot be honoured. Choose one of ${[...SSL_MODES.keys()].join(', ')}.`,
    );
  return {
    host: decodeURIComponent(parsed.hostname),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    ...(ssl !== undefined && { ssl }),
  };
}

const queryOf = (statement: string | Statement, values?: readonly unknown[]): pg.QueryConfig => ({
  ...(typeof statement === 'string' ? { text: statement } : statement),
  ...(values && { values: [...values] }),
});

/** `name` is what the server shows of these connections: see processes.ts. */
export function openLandlord(
  target: ConnectionTarget,
  maximumConnections: number,
  log: Logger,
  name = 'concierge landlord',
): Landlord {
  const pool = new pg.Pool({
    ...target,
    max: maximumConnections,
    min: 0,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 5000,
    application_name: name,
    keepAlive: true,
    types: typeParsers,
  });
  // An idle connection that the server closes must not end the process.
  pool.on('error', error => log.warn({ error: error.message }, 'an idle landlord connection was lost'));
  // Nor one in use: its statement fails, and the pool does not keep it.
  pool.on('connect', client => client.on('error', () => undefined));
  let knex: Knex | undefined;
  const db = {
    query: async <Row>(statement: string | Statement, values?: readonly unknown[]) =>
      (await pool.query(queryOf(statement, values))).rows as Row[],
    get knex() {
      knex ??= knexOver(
        () => pool.connect(),
        client => (client as pg.PoolClient).release(),
      );
      return knex;
    },
  } as LandlordDb;

  async function attempt<T>(work: (tx: LandlordTx) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    const tasks: (() => void | Promise<void>)[] = [];
    const view = transactionView({
      query: async <Row>(statement: string | Statement, values?: readonly unknown[]) =>
        (await client.query(queryOf(statement, values))).rows as Row[],
      get knex() {
        return knexOver(
          async () => client,
          () => undefined,
        );
      },
    });
    const tx = Object.assign(Object.create(view.db), {
      query: view.db.query,
      afterCommit: (task: () => void | Promise<void>) => void tasks.push(task),
    }) as LandlordTx;
    let isUsable = true;
    let result: T;
    try {
      await client.query('BEGIN');
      result = await work(tx);
      view.end();
      const answer = await client.query('COMMIT');
      if (answer.command !== 'COMMIT') throw new Error('The transaction was rolled back at its commit.');
    } catch (error) {
      view.end();
      await client.query('ROLLBACK').catch(() => {
        isUsable = false;
      });
      throw error;
    } finally {
      client.release(!isUsable);
    }
    for (const task of tasks) {
      try {
        await task();
      } catch (error) {
        log.error({ error }, 'an after-commit task failed');
      }
    }
    return result;
  }

  return {
    db,
    pool,
    target,
    async transaction(work) {
      for (let round = 1; ; round++) {
        try {
          return await attempt(work);
        } catch (error) {
          if (round >= 3 || !isRetryable(error)) throw error;
        }
      }
    },
    close: () => pool.end(),
  };
}
