import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Role } from '../../src/app/start-server.ts';
import { seededRandom, shuffled } from '../../src/simulator/index.ts';
import { BackendWatch } from '../support/backend-watch.ts';
import { FaultLoad } from '../support/fault-load.ts';
import { CONNECTION_BUDGET, FaultRig } from '../support/fault-rig.ts';
import { drained, judge } from '../support/fault-verdict.ts';
import { until } from '../support/until.ts';

/** FAULTS=full: as many as are claimed of the product. Otherwise as many as every run can afford. */
const isFull = process.env.FAULTS === 'full';
const PATIENCE_MS = isFull ? 20 * 60_000 : 110_000;
const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1e9));

type Victim = 'web' | 'worker' | 'postgres' | 'backend' | 'all';

/** Every kind as often as the others, in an order that nobody planned. */
function planOf(victims: readonly Victim[], kills: number): readonly Victim[] {
  const random = seededRandom(seed);
  return shuffled(
    Array.from({ length: kills }, (_, index) => victims[index % victims.length] as Victim),
    random,
  );
}

async function kill(rig: FaultRig, victim: Victim): Promise<void> {
  if (victim === 'postgres') return rig.killPostgres('server');
  if (victim === 'backend') return rig.killPostgres('backend');
  const process = rig.process(victim);
  await process.kill();
  await process.start();
}

interface Ordeal {
  readonly roles: readonly Role[];
  readonly victims: readonly Victim[];
  readonly kills: number;
  readonly facts: number;
}

async function survive({ roles, victims, kills, facts }: Ordeal): Promise<void> {
  const rig = await FaultRig.open({ roles, tenants: 3 });
  const watch = new BackendWatch(rig);
  try {
    // Of the first tenant the receipts come, of the others nobody hears what became of a message.
    const [first] = rig.tenants;
    const receipts = [
      { status: 'sent', afterMs: 5 },
      { status: 'delivered', afterMs: 40 },
    ] as const;
    if (first) rig.provider.behave(first.phoneNumberId, { receipts, webhookJitterMs: 30 });
    const load = new FaultLoad(rig, {
      seed,
      customers: 20,
      batch: [10, isFull ? 50 : 20],
      webhookGapMs: isFull ? 250 : 300,
      sendGapMs: 100,
    });
    const random = seededRandom(seed + 1);
    load.start();
    await until('the first messages are acknowledged', () => load.acknowledged > 100, 60_000);
    const recoveries: number[] = [];
    for (const victim of planOf(victims, kills)) {
      // Not a moment that anything waits for: a kill comes when it comes.
      await delay(200 + 1300 * random());
      watch.disturbed();
      const killedAt = performance.now();
      await kill(rig, victim);
      const known = load.acknowledged;
      await until(
        `facts are acknowledged after the end of ${victim}`,
        () => load.acknowledged > known,
        60_000,
      );
      await until('it is ready', () => rig.isReady(), 60_000);
      recoveries.push(performance.now() - killedAt);
      watch.disturbed();
    }
    await until(`${facts} facts are acknowledged`, () => load.acknowledged >= facts, PATIENCE_MS);
    await load.stop();

    // A send that a killed worker had begun is told as unknown after a minute and a half. It passes while nobody runs.
    const stoppedAt = performance.now();
    const codes = await rig.whileStopped(async () => {
      for (const { database } of rig.tenants)
        await rig.query(
          database,
          `UPDATE message_sends SET claimed_until = now() - interval '1 second' WHERE claimed_until IS NOT NULL`,
        );
    });
    expect(codes, 'exit codes').to.deep.equal(roles.map(() => 0));
    await drained(rig, 60_000);
    await rig.provider.whenIdle();
    await drained(rig, 60_000);
    const drainedMs = performance.now() - stoppedAt;

    const verdict = await judge(rig, load);
    expect(watch.samples).to.be.above(0);
    expect(watch.most, 'tenant connections').to.be.at.most(CONNECTION_BUDGET * roles.length);
    const sorted = recoveries.toSorted((one, other) => one - other);
    console.log(
      [
        `      ${kills} kills of ${victims.join(', ')} (seed ${seed}): ${verdict.acknowledged} acknowledged facts,`,
        `lost ${verdict.lost}, doubled ${verdict.doubled}; ${verdict.delivered} answers went out once,`,
        `${verdict.unknown} unknown, ${verdict.failed} refused;`,
        `recovered after ${seconds(sorted[Math.floor(sorted.length / 2)])} (median), ${seconds(sorted.at(-1))} (maximum),`,
        `drained ${seconds(drainedMs)} after the last start;`,
        `at most ${watch.most} tenant connections of ${CONNECTION_BUDGET * roles.length}`,
      ].join(' '),
    );
  } catch (error) {
    console.error(rig.log.slice(-8000));
    throw error;
  } finally {
    await watch.close();
    await rig.close();
  }
}

const seconds = (ms = 0) => `${(ms / 1000).toFixed(1)} s`;

describe('nothing acknowledged is lost, whatever is killed', function () {
  this.timeout(PATIENCE_MS + 60_000);

  it('web, worker and Postgres, each in a process of its own', () =>
    survive({
      roles: ['web', 'worker'],
      victims: ['web', 'worker', 'postgres', 'backend'],
      kills: isFull ? 24 : 6,
      facts: isFull ? 35_000 : 3_000,
    }));

  if (isFull)
    it('one process for everything, and Postgres', () =>
      survive({ roles: ['all'], victims: ['all', 'postgres', 'all', 'backend'], kills: 12, facts: 20_000 }));
});
