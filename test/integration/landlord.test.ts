import { expect } from 'chai';
import { withSessionLock } from '../../src/db/advisory-lock.ts';
import { LostRace } from '../../src/db/session.ts';
import { readState, writeState } from '../../src/landlord/state-store.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { failureOf } from '../support/failure-of.ts';
import { asSuperuser } from '../support/test-postgres.ts';

describe('the landlord', () => {
  let test: TestLandlord;
  before(async () => {
    test = await createLandlord();
  });
  after(async () => {
    await test?.close();
  });

  it('commits, and then runs what waited for the commit, whatever becomes of that', async () => {
    const { landlord } = test;
    const ran: string[] = [];
    const result = await landlord.transaction(async tx => {
      await writeState(tx, 'committed', 'yes');
      tx.afterCommit(async () => void ran.push(`seen: ${await readState(landlord.db, 'committed')}`));
      tx.afterCommit(() => {
        throw new Error('thrown at once');
      });
      tx.afterCommit(() => Promise.reject(new Error('rejected')));
      tx.afterCommit(() => void ran.push('last'));
      return 'done';
    });
    expect(result).to.equal('done');
    expect(ran).to.deep.equal(['seen: yes', 'last']);
  });

  it('leaves nothing of what was rolled back, also through knex', async () => {
    const { landlord } = test;
    const failure = await failureOf(
      landlord.transaction(async tx => {
        await tx.knex('landlord_state').insert({ key: 'ghost', value: 'boo' });
        tx.afterCommit(() => expect.fail('there was no commit'));
        throw new Error('changed my mind');
      }),
    );
    expect((failure as Error).message).to.equal('changed my mind');
    expect(await readState(landlord.db, 'ghost')).to.equal(undefined);
  });

  it('does not pass off a rollback as a commit when the work swallowed the failed statement', async () => {
    const { landlord } = test;
    const failure = await failureOf(
      landlord.transaction(async tx => {
        await writeState(tx, 'swallowed', 'yes');
        await tx.query('SELECT 1 / 0').catch(() => undefined);
      }),
    );
    expect(failure).to.be.instanceOf(Error);
    expect(await readState(landlord.db, 'swallowed')).to.equal(undefined);
  });

  it('runs a lost race again, at most three times', async () => {
    let rounds = 0;
    const failure = await failureOf(
      test.landlord.transaction(async () => {
        rounds++;
        throw new LostRace('somebody was faster');
      }),
    );
    expect(failure).to.be.instanceOf(LostRace);
    expect(rounds).to.equal(3);
  });

  it('refuses a transaction after its end', async () => {
    const kept = await test.landlord.transaction(async tx => ({ tx }));
    expect(String(await failureOf(kept.tx.query('SELECT 1')))).to.contain('has ended');
    expect(() => kept.tx.knex('landlord_state')).to.throw('has ended');
  });

  it('survives the server ending every connection', async () => {
    const { landlord } = test;
    const endAll = () =>
      asSuperuser(session =>
        session.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [
          landlord.target.database,
        ]),
      );
    await writeState(landlord.db, 'before', 'yes');
    await endAll();
    expect(await readState(landlord.db, 'before')).to.equal('yes');
    const failure = await failureOf(
      landlord.transaction(async tx => {
        await writeState(tx, 'within', 'yes');
        await endAll();
        await writeState(tx, 'within', 'still');
      }),
    );
    expect(failure).to.be.instanceOf(Error);
    expect(await readState(landlord.db, 'within')).to.equal(undefined);
  });

  it('frees a lock whose holder lost its connection', async () => {
    const { target } = test;
    const lost = withSessionLock(target, 'a lock', async session => {
      const [row] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await asSuperuser(superuser => superuser.query('SELECT pg_terminate_backend($1, 5000)', [row?.pid]));
      await session.query('SELECT 1');
    });
    expect(await failureOf(lost)).to.be.instanceOf(Error);
    expect(await withSessionLock(target, 'a lock', async () => 'mine')).to.equal('mine');
  });

  it('lets one holder of a lock at a time work', async () => {
    let working = 0;
    const work = () =>
      withSessionLock(test.target, 'another lock', async session => {
        expect(++working).to.equal(1);
        await session.query('SELECT pg_sleep(0.01)');
        working--;
      });
    await Promise.all([work(), work(), work(), work()]);
  });
});
