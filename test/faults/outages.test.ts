import { type EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { io } from 'socket.io-client';
import type { WebhookAttempt } from '../../src/simulator/index.ts';
import { FaultLoad, type TenantLedger } from '../support/fault-load.ts';
import { FaultRig } from '../support/fault-rig.ts';
import { drained, judge } from '../support/fault-verdict.ts';
import { until } from '../support/until.ts';

/** Ten seconds are promised of a machine that has nothing else to do; the figure is printed. */
const BACK_WITHIN_MS = 20_000;

/** What goes wrong around a product that is running and stays so; one load writes and answers all the while. */
describe('outages under load', function () {
  this.timeout(90_000);
  let rig: FaultRig;
  let load: FaultLoad;

  before(async () => {
    rig = await FaultRig.open({ roles: ['all'], tenants: 2 });
    load = new FaultLoad(rig, {
      seed: Math.floor(Math.random() * 1e9),
      customers: 12,
      batch: [1, 8],
      webhookGapMs: 80,
      sendGapMs: 120,
    });
    load.start();
    await until('the first facts are acknowledged', () => load.acknowledged > 100, 60_000);
  });
  after(async () => {
    await rig?.close();
  });

  const ledgerOf = (index: number) => load.ledgers[index] as TenantLedger;
  const stored = async ({ tenant }: TenantLedger) =>
    (await rig.query<{ amount: number }>(tenant.database, 'SELECT count(*) AS amount FROM messages'))[0]
      ?.amount ?? 0;
  const attemptsSince = (index: number, from: number): readonly WebhookAttempt[] =>
    rig.provider
      .webhooks(ledgerOf(index).tenant.phoneNumberId)
      .ledger.flatMap(post => post.attempts.filter(attempt => attempt.at.getTime() >= from));

  it('comes back by itself when Postgres was killed', async () => {
    for (const which of ['server', 'backend', 'server'] as const) {
      await rig.killPostgres(which);
      await until(
        'Postgres is back',
        () =>
          rig.query('postgres', 'SELECT').then(
            () => true,
            () => false,
          ),
        60_000,
      );
      const backAt = performance.now();
      const before = await Promise.all(load.ledgers.map(stored));
      const known = ledgerOf(0).sends.length;
      await until(
        'messages of both tenants are applied and answers are taken again',
        async () => {
          const now = await Promise.all(load.ledgers.map(stored));
          return (
            now.every((amount, index) => amount > (before[index] ?? 0)) && ledgerOf(0).sends.length > known
          );
        },
        BACK_WITHIN_MS,
      );
      console.log(
        `      Postgres (${which}) killed: served again ${((performance.now() - backAt) / 1000).toFixed(1)} s after its return`,
      );
    }
    expect(rig.process('all').isRunning).to.equal(true);
    expect(rig.process('all').crashes).to.deep.equal([]);
  });

  it('keeps what is written to a tenant whose database cannot be reached, and the others do not notice', async () => {
    const [away, other] = [ledgerOf(0), ledgerOf(1)];
    const { database } = away.tenant;
    await rig.query('postgres', `ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS false`);
    const from = Date.now();
    try {
      await rig.query(
        'postgres',
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
        [database],
      );
      const acknowledged = away.acknowledged.size;
      const others = await stored(other);
      const sends = other.sends.length;
      await until(
        'messages to both tenants are acknowledged, and those of the other are applied and answered',
        async () =>
          away.acknowledged.size > acknowledged + 100 &&
          other.sends.length > sends + 10 &&
          (await stored(other)) > others + 100,
        30_000,
      );
      const [spilled] = await rig.query<{ amount: number }>(
        'concierge',
        'SELECT count(*) AS amount FROM delivery_spill WHERE tenant_id = $1',
        [away.tenant.id],
      );
      expect(spilled?.amount, 'deliveries that wait for the tenant').to.be.above(0);
      const times = attemptsSince(1, from)
        .map(attempt => attempt.durationMs)
        .toSorted((one, two) => one - two);
      expect(
        attemptsSince(1, from).filter(attempt => attempt.status !== 200),
        'other answers than 200',
      ).to.deep.equal([]);
      console.log(
        `      one tenant away: ${spilled?.amount} deliveries wait; the other's webhooks are acknowledged within ${(times.at(-1) ?? 0).toFixed(0)} ms at most`,
      );
      expect(times.at(-1), 'the slowest webhook of the other, in ms').to.be.below(5000);
    } finally {
      await rig.query('postgres', `ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS true`);
    }
    const known = away.sends.length;
    await until(
      'the tenant is served again and nothing waits',
      async () => {
        const waiting = await rig.query(
          'concierge',
          'SELECT 1 FROM delivery_spill WHERE tenant_id = $1 LIMIT 1',
          [away.tenant.id],
        );
        return waiting.length === 0 && away.sends.length > known;
      },
      12_000,
    );
  });

  it('stops in order on SIGTERM: what was accepted is answered, and no process is left', async () => {
    const [tenant] = rig.tenants;
    if (!tenant) throw new Error('There is no tenant.');
    const socket = io(`${rig.url}/agent`, {
      transports: ['websocket'],
      reconnection: false,
      auth: { token: await rig.signIn(tenant) },
    });
    await once(socket as unknown as EventEmitter, 'connect');
    const from = Date.now();
    load.burst(30);
    const code = await rig.process('all').stop();
    const end = Date.now();
    socket.close();
    expect(code, 'exit code').to.equal(0);
    expect(rig.leftProcesses(), 'processes that are left').to.deep.equal([]);
    console.log(`      SIGTERM under load: ended after ${((end - from) / 1000).toFixed(1)} s`);
    const answered = [0, 1].flatMap(index =>
      attemptsSince(index, from - 2000).filter(
        ({ at, status }) => at.getTime() < end && status !== undefined,
      ),
    );
    expect(
      answered.filter(attempt => attempt.status !== 200),
      'webhooks that were answered otherwise',
    ).to.deep.equal([]);
    const refused = load.answers.filter(({ at, status }) => at >= from && at < end && status >= 300);
    expect(refused, 'calls that were answered otherwise').to.deep.equal([]);
  });

  it('has everything that it acknowledged after all of this, once', async () => {
    await rig.start();
    await load.stop();
    await rig.whileStopped(async () => {
      for (const { database } of rig.tenants)
        await rig.query(
          database,
          `UPDATE message_sends SET claimed_until = now() - interval '1 second' WHERE claimed_until IS NOT NULL`,
        );
    });
    await drained(rig, 40_000);
    const verdict = await judge(rig, load);
    console.log(
      `      ${verdict.acknowledged} acknowledged facts, lost ${verdict.lost}, doubled ${verdict.doubled}, unknown ${verdict.unknown}`,
    );
  });
});
