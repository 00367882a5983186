import type { TenantEvent } from '../contract/events.ts';
import type { Database, TenantDb, Transaction } from '../db/planes.ts';
import { isRetryable, type Session, transactionView } from '../db/session.ts';
import { ServiceUnavailable } from '../kit/errors.ts';
import type { Logger } from '../observability/logger.ts';
import { type EventDraft, writeEvents } from './outbox.ts';
import type { Tenant } from './tenant.ts';
import type { TenantDatabases } from './tenant-databases.ts';
import type { TenantDirectory } from './tenant-directory.ts';

export interface TenantTx extends TenantDb, Transaction {
  /** Tells the world of a change: written with it, numbered at the commit, published after it. */
  emit(draft: EventDraft): void;
  /** There is work of this kind now: whoever does it is woken after the commit. */
  ring(alarm: TenantAlarm): void;
}
/** Work that rows of a transaction ask for, beside what its events tell. */
export type TenantAlarm = 'pull';

/** One tenant's database for the length of one piece of work. */
export interface TenantScope {
  readonly tenant: Tenant;
  readonly db: TenantDb;
  readonly log: Logger;
  /**
   * Commits when `work` returns. After a deadlock or serialisation failure the whole work runs again, at most three
   * times; so it must have no effect outside of `tx`.
   */
  transaction<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** For a statement that wrote and numbered its events by itself, outside of `transaction`; after its commit. */
  publish(events: readonly TenantEvent[]): void;
}

export interface Tenants {
  readonly directory: TenantDirectory;
  readonly databases: TenantDatabases;
  /** Leases a connection, runs `work`, gives it back. Throws NotFound, ServiceUnavailable. */
  run<T>(tenantId: string, work: (scope: TenantScope) => Promise<T>): Promise<T>;
  runOn<T>(tenant: Tenant, work: (scope: TenantScope) => Promise<T>): Promise<T>;
}

/** Hears of every commit that wrote events, in the process that committed. */
export type CommitListener = (tenant: Tenant, events: readonly TenantEvent[]) => void;

export interface TenantsOptions {
  readonly directory: TenantDirectory;
  readonly databases: TenantDatabases;
  readonly schemaVersion: string;
  readonly log: Logger;
  readonly onCommit: CommitListener;
  readonly onAlarm: (tenant: Tenant, alarm: TenantAlarm) => void;
}

export function createTenants(options: TenantsOptions): Tenants {
  const { directory, databases, log, onCommit, onAlarm } = options;

  async function runOn<T>(tenant: Tenant, work: (scope: TenantScope) => Promise<T>): Promise<T> {
    const current =
      tenant.schemaVersion === options.schemaVersion
        ? tenant
        : await requireCurrent(tenant.id, options.schemaVersion);
    const lease = await databases.lease(current);
    const view = transactionView(lease.session);
    let isOver = false;
    try {
      return await work({
        tenant: current,
        db: view.db as TenantDb,
        // Made when it is used: most work has nothing to say.
        get log() {
          return log.child({ tenant: current.slug });
        },
        publish: events => onCommit(current, events),
        transaction: async inner => {
          if (isOver)
            throw new Error('The lease of this connection has ended; open the transaction within it.');
          return inTransaction(lease.session, current, inner);
        },
      });
    } finally {
      isOver = true;
      view.end();
      lease.release();
    }
  }

  async function requireCurrent(tenantId: string, schemaVersion: string): Promise<Tenant> {
    directory.forget(tenantId);
    const tenant = await directory.require(tenantId);
    if (tenant.schemaVersion !== schemaVersion)
      throw new ServiceUnavailable(
        'This inbox is being upgraded. Try again in a moment.',
        5,
        'tenant_upgrading',
      );
    return tenant;
  }

  async function inTransaction<T>(
    session: Session,
    tenant: Tenant,
    work: (tx: TenantTx) => Promise<T>,
  ): Promise<T> {
    for (let round = 1; ; round++) {
      try {
        return await attempt(session, tenant, work);
      } catch (error) {
        if (round >= 3 || !isRetryable(error)) throw error;
      }
    }
  }

  async function attempt<T>(
    session: Session,
    tenant: Tenant,
    work: (tx: TenantTx) => Promise<T>,
  ): Promise<T> {
    const drafts: EventDraft[] = [];
    const tasks: (() => void | Promise<void>)[] = [];
    const view = transactionView(session);
    const alarms = new Set<TenantAlarm>();
    const tx = transactionOf(view.db, drafts, tasks, alarms);
    let events: TenantEvent[] = [];
    let result: T;
    try {
      // Not awaited: it travels with the first statement of `work`. If it fails, that one fails too.
      const begin = session.query('BEGIN');
      begin.catch(() => undefined);
      result = await work(tx);
      await begin;
      view.end();
      const [written, commit] = await Promise.allSettled([
        drafts.length > 0 ? writeEvents(session, drafts) : [],
        session.client.query('COMMIT'),
      ]);
      // The first failure is the reason; the commit after it only tells that it was in vain.
      if (written.status === 'rejected') throw written.reason;
      if (commit.status === 'rejected') throw commit.reason;
      if (commit.value.command !== 'COMMIT')
        throw new Error('The transaction was rolled back at its commit.');
      events = written.value;
    } catch (error) {
      view.end();
      await session.query('ROLLBACK').catch(() => {
        session.isBroken = true;
      });
      throw error;
    }
    if (events.length > 0) onCommit(tenant, events);
    for (const alarm of alarms) onAlarm(tenant, alarm);
    for (const task of tasks) {
      try {
        await task();
      } catch (error) {
        log.error({ error, tenant: tenant.slug }, 'an after-commit task failed');
      }
    }
    return result;
  }

  return {
    directory,
    databases,
    runOn,
    run: async (tenantId, work) => runOn(await directory.require(tenantId), work),
  };
}

function transactionOf(
  db: Database,
  drafts: EventDraft[],
  tasks: (() => void | Promise<void>)[],
  alarms: Set<TenantAlarm>,
): TenantTx {
  return {
    query: db.query,
    get knex() {
      return db.knex;
    },
    emit: (draft: EventDraft) => void drafts.push(draft),
    ring: (alarm: TenantAlarm) => void alarms.add(alarm),
    afterCommit: (task: () => void | Promise<void>) => void tasks.push(task),
  } as TenantTx;
}
