import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import pg from 'pg';
import { corkThisTurn } from '../kit/cork.ts';
import type { Database, Statement } from './planes.ts';

const INT8 = 20;
/** bigint identities stay below 2^53; text and jsonb come as pg gives them. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

export interface ConnectionTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** False: never TLS. Unset: as every connection of this process, see `openLandlord`; otherwise as PGSSLMODE says. */
  readonly ssl?: boolean | { readonly rejectUnauthorized: boolean };
}

const load = createRequire(import.meta.url);

/**
 * A knex whose statements all run on the connection that `acquire` gives. Knex's own pool is never made: leases and
 * budgets are kept by the caller. Loading knex takes longer than many a command, so it waits for its first use.
 */
export function knexOver(
  acquire: () => Promise<pg.ClientBase>,
  release: (client: pg.ClientBase) => void,
): Knex {
  const knex = (load('knex') as typeof import('knex')).knex({ client: 'pg' });
  knex.client.acquireConnection = acquire;
  knex.client.releaseConnection = async (client: pg.ClientBase) => release(client);
  return knex;
}

/**
 * One physical connection. It notices by itself when the server goes away (`isBroken`), so that nobody leases it again
 * and no unheard 'error' event ends the process.
 */
export class Session implements Database {
  readonly client: pg.Client;
  isBroken = false;
  lastUsedAt = Date.now();
  #knex: Knex | undefined;

  private constructor(client: pg.Client) {
    this.client = client;
    client.on('error', () => {
      this.isBroken = true;
    });
    client.on('end', () => {
      this.isBroken = true;
    });
  }

  /** Throws what pg throws when the server refuses or does not answer within `timeoutMs`. */
  static async connect(
    target: ConnectionTarget,
    applicationName: string,
    timeoutMs = 5000,
  ): Promise<Session> {
    const client = new pg.Client({
      host: target.host,
      port: target.port,
      database: target.database,
      user: target.user,
      password: target.password,
      // Asked before PGSSLMODE is: a connection never falls back to plaintext beside others that may not.
      ssl: target.ssl,
      application_name: applicationName,
      connectionTimeoutMillis: timeoutMs,
      keepAlive: true,
      types: typeParsers,
      // Statements that belong together travel together: BEGIN with the first, the last with COMMIT.
      pipeline: true,
    } as pg.ClientConfig);
    const session = new Session(client);
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return session;
  }

  async query<Row = Record<string, unknown>>(
    statement: string | Statement,
    values?: readonly unknown[],
  ): Promise<Row[]> {
    const { stream } = (this.client as unknown as { connection: { stream: Socket } }).connection;
    corkThisTurn(stream);
    const result = await (typeof statement === 'string'
      ? this.client.query(statement, values as unknown[])
      : this.client.query({ ...statement, values: values as unknown[] }));
    return result.rows as Row[];
  }

  get knex(): Knex {
    this.#knex ??= knexOver(
      async () => this.client,
      () => undefined,
    );
    return this.#knex;
  }

  async close(): Promise<void> {
    this.isBroken = true;
    await this.client.end().catch(() => undefined);
  }
}

export interface SessionTransaction {
  readonly db: Database;
  /** Refuses every later use of `db`. */
  end(): void;
}

/** A view of a session that lives as long as one transaction: used after its end it throws instead of autocommitting. */
export function transactionView(session: Database): SessionTransaction {
  let hasEnded = false;
  const live = () => {
    if (hasEnded)
      throw new Error('This transaction has ended; a query after its end would run outside of it.');
    return session;
  };
  return {
    db: {
      query: async (text, values) => live().query(text, values),
      get knex() {
        return live().knex;
      },
    },
    end: () => {
      hasEnded = true;
    },
  };
}

/** SQLSTATE of a Postgres error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Somebody else was faster with a row that this work decided on: roll back and do it again. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

/** Serialisation failures, deadlocks and lost races: nothing happened, the same work may be done again. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof LostRace) return true;
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** The server or the way to it failed, not the statement. */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined)
    return state.startsWith('08') || state.startsWith('57P') || state === '53300' || state === '55000';
  const code = (error as { code?: string } | null)?.code;
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return true;
  return (
    error instanceof Error &&
    /Connection terminated|timeout expired|not queryable|Client was closed/.test(error.message)
  );
}

/** `table.column` that a statement would have made null against its constraint, if that is what happened. */
export function nullColumn(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23502'
    ? `${error.table}.${error.column}`
    : undefined;
}

/** The name of the unique constraint that a statement ran into, if that is what happened. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23505' ? error.constraint : undefined;
}
