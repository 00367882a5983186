import { expect } from 'chai';
import { schemaVersion } from '../../src/db/migrator.ts';
import { LostRace, sqlState } from '../../src/db/session.ts';
import { ServiceUnavailable } from '../../src/kit/errors.ts';
import { updateTenant } from '../../src/landlord/tenant-store.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { type EventDraft, eventDraft, outboxBounds, readEvents } from '../../src/tenancy/outbox.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TenantDatabases } from '../../src/tenancy/tenant-databases.ts';
import { createTenants, type TenantTx } from '../../src/tenancy/tenants.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { ADMIN_ID, createTestTenants, type Fixture, TEAM_ID } from '../support/tenants.ts';
import { asSuperuser } from '../support/test-postgres.ts';

describe('a tenant transaction', () => {
  let fixture: Fixture;
  let acme: Tenant;
  let globex: Tenant;

  before(async () => {
    fixture = await createTestTenants({ budget: 8, perTenant: 6 });
    ({ acme, globex } = fixture);
  });
  after(async () => {
    await fixture?.close();
  });
  afterEach(() => {
    for (const events of fixture.events.values()) events.length = 0;
    expect(fixture.databases.usage).to.include({ open: fixture.databases.usage.idle, waiting: 0 });
  });

  const userUpdated = (userId: number): EventDraft =>
    eventDraft('user.updated', `user:${userId}`, { userId });
  const addTeam = (tx: TenantTx, name: string) => tx.query('INSERT INTO teams (name) VALUES ($1)', [name]);
  const transaction = <T>(tenant: Tenant, work: (tx: TenantTx) => Promise<T>) =>
    fixture.tenants.run(tenant.id, scope => scope.transaction(work));
  const teamExists = (tenant: Tenant, name: string) =>
    fixture.tenants.run(tenant.id, async scope => {
      const rows = await scope.db.query('SELECT 1 FROM teams WHERE name = $1', [name]);
      return rows.length > 0;
    });
  const lastSeq = (tenant: Tenant) =>
    fixture.tenants.run(tenant.id, async scope => (await outboxBounds(scope.db)).lastSeq);
  const told = (tenant: Tenant) => fixture.events.get(tenant.id) ?? [];

  it('commits rows and numbered events together, and tells of them in order', async () => {
    const before = await lastSeq(acme);
    await transaction(acme, async tx => {
      await addTeam(tx, 'Sales');
      tx.emit(userUpdated(1));
      tx.emit(userUpdated(2));
    });
    await transaction(acme, async tx => tx.emit(userUpdated(3)));
    expect(told(acme).map(event => [event.seq - before, event.type, event.data])).to.deep.equal([
      [1, 'user.updated', { userId: 1 }],
      [2, 'user.updated', { userId: 2 }],
      [3, 'user.updated', { userId: 3 }],
    ]);
    const stored = await fixture.tenants.run(acme.id, scope => readEvents(scope.db, before, 10));
    expect(stored).to.deep.equal(told(acme));
    expect(await teamExists(acme, 'Sales')).to.equal(true);
  });

  it('keeps the numbers of tenants apart', async () => {
    const before = await lastSeq(globex);
    await transaction(acme, async tx => tx.emit(userUpdated(ADMIN_ID)));
    expect(await lastSeq(globex)).to.equal(before);
    expect(told(globex)).to.deep.equal([]);
  });

  it('leaves and tells nothing of what was rolled back, not even a gap', async () => {
    const before = await lastSeq(acme);
    const ran: string[] = [];
    const failure = await failureOf(
      transaction(acme, async tx => {
        await addTeam(tx, 'Ghosts');
        await tx.knex('teams').insert({ name: 'Ghosts of knex' });
        tx.emit(userUpdated(1));
        tx.afterCommit(() => void ran.push('after commit'));
        throw new Error('changed my mind');
      }),
    );
    expect((failure as Error).message).to.equal('changed my mind');
    expect(await teamExists(acme, 'Ghosts')).to.equal(false);
    expect(await teamExists(acme, 'Ghosts of knex')).to.equal(false);
    expect(ran).to.deep.equal([]);
    expect(told(acme)).to.deep.equal([]);
    await transaction(acme, async tx => tx.emit(userUpdated(1)));
    expect(told(acme).map(event => event.seq)).to.deep.equal([before + 1]);
  });

  it('does not pass off a rollback as a commit when the work swallowed the failed statement', async () => {
    const failure = await failureOf(
      transaction(acme, async tx => {
        await addTeam(tx, 'Swallowed');
        await addTeam(tx, 'Swallowed').catch(() => undefined);
      }),
    );
    expect(failure).to.be.instanceOf(Error);
    expect(await teamExists(acme, 'Swallowed')).to.equal(false);
  });

  it('rolls back when the events cannot be written', async () => {
    const failure = await failureOf(
      transaction(acme, async tx => {
        await addTeam(tx, 'Unwritable');
        tx.emit(
          eventDraft('channel.updated', 'channel:\u0000', { channelId: 1, health: 'ok', isActive: true }),
        );
      }),
    );
    expect(sqlState(failure)).to.match(/^22/);
    expect(await teamExists(acme, 'Unwritable')).to.equal(false);
    expect(told(acme)).to.deep.equal([]);
  });

  it('never lets a reader miss or misorder an event, whoever commits late', async function () {
    this.timeout(60_000);
    const writers = 20;
    const rounds = 10;
    const tenant = await fixture.addTenant('initech');
    // Dawdles between the numbering and the end of the commit, where a late one with a lower number would hide.
    await asSuperuser(
      session =>
        session.query(`
          CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NULL; END $$;
          CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON outbox_events
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()`),
      tenant.target.database,
    );
    const expected = new Set<string>();
    let isOver = false;
    const reading = fixture.tenants.run(tenant.id, async scope => {
      const seen: { seq: number; data: unknown }[] = [];
      for (let isLast = false; ; isLast = isOver) {
        const events = await readEvents(scope.db, seen.at(-1)?.seq ?? 0, 7);
        seen.push(...events);
        if (isLast && events.length === 0) return seen;
      }
    });
    const writer = async (writerId: number) => {
      for (let round = 0; round < rounds; round++)
        await transaction(tenant, async tx => {
          await tx.query('SELECT pg_sleep(random() * 0.005)');
          for (let part = 0; part <= round % 3; part++) {
            const userId = writerId * 1000 + round * 10 + part;
            expected.add(`${userId}`);
            tx.emit(userUpdated(userId));
          }
        });
    };
    await Promise.all(Array.from({ length: writers }, (_, index) => writer(index + 1))).finally(() => {
      isOver = true;
    });
    const seen = await reading;
    expect(seen.map(event => event.seq)).to.deep.equal(seen.map((_, index) => index + 1));
    expect(new Set(seen.map(event => `${(event.data as { userId: number }).userId}`))).to.deep.equal(
      expected,
    );
    const toldSeqs = told(tenant).map(event => event.seq);
    expect(toldSeqs.sort((a, b) => a - b)).to.deep.equal(seen.map(event => event.seq));
  });

  it('runs a lost race again, with one effect', async () => {
    let rounds = 0;
    const ran: number[] = [];
    await transaction(acme, async tx => {
      rounds++;
      const round = rounds;
      await addTeam(tx, 'Racers');
      tx.emit(userUpdated(round));
      tx.afterCommit(() => void ran.push(round));
      if (round < 3) throw new LostRace('somebody was faster');
    });
    expect(rounds).to.equal(3);
    expect(ran).to.deep.equal([3]);
    expect(told(acme).map(event => event.data)).to.deep.equal([{ userId: 3 }]);
    expect(await teamExists(acme, 'Racers')).to.equal(true);
  });

  it('gives up a race that is lost three times', async () => {
    let rounds = 0;
    const failure = await failureOf(
      transaction(acme, async () => {
        rounds++;
        throw new LostRace('somebody was faster');
      }),
    );
    expect(failure).to.be.instanceOf(LostRace);
    expect(rounds).to.equal(3);
  });

  it('runs the victim of a deadlock again, with one effect', async () => {
    let arrived = 0;
    let meet: (() => void) | undefined;
    const bothHoldOne = new Promise<void>(resolve => {
      meet = resolve;
    });
    let rounds = 0;
    let survivorEnds: (() => void) | undefined;
    const survivorEnded = new Promise<void>(resolve => {
      survivorEnds = resolve;
    });
    const work = (first: string, second: string) => async (tx: TenantTx) => {
      // Begun at once, the victim's second round may run into the survivor again.
      if (++rounds > 2) await survivorEnded;
      tx.afterCommit(() => survivorEnds?.());
      await tx.query(first);
      if (++arrived === 2) meet?.();
      await bothHoldOne;
      await tx.query(second);
      tx.emit(userUpdated(ADMIN_ID));
    };
    await transaction(acme, async tx => addTeam(tx, 'Deadlocked'));
    const lockUser = `UPDATE users SET session_version = session_version + 1 WHERE id = ${ADMIN_ID}`;
    const lockTeam = `UPDATE teams SET name = name || '!' WHERE name LIKE 'Deadlocked%'`;
    const versionOf = () =>
      fixture.tenants.run(acme.id, async scope => {
        const [row] = await scope.db.query<{ version: number }>(
          'SELECT session_version AS version FROM users WHERE id = $1',
          [ADMIN_ID],
        );
        return row?.version ?? 0;
      });
    const before = await versionOf();
    await Promise.all([
      transaction(acme, work(lockUser, lockTeam)),
      transaction(acme, work(lockTeam, lockUser)),
    ]);
    expect(rounds).to.equal(3);
    expect(await versionOf()).to.equal(before + 2);
    expect(await teamExists(acme, 'Deadlocked!!')).to.equal(true);
    expect(told(acme)).to.have.length(2);
  });

  it('does not run other failures again', async () => {
    let rounds = 0;
    const failure = await failureOf(
      transaction(acme, async tx => {
        rounds++;
        await tx.query('SELECT 1 / 0');
      }),
    );
    expect(sqlState(failure)).to.equal('22012');
    expect(rounds).to.equal(1);
  });

  it('refuses every use after its end', async () => {
    let kept: TenantTx | undefined;
    await transaction(acme, async tx => {
      kept = tx;
    });
    expect(String(await failureOf(addTeam(kept as TenantTx, 'Late')))).to.contain('has ended');
    expect(() => (kept as TenantTx).knex('teams')).to.throw('has ended');
    const scope = await fixture.tenants.run(acme.id, async inner => inner);
    expect(String(await failureOf(scope.db.query('SELECT 1')))).to.contain('has ended');
    expect(await teamExists(acme, 'Late')).to.equal(false);
  });

  it('refuses to open a transaction once its lease went back', async () => {
    const scope = await fixture.tenants.run(acme.id, async inner => inner);
    const failure = await failureOf(scope.transaction(tx => addTeam(tx, 'Too late')));
    expect(String(failure)).to.contain('has ended');
    expect(await teamExists(acme, 'Too late')).to.equal(false);
  });

  it('runs what waits for the commit in order and after it, and none of it fails the caller', async () => {
    const ran: string[] = [];
    const result = await transaction(acme, async tx => {
      await addTeam(tx, 'Ordered');
      tx.emit(userUpdated(ADMIN_ID));
      tx.afterCommit(async () => {
        ran.push(`first, seen by others: ${await teamExists(acme, 'Ordered')}, told: ${told(acme).length}`);
      });
      tx.afterCommit(() => {
        ran.push('second');
        throw new Error('thrown at once');
      });
      tx.afterCommit(() => Promise.reject(new Error('rejected')));
      tx.afterCommit(() => void ran.push('last'));
      return 'done';
    });
    expect(result).to.equal('done');
    expect(ran).to.deep.equal(['first, seen by others: true, told: 1', 'second', 'last']);
  });

  it('says that an inbox is being upgraded while its schema is behind, and serves it right after', async () => {
    const next = 'a-later-release';
    const tenants = createTenants({
      directory: fixture.directory,
      databases: fixture.databases,
      schemaVersion: next,
      log: silentLogger,
      onCommit: () => undefined,
      onAlarm: () => undefined,
    });
    const failure = await failureOf(tenants.run(acme.id, async () => 'served'));
    expect(failure).to.be.instanceOf(ServiceUnavailable);
    expect(failure).to.include({ code: 'tenant_upgrading' });
    await updateTenant(fixture.landlord.db, acme.id, { schema_version: next });
    try {
      expect(await tenants.run(acme.id, async () => 'served')).to.equal('served');
    } finally {
      await updateTenant(fixture.landlord.db, acme.id, { schema_version: schemaVersion(tenantMigrations) });
      fixture.directory.forget(acme.id);
    }
  });

  it('survives the loss of its connection: nothing is told, the next one works', async () => {
    const before = await lastSeq(acme);
    const failure = await failureOf(
      transaction(acme, async tx => {
        await addTeam(tx, 'Lost');
        tx.emit(userUpdated(1));
        const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await asSuperuser(session => session.query('SELECT pg_terminate_backend($1, 5000)', [row?.pid]));
      }),
    );
    expect(failure).to.be.instanceOf(Error);
    expect(told(acme)).to.deep.equal([]);
    expect(await teamExists(acme, 'Lost')).to.equal(false);
    expect(await lastSeq(acme)).to.equal(before);
  });

  it('shows a query beside the transaction that holds the only connection as what it is', async () => {
    const databases = new TenantDatabases({ budget: 1, perTenant: 1, waitMs: 30, idleMs: 60_000 });
    const tenants = createTenants({
      directory: fixture.directory,
      databases,
      schemaVersion: schemaVersion(tenantMigrations),
      log: silentLogger,
      onCommit: () => undefined,
      onAlarm: () => undefined,
    });
    try {
      const failure = await failureOf(
        tenants.run(acme.id, scope =>
          scope.transaction(() =>
            tenants.run(acme.id, inner => inner.db.query('SELECT 1 FROM teams WHERE id = $1', [TEAM_ID])),
          ),
        ),
      );
      expect(failure).to.be.instanceOf(ServiceUnavailable);
    } finally {
      await databases.close();
    }
  });
});
