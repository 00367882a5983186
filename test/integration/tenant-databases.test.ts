import { expect } from 'chai';
import { isConnectionFailure, Session } from '../../src/db/session.ts';
import { ServiceUnavailable } from '../../src/kit/errors.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import {
  type Lease,
  TenantDatabases,
  type TenantDatabasesOptions,
} from '../../src/tenancy/tenant-databases.ts';
import { type BareTenants, createBareTenants } from '../support/bare-tenants.ts';
import { asSuperuser } from '../support/test-postgres.ts';
import { until } from '../support/until.ts';

const TENANTS = 100;
const BUDGET = 20;

describe('tenant databases', () => {
  let fleet: BareTenants;
  let opened: TenantDatabases[] = [];

  before(async function () {
    this.timeout(90_000);
    fleet = await createBareTenants(TENANTS);
  });
  after(async function () {
    this.timeout(90_000);
    await fleet?.close();
  });
  afterEach(async () => {
    await Promise.all(opened.map(databases => databases.close()));
    opened = [];
    await until('no connection is left', async () => (await backends()) === 0);
  });

  function open(options: Partial<TenantDatabasesOptions> = {}): TenantDatabases {
    const databases = new TenantDatabases({
      budget: BUDGET,
      perTenant: 3,
      waitMs: 10_000,
      idleMs: 60_000,
      ...options,
    });
    opened.push(databases);
    return databases;
  }
  function tenant(index: number): Tenant {
    const found = fleet.tenants[index];
    if (!found) throw new Error(`There is no tenant ${index}.`);
    return found;
  }
  function backends(): Promise<number> {
    return asSuperuser(session => countBackends(session));
  }
  async function countBackends(session: Session): Promise<number> {
    const [row] = await session.query<{ amount: number }>(
      'SELECT count(*) AS amount FROM pg_stat_activity WHERE starts_with(usename, $1)',
      [fleet.prefix],
    );
    return row?.amount ?? 0;
  }
  /** Asks the database who it is: an answer of another tenant's connection shows at once. */
  async function visit(databases: TenantDatabases, visited: Tenant): Promise<void> {
    const lease = await databases.lease(visited);
    try {
      const [row] = await lease.session.query<{ database: string; role: string }>(
        'SELECT current_database() AS database, current_user AS role',
      );
      expect(row).to.deep.equal({ database: visited.target.database, role: visited.target.user });
    } finally {
      lease.release();
    }
  }
  async function pidOf(lease: Lease): Promise<number> {
    const [row] = await lease.session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return row?.pid ?? 0;
  }
  async function isAlive(pid: number): Promise<boolean> {
    const rows = await asSuperuser(session =>
      session.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]),
    );
    return rows.length > 0;
  }
  /** Counts backends as fast as the server answers, until `work` is done; the most that were seen at once. */
  async function mostBackendsDuring(work: Promise<unknown>): Promise<number> {
    let isOver = false;
    const watching = asSuperuser(async session => {
      let most = 0;
      while (!isOver) most = Math.max(most, await countBackends(session));
      return most;
    });
    await work.finally(() => {
      isOver = true;
    });
    return watching;
  }
  async function inParallel(lanes: number, visits: number, work: (visit: number) => Promise<void>) {
    let next = 0;
    const lane = async () => {
      while (next < visits) await work(next++);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }
  function expectNothingOut(databases: TenantDatabases): void {
    const { open: all, idle, waiting } = databases.usage;
    expect({ leased: all - idle, waiting }).to.deep.equal({ leased: 0, waiting: 0 });
  }
  async function failureOf(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => undefined,
      error => error,
    );
  }

  it('serves a hundred tenants in turn within its budget', async () => {
    const databases = open();
    const work = inParallel(30, TENANTS * 4, index => visit(databases, tenant(index % TENANTS)));
    expect(await mostBackendsDuring(work)).to.be.within(2, BUDGET);
    expectNothingOut(databases);
    expect(databases.usage.open).to.equal(BUDGET);
  });

  it('serves a hundred tenants in random order within its budget', async () => {
    const databases = open();
    const work = inParallel(60, 1000, () =>
      visit(databases, tenant(Math.floor(Math.random() ** 3 * TENANTS))),
    );
    expect(await mostBackendsDuring(work)).to.be.within(2, BUDGET);
    expectNothingOut(databases);
  });

  it('survives the server ending every connection, again and again', async () => {
    const databases = open();
    let isOver = false;
    const failures: unknown[] = [];
    const work = inParallel(30, 1500, async index => {
      const failure = await failureOf(visit(databases, tenant(index % 30)));
      if (failure) failures.push(failure);
    }).finally(() => {
      isOver = true;
    });
    let ended = 0;
    await asSuperuser(async session => {
      while (!isOver) {
        const rows = await session.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(usename, $1)',
          [fleet.prefix],
        );
        ended += rows.length;
      }
    });
    await work;
    expect(ended).to.be.greaterThan(BUDGET);
    for (const failure of failures)
      if (!isConnectionFailure(failure) && !(failure instanceof ServiceUnavailable)) throw failure;
    await until('everything works again', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, index) => failureOf(visit(databases, tenant(index)))),
      );
      return outcomes.every(outcome => outcome === undefined);
    });
    expectNothingOut(databases);
  });

  it('replaces idle connections that the server ended, without one failed statement', async () => {
    const databases = open();
    const visitAll = () =>
      Promise.all(Array.from({ length: BUDGET }, (_, index) => visit(databases, tenant(index))));
    await visitAll();
    await asSuperuser(session =>
      session.query(
        'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE starts_with(usename, $1)',
        [fleet.prefix],
      ),
    );
    await visitAll();
    expectNothingOut(databases);
  });

  it('never closes a connection in use to make room', async () => {
    const databases = open({ budget: 4 });
    const held = await Promise.all([0, 1, 2].map(index => databases.lease(tenant(index))));
    const pids = await Promise.all(held.map(pidOf));
    for (const lease of held) await lease.session.query('BEGIN');
    await inParallel(5, 60, index => visit(databases, tenant(3 + (index % 30))));
    expect(await Promise.all(held.map(pidOf))).to.deep.equal(pids);
    for (const lease of held) {
      await lease.session.query('COMMIT');
      lease.release();
    }
    expectNothingOut(databases);
  });

  it('serves a quiet tenant although a loud one has callers in line all the time', async () => {
    const databases = open({ budget: 3 });
    let isOver = false;
    let loudVisits = 0;
    const loud = Promise.all(
      Array.from({ length: 12 }, async () => {
        while (!isOver) {
          await visit(databases, tenant(0));
          loudVisits++;
        }
      }),
    );
    await until('the loud tenant has callers in line', () => loudVisits > 20);
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      const since = Date.now();
      await visit(databases, tenant(1 + round));
      waits.push(Date.now() - since);
    }
    isOver = true;
    await loud;
    // 100 ms in line, then it is this one's turn; the rest is a busy machine.
    expect(Math.max(...waits)).to.be.lessThan(1500);
    expect(loudVisits).to.be.greaterThan(40);
    expectNothingOut(databases);
  });

  it('does not let the line of a tenant that has all it may have hold up the others', async () => {
    const databases = open({ budget: 3, perTenant: 2 });
    const slow = await Promise.all([databases.lease(tenant(0)), databases.lease(tenant(0))]);
    const other = await databases.lease(tenant(1));
    const inLine = databases.lease(tenant(0));
    const quiet = databases.lease(tenant(2));
    await until('both wait', () => databases.usage.waiting === 2);
    const since = Date.now();
    await until('the first in line has waited long', () => Date.now() - since > 150);
    other.release();
    const lease = await quiet;
    expect(databases.usage.waiting).to.equal(1);
    for (const held of [lease, ...slow]) held.release();
    (await inLine).release();
    expectNothingOut(databases);
  });

  it('tells a caller to come back when nothing is free within the wait', async () => {
    const databases = open({ budget: 1, waitMs: 50 });
    const held = await databases.lease(tenant(0));
    const refusals = await Promise.all([
      failureOf(databases.lease(tenant(0))),
      failureOf(databases.lease(tenant(1))),
    ]);
    for (const refusal of refusals) {
      expect(refusal).to.be.instanceOf(ServiceUnavailable);
      expect((refusal as ServiceUnavailable).retryAfterSeconds).to.be.greaterThan(0);
    }
    held.release();
    await visit(databases, tenant(1));
    expectNothingOut(databases);
  });

  it('stops trying a database that cannot be reached, which costs the others nothing', async () => {
    let attempts = 0;
    const databases = open({
      budget: 4,
      perTenant: 2,
      connect: (target, ...rest) => {
        if (target.port === 1) attempts++;
        return Session.connect(target, ...rest);
      },
    });
    const dead: Tenant = { ...tenant(0), target: { ...tenant(0).target, port: 1 } };
    for (let round = 0; round < 3; round++) {
      const failure = await failureOf(databases.lease(dead));
      expect(isConnectionFailure(failure) || failure instanceof ServiceUnavailable).to.equal(true);
    }
    const triedBefore = attempts;
    expect(await failureOf(databases.lease(dead))).to.be.instanceOf(ServiceUnavailable);
    expect(attempts).to.equal(triedBefore);
    expect(databases.isAtHand(dead)).to.equal(false);
    await inParallel(4, 40, index => visit(databases, tenant(1 + (index % 8))));
    // The record was mended: nobody waits for the end of the pause.
    await visit(databases, { ...tenant(0), connectionVersion: 2 });
    expectNothingOut(databases);
  });

  it('serves the others while connections to a silent server are being tried', async () => {
    let giveUp: (() => void) | undefined;
    const silence = new Promise<void>(resolve => {
      giveUp = resolve;
    });
    const silent = tenant(0);
    const databases = open({
      budget: 4,
      perTenant: 2,
      connect: async (target, ...rest) => {
        if (target !== silent.target) return Session.connect(target, ...rest);
        await silence;
        throw Object.assign(new Error('timeout expired'), { code: 'ETIMEDOUT' });
      },
    });
    const lost = Promise.all(Array.from({ length: 6 }, () => failureOf(databases.lease(silent))));
    await inParallel(4, 60, index => visit(databases, tenant(1 + (index % 8))));
    giveUp?.();
    for (const failure of await lost) expect(failure).to.be.instanceOf(Error);
    await visit(databases, tenant(1));
    expectNothingOut(databases);
  });

  it('takes up a database again that was closed for a while', async () => {
    const databases = open();
    const closed = tenant(0);
    const allow = (isAllowed: boolean) =>
      asSuperuser(session =>
        session.query(`ALTER DATABASE ${closed.target.database} WITH ALLOW_CONNECTIONS ${isAllowed}`),
      );
    await allow(false);
    try {
      for (let round = 0; round < 4; round++)
        expect(await failureOf(databases.lease(closed))).to.be.instanceOf(Error);
      await visit(databases, tenant(1));
    } finally {
      await allow(true);
    }
    await until('it is served again', async () => (await failureOf(visit(databases, closed))) === undefined);
    expectNothingOut(databases);
  });

  it('closes what was opened before the way to the database changed', async () => {
    const databases = open();
    const before = tenant(0);
    const after: Tenant = { ...before, connectionVersion: before.connectionVersion + 1 };
    const [idle, leased] = await Promise.all([databases.lease(before), databases.lease(before)]);
    const [idlePid, leasedPid] = [await pidOf(idle), await pidOf(leased)];
    idle.release();
    await visit(databases, after);
    await until('the idle connection is closed', async () => !(await isAlive(idlePid)));
    expect(await pidOf(leased)).to.equal(leasedPid);
    leased.release();
    await until('the leased one is closed after its return', async () => !(await isAlive(leasedPid)));
    await visit(databases, after);
    expectNothingOut(databases);
  });

  it('keeps its books when only idle connections were opened before the way changed', async () => {
    const databases = open();
    const before = tenant(0);
    await visit(databases, before);
    await visit(databases, { ...before, connectionVersion: before.connectionVersion + 1 });
    await visit(databases, { ...before, connectionVersion: before.connectionVersion + 1 });
    expectNothingOut(databases);
    expect(databases.usage.open).to.equal(1);
  });

  it('dismisses a tenant: idle connections now, leased ones when they come back', async () => {
    const databases = open();
    const [idle, leased] = await Promise.all([databases.lease(tenant(0)), databases.lease(tenant(0))]);
    const [idlePid, leasedPid] = [await pidOf(idle), await pidOf(leased)];
    idle.release();
    await visit(databases, tenant(1));
    await databases.dismiss(tenant(0).id);
    expect(await isAlive(idlePid)).to.equal(false);
    expect(await pidOf(leased)).to.equal(leasedPid);
    leased.release();
    await until('the leased one is closed', async () => !(await isAlive(leasedPid)));
    expect(databases.usage).to.deep.equal({ open: 1, idle: 1, waiting: 0, tenants: 1 });
    await visit(databases, tenant(0));
  });

  it('closes connections that nobody used for long', async () => {
    const databases = open({ idleMs: 30 });
    await Promise.all([0, 1, 2].map(index => visit(databases, tenant(index))));
    await until('all are closed', () => databases.usage.open === 0);
    expect(databases.usage.tenants).to.equal(0);
    await visit(databases, tenant(0));
  });

  it('closes with leases out: callers in line hear of it, leases end when they come back', async () => {
    const databases = open({ budget: 2 });
    const leases = await Promise.all([databases.lease(tenant(0)), databases.lease(tenant(1))]);
    const inLine = failureOf(databases.lease(tenant(2)));
    await databases.close();
    expect(await inLine).to.be.instanceOf(ServiceUnavailable);
    expect(await failureOf(databases.lease(tenant(0)))).to.be.instanceOf(ServiceUnavailable);
    for (const lease of leases) {
      expect(await pidOf(lease)).to.be.greaterThan(0);
      lease.release();
    }
    await until('no connection is left', async () => (await backends()) === 0);
    expect(databases.usage).to.include({ open: 0, idle: 0, waiting: 0 });
  });

  it('refuses a second release', async () => {
    const databases = open();
    const lease = await databases.lease(tenant(0));
    lease.release();
    expect(() => lease.release()).to.throw('released twice');
  });
});
