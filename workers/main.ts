import cron from 'node-cron';
import type { IngestHint, LocalLanes } from '../src/app/alarm-bell.ts';
import type { Context } from '../src/app/build-context.ts';
import { TenantLanes } from '../src/jobs/tenant-lanes.ts';
import { spilledTenants } from '../src/landlord/spill-store.ts';
import { lastOutage, type Outage, sayAlive } from '../src/landlord/state-store.ts';
import { pageTenants } from '../src/landlord/tenant-store.ts';
import { careForTenant } from './care-for-tenant.ts';
import { checkChannels } from './check-channels.ts';
import { fetchFiles } from './fetch-files.ts';
import { LineKeeper } from './hold-lines.ts';
import { ingestDelivery } from './ingest-delivery.ts';
import { pullLanes } from './pull.ts';
import { sendMessage, sendSlowly } from './send-message.ts';

export interface Workers {
  readonly lanes: LocalLanes;
  close(): Promise<void>;
}

const FLEET_PAGE = 200;
const LINE_SWEEP_MS = 2000;
/** When no worker has said a word for so long, webhooks were lost, or their senders have given up for the time being. */
const LONGEST_SILENCE_MS = 90_000;

/**
 * Lanes for this process, alarms from the others, and sweeps as the guarantee behind every wake-up: the spill every two
 * seconds, the whole fleet at the start and every five minutes.
 */
export async function startWorkers(context: Context): Promise<Workers> {
  const { log, landlord, queues, bell } = context;
  let outage: Outage | undefined;
  const lookForOutage = async () => {
    await sayAlive(landlord.db, LONGEST_SILENCE_MS);
    outage = await lastOutage(landlord.db);
  };
  await lookForOutage();
  const keeper = new LineKeeper(context);
  const pulls = pullLanes(context, () => outage);
  const lanes: LocalLanes = {
    lines: keeper,
    ingest: new TenantLanes<IngestHint>({
      lanes: 6,
      visit: (tenantId, hint) => ingestDelivery(context, tenantId, hint),
      merge: (one, other) => ({ hasSpill: (one?.hasSpill ?? false) || (other?.hasSpill ?? false) }),
      log,
    }),
    // Many: they hold no connection while they wait for a platform, and one that is slow must not keep others waiting.
    send: new TenantLanes({
      lanes: 32,
      visit: id => sendMessage(context, id, () => lanes.slowSend.wake(id)),
      merge: () => undefined,
      log,
    }),
    slowSend: new TenantLanes({
      lanes: 16,
      visit: id => sendSlowly(context, id),
      merge: () => undefined,
      log,
    }),
    // As with sending: what waits for somebody's server holds nothing that others need.
    files: new TenantLanes({ lanes: 8, visit: id => fetchFiles(context, id), merge: () => undefined, log }),
    pull: pulls.pull,
    care: new TenantLanes({ lanes: 1, visit: id => careForTenant(context, id), merge: () => undefined, log }),
  };
  /** Platforms may be slow to answer: nothing waits for these. */
  const checks = new TenantLanes({
    lanes: 2,
    visit: id => checkChannels(context, id),
    merge: () => undefined,
    log,
  });
  bell.attach(lanes);
  await queues.work({
    'ingest-delivery': ({ tenantId, hasSpill }) =>
      lanes.ingest.visited(tenantId, { hasSpill: hasSpill ?? false }),
    'send-message': ({ tenantId }) => lanes.send.visited(tenantId),
    'fetch-files': ({ tenantId }) => lanes.files.visited(tenantId),
    pull: ({ tenantId }) => lanes.pull.visited(tenantId),
    'care-for-tenant': ({ tenantId }) => lanes.care.visited(tenantId),
  });

  let isStopping = false;
  async function sweepSpill(): Promise<void> {
    for (const { tenantId } of await spilledTenants(landlord.db, 500))
      lanes.ingest.wake(tenantId, { hasSpill: true });
  }
  /** A page at a time, and the next only when the first is done: a thousand tenants are never opened at once. */
  async function sweepFleet(): Promise<void> {
    for (let after = ''; !isStopping; ) {
      const page = await pageTenants(landlord.db, after, FLEET_PAGE);
      for (const { id, status } of page) {
        if (status !== 'active') continue;
        checks.wake(id);
        lanes.pull.wake(id);
        const visits = [lanes.ingest, lanes.send, lanes.files, lanes.care].map(lane => lane.visited(id));
        await Promise.all(visits);
        if (isStopping) return;
      }
      const last = page.at(-1);
      if (!last || page.length < FLEET_PAGE) return;
      after = last.slug;
    }
  }
  /** The limiter counts in the landlord's database when there is no Redis, and forgets nobody by itself. */
  async function sweepLimits(): Promise<void> {
    const [table] = await landlord.db.query<{ name: string | null }>(
      `SELECT to_regclass('rate_limits') AS name`,
    );
    if (table?.name) await landlord.db.query('DELETE FROM rate_limits WHERE expire < $1', [Date.now()]);
  }
  let fleetSweep: Promise<void> | undefined;
  const sweep = () => {
    fleetSweep ??= sweepFleet()
      .catch(error => log.warn({ error }, 'the sweep of the fleet ended early'))
      .finally(() => {
        fleetSweep = undefined;
      });
  };
  const tasks = [
    cron.schedule(
      '*/2 * * * * *',
      () => sweepSpill().catch(error => log.warn({ error }, 'the spill could not be read')),
      {
        noOverlap: true,
      },
    ),
    cron.schedule('*/20 * * * * *', () =>
      lookForOutage().catch(error => log.warn({ error }, 'that we are alive could not be said')),
    ),
    cron.schedule('*/5 * * * *', sweep),
    cron.schedule('*/5 * * * *', () =>
      sweepLimits().catch(error => log.warn({ error }, 'old tries could not be forgotten')),
    ),
  ];
  /** What waits for a line that is held here may have been written anywhere. */
  const lineSweep = setInterval(() => {
    for (const tenantId of context.lines.tenants()) lanes.send.wake(tenantId);
  }, LINE_SWEEP_MS);
  sweep();
  keeper.start();

  return {
    lanes,
    async close() {
      isStopping = true;
      clearInterval(lineSweep);
      await Promise.all(tasks.map(task => task.destroy()));
      // First the queues, while the lanes still answer: an alarm that closed lanes take is one that nobody answers.
      await queues.stopWorking();
      bell.attach(undefined);
      await keeper.close();
      await Promise.all(
        [lanes.ingest, lanes.send, lanes.slowSend, lanes.files, pulls, lanes.care, checks].map(lane =>
          lane.close(),
        ),
      );
      await fleetSweep;
    },
  };
}
