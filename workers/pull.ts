import type { Context } from '../src/app/build-context.ts';
import { findDuePulls, type PullOptions, pullChannel } from '../src/features/inbound/index.ts';
import { TenantLanes, type Visit } from '../src/jobs/tenant-lanes.ts';
import { TookTooLong, within } from '../src/kit/within.ts';
import type { Outage } from '../src/landlord/state-store.ts';

type Pace = 'fast' | 'slow';
export interface PullLanes {
  /** By tenant: hands out what there is to fetch. */
  readonly pull: TenantLanes;
  close(): Promise<void>;
}

/** Whoever waits for a visit finds what usually comes at once; a platform that does not answer holds up nobody. */
const MOMENT_MS = 2000;

/**
 * Fetches what platforms have only rung for; what comes is stored as deliveries, and applied like them. Each channel has a
 * visit of its own, in one of many lanes, for a visit holds no connection while it waits; mailboxes, whose servers may be
 * anybody's, have lanes apart. So a server that hangs keeps its own channel waiting and no other.
 */
export function pullLanes(context: Context, lastOutage: () => Outage | undefined): PullLanes {
  const { tenants, landlord, config, publicUrl, bell, log } = context;
  const { providerUrls, outboundAllow } = config;
  const options: PullOptions = { tenants, landlord, providerUrls, outboundAllow, publicUrl };
  /** By tenant and channel. */
  const lanes = () => new TenantLanes({ lanes: 32, visit: fetchOne, merge: () => undefined, log });
  const byPace: Readonly<Record<Pace, TenantLanes>> = { fast: lanes(), slow: lanes() };
  const pull = new TenantLanes({ lanes: 8, visit: handOut, merge: () => undefined, log });

  async function handOut(tenantId: string): Promise<Visit> {
    const { fast, slow, retryInMs } = await findDuePulls({ tenants, outage: lastOutage() }, tenantId);
    for (const channelId of slow) byPace.slow.wake(`${tenantId}/${channelId}`);
    const begun = fast.map(channelId => byPace.fast.visited(`${tenantId}/${channelId}`));
    await within(MOMENT_MS, Promise.all(begun)).catch(error => {
      if (!(error instanceof TookTooLong)) throw error;
    });
    return { isUnfinished: false, retryInMs };
  }

  async function fetchOne(key: string): Promise<Visit> {
    const [tenantId = '', channelId] = key.split('/');
    let wasTried = true;
    try {
      const result = await pullChannel(options, tenantId, Number(channelId));
      wasTried = result.wasTried;
      if (result.stored > 0) bell.ingest(tenantId);
    } finally {
      // Its channel may have more, and others have waited for room. One that is being claimed elsewhere is handed out there.
      if (wasTried) pull.wake(tenantId);
    }
    return { isUnfinished: false };
  }

  return {
    pull,
    async close() {
      await Promise.all([pull, byPace.fast, byPace.slow].map(lane => lane.close()));
    },
  };
}
