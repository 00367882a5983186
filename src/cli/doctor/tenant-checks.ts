import { tenantMigrations } from '../../../tenant-migrations/index.ts';
import type { MasterKeys } from '../../config/secrets.ts';
import { schemaVersion } from '../../db/migrator.ts';
import { amount } from '../../kit/amount.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { pageTenants, requireTenant, type TenantRecord } from '../../landlord/tenant-store.ts';
import { TenantDirectory } from '../../tenancy/tenant-directory.ts';
import { type ChannelInNeed, readTenantHealth, type TenantWork } from '../../tenancy/tenant-health.ts';
import { type Check, failure, ok, reasonOf, warning } from './check.ts';

const PAGE = 200;
/** Connections of this command at one time. */
const LANES = 4;
const LATE_SECONDS = 300;

const deliveries = (count: number) => amount(count, 'delivery', 'deliveries');

/** What is in order is told in one line, however many tenants there are; the rest tenant by tenant. */
export async function checkTenants(
  landlord: Landlord,
  masterKeys: MasterKeys,
  only: string | undefined,
): Promise<Check[]> {
  const directory = new TenantDirectory(landlord, masterKeys);
  const found: Check[] = [];
  let tenants = 0;
  for (let after = ''; ; ) {
    const page = only
      ? [await requireTenant(landlord.db, only)]
      : await pageTenants(landlord.db, after, PAGE);
    const waiting = [...page];
    const lane = async () => {
      for (let record = waiting.shift(); record; record = waiting.shift()) {
        found.push(...(await checkTenant(directory, record)));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    tenants += page.length;
    const last = page.at(-1);
    if (only || !last || page.length < PAGE) break;
    after = last.slug;
  }
  found.sort((one, other) => one.name.localeCompare(other.name));
  return [ok('tenants', summaryOf(tenants, found)), ...found];
}

function summaryOf(tenants: number, found: readonly Check[]): string {
  const broken = new Set(found.filter(check => check.status === 'error').map(check => check.name));
  const others = new Set(found.map(check => check.name).filter(name => !broken.has(name)));
  const parts = [
    ...(broken.size > 0 ? [`${broken.size} in trouble`] : []),
    ...(others.size > 0 ? [`${others.size} worth a look`] : []),
  ];
  return `${amount(tenants, 'tenant')}, ${parts.join(', ') || 'all in order'}`;
}

async function checkTenant(directory: TenantDirectory, record: TenantRecord): Promise<Check[]> {
  const { slug } = record;
  const name = `tenant ${slug}`;
  if (record.status === 'provisioning')
    return [warning(name, 'It was never completed', `Run its "tenant create ${slug}" again, or delete it.`)];
  if (record.status === 'deleting')
    return [
      warning(
        name,
        'Its deletion was cut short',
        `Finish it: concierge tenant delete ${slug} --confirm ${slug}`,
      ),
    ];
  try {
    const health = await readTenantHealth(directory.open(record));
    if (health.isReachable) return workChecks(name, record, health.work);
    return [
      failure(
        name,
        `Its database ${record.databaseName} at ${record.serverHost}:${record.serverPort} cannot be used: ${health.error}`,
        'Start that server; a database that is gone comes back from a backup.',
      ),
    ];
  } catch (error) {
    return [
      failure(name, `Its secrets do not open: ${reasonOf(error)}`, 'Restore its landlord row from a backup.'),
    ];
  }
}

const needs: Readonly<Record<ChannelInNeed['health'], string>> = {
  reauthorise: 'needs a new credential',
  stopped: 'is stopped',
  warning: 'is worth a look',
};

function channelCheck(tenant: string, { id, platform, name, health, healthMessage }: ChannelInNeed): Check {
  const told = `Channel ${id} (${platform}, ${name}) ${needs[health]}${healthMessage ? `: ${healthMessage}` : ''}`;
  return health === 'warning'
    ? warning(tenant, told, 'See Settings, Channels, Health.')
    : failure(tenant, told, 'Set it right with the platform, then: Settings, Channels, Health, Check now.');
}

function workChecks(name: string, record: TenantRecord, work: TenantWork): Check[] {
  const { slug } = record;
  const checks: Check[] = [];
  const wanted = schemaVersion(tenantMigrations);
  if ((work.schemaVersion ?? '') > wanted)
    checks.push(
      failure(
        name,
        `Its schema ${work.schemaVersion} is newer than this Concierge`,
        'Update this Concierge.',
      ),
    );
  else if (work.schemaVersion !== wanted || record.schemaVersion !== wanted)
    checks.push(
      failure(
        name,
        `Its schema is behind${record.migrationError ? ` (${record.migrationError})` : ''}; its people see "upgrading"`,
        `concierge tenant migrate --only ${slug}`,
      ),
    );
  const parked = work.parkedDeliveries + work.parkedFacts;
  if (parked > 0)
    checks.push(
      failure(
        name,
        `Parked: ${deliveries(work.parkedDeliveries)} and ${amount(work.parkedFacts, 'fact')}; customers' messages are not shown`,
        `See why: concierge inbound list ${slug}`,
      ),
    );
  for (const channel of work.channelsInNeed) checks.push(channelCheck(name, channel));
  if (record.status === 'active' && (work.oldestWaitSeconds ?? 0) > LATE_SECONDS)
    checks.push(
      warning(
        name,
        `Waiting: ${deliveries(work.pendingDeliveries)} and ${amount(work.unsentMessages, 'message')}, the oldest for ${work.oldestWaitSeconds} s`,
        'Start a worker: concierge start --role worker',
      ),
    );
  if (work.unknownMessages > 0)
    checks.push(
      warning(
        name,
        `Unknown outcome: ${amount(work.unknownMessages, 'message')}`,
        'An agent looks at them in the inbox and sends again what did not arrive.',
      ),
    );
  return checks;
}
