import type { Knex } from 'knex';

declare const plane: unique symbol;

/**
 * A statement of the hot path: parsed and planned once for each connection, then only run. Its text never changes; the
 * name is unique over the program.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Where statements run. `query` is SQL as it is written, for the hot path and for joins; `knex` builds statements
 * whose shape depends on input. Both use the same connection.
 */
export interface Database {
  /** Rows of one statement with bound parameters `$1`, `$2` … */
  query<Row = Record<string, unknown>>(text: string | Statement, values?: readonly unknown[]): Promise<Row[]>;
  readonly knex: Knex;
}

/** A store made for the wrong plane does not compile. */
export type LandlordDb = Database & { readonly [plane]: 'landlord' };
export type TenantDb = Database & { readonly [plane]: 'tenant' };

/** A transaction: writers ask for it in their signature, so that none runs outside of one. */
export interface Transaction {
  /** Runs after the commit, in order; failures are logged and do not reach the caller. Never runs on rollback. */
  afterCommit(task: () => void | Promise<void>): void;
}
export type LandlordTx = LandlordDb & Transaction;
