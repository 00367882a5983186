import { backoffMs } from '../../kit/backoff.ts';
import type { Outage } from '../../landlord/state-store.ts';
import { type Pulled, Rejected, Unavailable } from '../../platforms/adapter.ts';
import { adapters, requireAdapter } from '../../platforms/registry.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { openSettings, type PlatformIoOptions, platformIo, setHealth } from '../channels/index.ts';
import { fetchedDelivery, insertDeliveries } from './delivery-store.ts';
import {
  askForPulls,
  type ClaimedPull,
  channelsToPoll,
  claimPulls,
  delayPull,
  delayPulls,
  dropPull,
  finishPull,
  nextPullInMs,
} from './pull-store.ts';
import { recallAfterOutage } from './recall-channel.ts';

export interface PullOptions extends Omit<PlatformIoOptions, 'answerWithinMs'> {
  readonly tenants: Tenants;
  /** The last one: what was said meanwhile is fetched, where that is possible. */
  readonly outage?: Outage | undefined;
}
export interface PullResult {
  /** Deliveries that were stored, or were there already. */
  readonly stored: number;
  readonly isUnfinished: boolean;
  readonly retryInMs: number | undefined;
}

const ANSWER_WITHIN_MS = 30_000;
/** What could not be fetched by then is given up: an outage of a platform may last, and so may a wrong setting. */
const ASKED_FOR_MS = 3 * 24 * 3_600_000;
/** A little less than the time between two sweeps of the fleet. */
const POLL_SECONDS = 240;
const BACKOFF = { baseMs: 2000, maximumMs: 30 * 60_000 };

/**
 * One visit: claim in a transaction, fetch outside of any and without a connection, store as deliveries in another, in
 * which the claim ends. A crash between leaves a claim that runs out; fetched again, the same content has the same key.
 */
export async function pullTenant(options: PullOptions, tenantId: string): Promise<PullResult> {
  const { tenants, outage } = options;
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { stored: 0, isUnfinished: false, retryInMs: undefined };
  const pulls = await tenants.runOn(tenant, async scope => {
    if (outage) await recallAfterOutage(scope, outage);
    await askForPolls(scope);
    return scope.transaction(claimPulls);
  });
  const stored = await Promise.all(pulls.map(claimed => pullOne(options, tenant, claimed)));
  const retryInMs = await tenants.runOn(tenant, scope => nextPullInMs(scope.db));
  return {
    stored: stored.reduce((sum, count) => sum + count, 0),
    isUnfinished: pulls.length > 0 && retryInMs !== undefined && retryInMs <= 20,
    retryInMs,
  };
}

const polled = Object.values(adapters).filter(adapter => adapter.polls !== undefined);

/** What no platform rings for, and what it has forgotten to ring for. */
async function askForPolls(scope: TenantScope): Promise<void> {
  const platforms = polled.map(adapter => adapter.platform);
  await scope.transaction(async tx => {
    const rows = await channelsToPoll(tx, platforms, POLL_SECONDS);
    const pulls = rows.flatMap(row => {
      const wanted = requireAdapter(row.platform).polls?.(openSettings(scope.tenant, row)) ?? [];
      return wanted.map(what => ({ channelId: row.id, what }));
    });
    await askForPulls(tx, pulls);
  });
}

async function pullOne(options: PullOptions, tenant: Tenant, claimed: ClaimedPull): Promise<number> {
  const adapter = requireAdapter(claimed.platform);
  const run = <T>(work: (scope: TenantScope) => Promise<T>) => options.tenants.runOn(tenant, work);
  let pulled: Pulled;
  try {
    if (!adapter.pull)
      throw new Rejected('message', 'unsupported', 'This platform has nothing to be fetched.');
    const settings = openSettings(tenant, claimed);
    const io = platformIo({ ...options, answerWithinMs: ANSWER_WITHIN_MS }, claimed, settings);
    pulled = await adapter.pull(claimed.what, settings, io, claimed.cursor ?? undefined);
  } catch (error) {
    await run(scope => recordFailure(scope, claimed, error));
    return 0;
  }
  const pauseMs = adapter.pullsPerMinute ? Math.ceil(60_000 / adapter.pullsPerMinute) : 0;
  const receivedAt = new Date();
  await run(scope =>
    scope.transaction(async tx => {
      await insertDeliveries(
        tx,
        pulled.bodies.map(body => fetchedDelivery(claimed.channelId, body, receivedAt)),
      );
      await finishPull(tx, claimed, pulled, pauseMs);
    }),
  );
  return pulled.bodies.length;
}

async function recordFailure(scope: TenantScope, claimed: ClaimedPull, error: unknown): Promise<void> {
  const { id, channelId, attempts, askedAt, what } = claimed;
  if (error instanceof Rejected && (error.scope === 'reauthorise' || error.scope === 'account')) {
    await scope.transaction(async tx => {
      // The channel's state holds it back, and its end lets it go at once.
      await delayPull(tx, id, 0);
      await setHealth(tx, channelId, error.scope === 'account' ? 'stopped' : 'reauthorise', error.message);
    });
    return;
  }
  if (error instanceof Rejected || Date.now() - askedAt.getTime() >= ASKED_FOR_MS) {
    scope.log.warn({ error, channelId, what }, 'what the platform rang for could not be fetched');
    return dropPull(scope.db, id);
  }
  const waitMs =
    (error instanceof Unavailable ? error.retryAfterMs : undefined) ??
    backoffMs(attempts, BACKOFF, Math.random);
  if (error instanceof Unavailable && error.scope === 'channel')
    await delayPulls(scope.db, channelId, waitMs);
  await delayPull(scope.db, id, waitMs);
}
