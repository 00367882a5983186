import { mock } from 'node:test';
import { expect } from 'chai';
import type { Session } from '../../../src/db/session.ts';
import type { Tenant } from '../../../src/tenancy/tenant.ts';
import { TenantDatabases } from '../../../src/tenancy/tenant-databases.ts';
import { failureOf } from '../../support/failure-of.ts';

const tenant = { id: 'one', slug: 'one', connectionVersion: 1, target: {} } as Tenant;

describe('a database that cannot be reached', () => {
  let tries: number;
  let databases: TenantDatabases;

  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'] });
    tries = 0;
    databases = new TenantDatabases({
      budget: 20,
      perTenant: 20,
      waitMs: 1000,
      idleMs: 60_000,
      connect: async (): Promise<Session> => {
        tries++;
        throw new Error('refused');
      },
    });
  });
  afterEach(async () => {
    mock.timers.reset();
    await databases.close();
  });

  /** So many callers at once; how many of them tried to connect. */
  async function call(callers: number): Promise<number> {
    const before = tries;
    await Promise.all(Array.from({ length: callers }, () => failureOf(databases.lease(tenant))));
    return tries - before;
  }
  const pass = (ms: number) => mock.timers.tick(ms);

  it('is left alone for a second after callers failed together, however many they were', async () => {
    expect(await call(12)).to.equal(12);
    expect(await call(12)).to.equal(0);
    pass(1001);
    expect(await call(1)).to.equal(1);
  });

  it('is left alone for longer the longer it is away, and never for ten seconds', async () => {
    await call(3);
    for (const ms of [1000, 2000, 4000, 8000, 8000, 8000]) {
      pass(ms - 1);
      expect(await call(5), `just before ${ms} ms`).to.equal(0);
      pass(1);
      expect(await call(1), `after ${ms} ms`).to.equal(1);
    }
  });
});
