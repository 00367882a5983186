import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type JobQueues, openJobQueues } from '../../src/jobs/job-queues.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { until } from '../support/until.ts';

const redisUrl = process.env.TEST_REDIS_URL;
if (!redisUrl)
  console.log('  (job queues on Redis: not run here, TEST_REDIS_URL is not set; .ci/run starts a Redis)');

for (const backend of redisUrl ? ['Postgres', 'Redis'] : ['Postgres'])
  describe(`job queues on ${backend}`, () => {
    let landlord: TestLandlord;
    const opened: JobQueues[] = [];
    const open = async (installation = landlord.target.database) => {
      const queues = await openJobQueues({
        redisUrl: backend === 'Redis' ? redisUrl : undefined,
        landlord: landlord.target,
        installation,
        log: silentLogger,
      });
      opened.push(queues);
      return queues;
    };
    /** Answers every alarm by noting it. */
    const noting = (rung: string[]) => {
      const handler =
        (name: string) => async (alarm: { tenantId: string; hasSpill?: boolean | undefined }) => {
          rung.push(`${name} ${alarm.tenantId}${alarm.hasSpill ? ' spill' : ''}`);
        };
      return {
        'ingest-delivery': handler('ingest'),
        'send-message': handler('send'),
        'fetch-files': handler('files'),
        pull: handler('pull'),
        'care-for-tenant': handler('care'),
      };
    };

    before(async () => {
      landlord = await createLandlord();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(queues => queues.close()));
    });
    after(() => landlord.close());

    it('carries an alarm of each kind from one process to another', async () => {
      const tenantId = randomUUID();
      const rung: string[] = [];
      const [web, worker] = [await open(), await open()];
      await worker.work(noting(rung));
      await web.ring('ingest-delivery', { tenantId, hasSpill: true });
      await web.ring('send-message', { tenantId });
      await web.ring('care-for-tenant', { tenantId });
      await until('all three were answered', () => rung.length === 3);
      expect(rung.sort()).to.deep.equal([`care ${tenantId}`, `ingest ${tenantId} spill`, `send ${tenantId}`]);
    });

    it('keeps alarms until somebody works, and makes many of one tenant few', async () => {
      const tenants = Array.from({ length: 20 }, () => randomUUID());
      const web = await open();
      for (let round = 0; round < 5; round++)
        await Promise.all(tenants.map(tenantId => web.ring('send-message', { tenantId })));
      const rung: string[] = [];
      const worker = await open();
      await worker.work(noting(rung));
      await until('every tenant was rung for', () => new Set(rung).size === tenants.length);
      expect(rung.length).to.be.lessThan(tenants.length * 3);
    });

    it('rings again for what came while the alarm was being answered', async () => {
      const tenantId = randomUUID();
      const web = await open();
      const worker = await open();
      let answered = 0;
      let release = () => {};
      const held = new Promise<void>(resolve => {
        release = resolve;
      });
      await worker.work({
        ...noting([]),
        'send-message': async () => {
          answered++;
          if (answered === 1) await held;
        },
      });
      await web.ring('send-message', { tenantId });
      await until('the first alarm is being answered', () => answered === 1);
      await web.ring('send-message', { tenantId });
      release();
      await until('the second alarm was answered', () => answered === 2);
    });

    it('answers again when answering failed', async () => {
      const tenantId = randomUUID();
      const worker = await open();
      let tries = 0;
      await worker.work({
        ...noting([]),
        'care-for-tenant': async () => {
          tries++;
          if (tries === 1) throw new Error('not this time');
        },
      });
      await worker.ring('care-for-tenant', { tenantId });
      await until('it was answered again', () => tries === 2);
    });

    // Without a Redis the queues live in the landlord's own database.
    if (backend === 'Redis')
      it('hears nothing of another installation, were its database of the same name', async () => {
        const [ours, theirs] = [await open('one'), await open('another')];
        const rung: string[] = [];
        const overheard: string[] = [];
        await ours.work(noting(rung));
        await theirs.work(noting(overheard));
        const alarms = Array.from({ length: 10 }, () => randomUUID());
        for (const tenantId of alarms) await ours.ring('send-message', { tenantId });
        await until('all are answered', () => rung.length === alarms.length);
        expect(overheard).to.deep.equal([]);
      });
  });
