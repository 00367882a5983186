import type { Outage } from '../../landlord/state-store.ts';
import { adapters, requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { openSettings } from '../channels/index.ts';
import { askForPulls, channelsToPoll, type PullState, pullStates } from './pull-store.ts';
import { recallAfterOutage } from './recall-channel.ts';

export interface DuePullsOptions {
  readonly tenants: Tenants;
  /** The last one: what was said meanwhile is fetched, where that is possible. */
  readonly outage?: Outage | undefined;
}
/** Channels that something can be fetched for now; `slow`: from servers that may take minutes to say nothing. */
export interface DuePulls {
  readonly fast: readonly number[];
  readonly slow: readonly number[];
  /** When the next one has its time. */
  readonly retryInMs: number | undefined;
}

/** A little less than the time between two sweeps of the fleet. */
const POLL_SECONDS = 240;
/** Channels of one tenant that are fetched at once, of each kind: one with many dead mailboxes leaves room for others. */
const AT_ONCE = 8;

const all = Object.values(adapters);
const polled = all.filter(adapter => adapter.polls !== undefined).map(adapter => adapter.platform);
/** What is listened to is a mailbox or the like: anybody's server, which the tenant has named. */
const slow: ReadonlySet<string> = new Set(
  all.filter(adapter => adapter.open !== undefined).map(adapter => adapter.platform),
);

/** Finds out what there is to fetch, and fetches nothing: whoever does it takes the channels one by one, see pull-channel.ts. */
export async function findDuePulls(
  { tenants, outage }: DuePullsOptions,
  tenantId: string,
): Promise<DuePulls> {
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { fast: [], slow: [], retryInMs: undefined };
  return tenants.runOn(tenant, async scope => {
    if (outage) await recallAfterOutage(scope, outage);
    await askForPolls(scope);
    return duePulls(await pullStates(scope.db));
  });
}

/** One that runs, or is left over here, wakes us by its end. */
function duePulls(states: readonly PullState[]): DuePulls {
  const due = (isSlow: boolean) => {
    const ours = states.filter(({ platform }) => slow.has(platform) === isSlow);
    const running = ours.filter(({ isRunning }) => isRunning).length;
    return ours
      .filter(({ isRunning, inMs }) => !isRunning && inMs <= 0)
      .sort((one, other) => one.inMs - other.inMs)
      .slice(0, Math.max(0, AT_ONCE - running))
      .map(({ channelId }) => channelId);
  };
  const later = states.flatMap(({ inMs }) => (inMs > 0 ? [Math.max(20, inMs)] : []));
  return {
    fast: due(false),
    slow: due(true),
    retryInMs: later.length === 0 ? undefined : Math.min(...later),
  };
}

/** What no platform rings for, and what it has forgotten to ring for. */
async function askForPolls(scope: TenantScope): Promise<void> {
  await scope.transaction(async tx => {
    const rows = await channelsToPoll(tx, polled, POLL_SECONDS);
    const pulls = rows.flatMap(row => {
      const wanted = requireAdapter(row.platform).polls?.(openSettings(scope.tenant, row)) ?? [];
      return wanted.map(what => ({ channelId: row.id, what }));
    });
    await askForPulls(tx, pulls);
  });
}
