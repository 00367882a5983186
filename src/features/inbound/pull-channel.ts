import { backoffMs } from '../../kit/backoff.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { type Pulled, Rejected, Unavailable } from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import {
  changeSettings,
  openSettings,
  type PlatformIoOptions,
  platformIo,
  setHealth,
} from '../channels/index.ts';
import { noteHealth } from './apply-account-facts.ts';
import { fetchedDelivery, insertDeliveries } from './delivery-store.ts';
import {
  type ClaimedPull,
  claimPull,
  delayPull,
  delayPulls,
  dropPull,
  finishPull,
  hasSettingsOf,
} from './pull-store.ts';

export interface PullOptions extends Omit<PlatformIoOptions, 'answerWithinMs'> {
  readonly tenants: Tenants;
  readonly landlord: Landlord;
}
export interface PullResult {
  /** False: there was nothing to fetch, or another one is at it. */
  readonly wasTried: boolean;
  /** Deliveries that were stored, or were there already. */
  readonly stored: number;
}

const ANSWER_WITHIN_MS = 30_000;
/** What could not be fetched by then is given up: an outage of a platform may last, and so may a wrong setting. */
const ASKED_FOR_MS = 3 * 24 * 3_600_000;
const BACKOFF = { baseMs: 2000, maximumMs: 30 * 60_000 };

/**
 * One pull of one channel: claim in a transaction, fetch outside of any and without a connection, store as deliveries in
 * another, in which the claim ends. A crash between leaves a claim that runs out; fetched again, the same content has the
 * same key.
 */
export async function pullChannel(
  options: PullOptions,
  tenantId: string,
  channelId: number,
): Promise<PullResult> {
  const { tenants } = options;
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { wasTried: false, stored: 0 };
  const claimed = await tenants.runOn(tenant, scope => scope.transaction(tx => claimPull(tx, channelId)));
  if (!claimed) return { wasTried: false, stored: 0 };
  return { wasTried: true, stored: await pullOne(options, tenant, claimed) };
}

async function pullOne(options: PullOptions, tenant: Tenant, claimed: ClaimedPull): Promise<number> {
  const adapter = requireAdapter(claimed.platform);
  const run = <T>(work: (scope: TenantScope) => Promise<T>) => options.tenants.runOn(tenant, work);
  let pulled: Pulled;
  try {
    if (!adapter.pull)
      throw new Rejected('message', 'unsupported', 'This platform has nothing to be fetched.');
    const settings = openSettings(tenant, claimed);
    const io = {
      ...platformIo({ ...options, answerWithinMs: ANSWER_WITHIN_MS }, claimed, settings),
      keep: (renewed: Readonly<Record<string, unknown>>) =>
        run(scope => keepSettings(options.landlord, scope, claimed, renewed)).catch(() => undefined),
    };
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

/** What a person has set meanwhile stays. The next pull tells again of what could not be kept by this one. */
async function keepSettings(
  landlord: Landlord,
  scope: TenantScope,
  claimed: ClaimedPull,
  renewed: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await changeSettings(landlord, scope, claimed.channelId, renewed, claimed);
  } catch (error) {
    scope.log.warn({ error, channelId: claimed.channelId }, 'a renewed secret could not be kept yet');
  }
}

const reasonOf = (error: unknown) =>
  error instanceof Rejected || error instanceof Unavailable
    ? error.message
    : 'An error of this server hindered it.';

async function recordFailure(scope: TenantScope, claimed: ClaimedPull, error: unknown): Promise<void> {
  const { id, channelId, attempts, askedAt, what } = claimed;
  if (error instanceof Rejected && (error.scope === 'reauthorise' || error.scope === 'account')) {
    await scope.transaction(async tx => {
      // The channel's state holds it back, and its end lets it go at once.
      await delayPull(tx, id, 0);
      // A refusal of settings that somebody has changed since, another process perhaps, says nothing of the new ones.
      if (!(await hasSettingsOf(tx, claimed))) return;
      await setHealth(tx, channelId, error.scope === 'account' ? 'stopped' : 'reauthorise', error.message);
    });
    return;
  }
  if (error instanceof Rejected || Date.now() - askedAt.getTime() >= ASKED_FOR_MS) {
    scope.log.warn({ error, channelId, what }, 'what the platform rang for could not be fetched');
    await scope.transaction(async tx => {
      await dropPull(tx, id);
      await noteHealth(tx, channelId, {
        externalId: `not_fetched:${what}:${askedAt.toISOString()}`,
        // What the platform does not have is over; what it could not give for days is missing.
        severity: error instanceof Rejected ? 'info' : 'warning',
        topic: 'not_fetched',
        message: `Something could not be fetched, and is not tried again. ${reasonOf(error)}`,
        details: { what, askedAt: askedAt.toISOString() },
      });
    });
    return;
  }
  const waitMs =
    (error instanceof Unavailable ? error.retryAfterMs : undefined) ??
    backoffMs(attempts, BACKOFF, Math.random);
  if (error instanceof Unavailable && error.scope === 'channel')
    await delayPulls(scope.db, channelId, waitMs);
  await delayPull(scope.db, id, waitMs);
}
