import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { type OpenedLandlord, openLandlordDatabase } from '../app/landlord-database.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { processVariables } from '../config/env.ts';
import { schemaVersion } from '../db/migrator.ts';
import { isConnectionFailure } from '../db/session.ts';
import { Conflict, SetupError } from '../kit/errors.ts';
import { tellNews } from '../landlord/news.ts';
import { requireTenant, type TenantRecord } from '../landlord/tenant-store.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { TenantDatabases } from '../tenancy/tenant-databases.ts';
import { TenantDirectory } from '../tenancy/tenant-directory.ts';
import { createTenants, type TenantScope, type Tenants } from '../tenancy/tenants.ts';
import { closedOnStop } from './stop-signals.ts';

export interface CommandContext extends Pick<OpenedLandlord, 'landlord' | 'masterKeys' | 'isEmbedded'> {
  readonly config: Config;
  readonly log: Logger;
}

/** A command says what it has to say in its answer: the log is for trouble, unless LOG_LEVEL asks for more. */
export function commandLogger(config: Config): Logger {
  const isChosen = (processVariables().LOG_LEVEL?.trim() ?? '') !== '';
  return createLogger(isChosen ? config.logLevel : 'warn');
}

/**
 * The landlord's database for the length of one command. The embedded Postgres is joined when the product runs, and
 * otherwise runs as long as the command. Ctrl-C closes everything before the process ends.
 */
export async function withCommandContext<T>(work: (context: CommandContext) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const log = commandLogger(config);
  return closedOnStop(
    openLandlordDatabase(config, 'command', log),
    opened => opened.close(),
    opened => work({ config, log, ...opened }),
  );
}

/** As `withCommandContext`, with the tenant of this slug. Throws NotFound. */
export async function withTenantRecord<T>(
  slug: string,
  work: (context: CommandContext, tenant: TenantRecord) => Promise<T>,
): Promise<T> {
  return withCommandContext(async context => work(context, await requireTenant(context.landlord.db, slug)));
}

/** What works on tenants with events and leases, as the product does. */
export interface CommandTenants {
  readonly tenants: Tenants;
  close(): Promise<void>;
}
export function openTenants({ landlord, masterKeys, log }: CommandContext): CommandTenants {
  const changed = new Set<string>();
  const databases = new TenantDatabases({ budget: 2, perTenant: 2, waitMs: 5000, idleMs: 60_000 });
  const tenants = createTenants({
    directory: new TenantDirectory(landlord, masterKeys),
    databases,
    schemaVersion: schemaVersion(tenantMigrations),
    log,
    onCommit: tenant => void changed.add(tenant.id),
    onAlarm: tenant => void changed.add(tenant.id),
  });
  return {
    tenants,
    async close() {
      await databases.close();
      for (const tenantId of changed) await tellNews(landlord.db, tenantId);
    },
  };
}

/** As `withTenantRecord`, with a connection to the tenant's database. What it commits, running processes hear of. */
export async function withTenant<T>(
  slug: string,
  work: (context: CommandContext, scope: TenantScope) => Promise<T>,
): Promise<T> {
  return withTenantRecord(slug, async (context, record) => {
    requireReady(record);
    const opened = openTenants(context);
    try {
      const tenant = opened.tenants.directory.open(record);
      return await opened.tenants.runOn(tenant, scope => work(context, scope));
    } catch (error) {
      if (!isConnectionFailure(error)) throw error;
      const { message, code } = error as { message?: string; code?: string };
      throw new SetupError(
        `The database of "${slug}" at ${record.serverHost}:${record.serverPort} cannot be used: ${message || code}. See: concierge doctor --tenant ${slug}`,
        { cause: error },
      );
    } finally {
      await opened.close();
    }
  });
}

function requireReady({ slug, status, schemaVersion: version }: TenantRecord): void {
  if (status === 'provisioning')
    throw new Conflict(
      `"${slug}" is not complete. Finish it with the same: concierge tenant create ${slug} …`,
    );
  if (status === 'deleting')
    throw new Conflict(
      `"${slug}" is being deleted. Finish that with: concierge tenant delete ${slug} --confirm ${slug}`,
    );
  if (version !== schemaVersion(tenantMigrations))
    throw new Conflict(
      `The schema of "${slug}" is behind. Bring it up first: concierge tenant migrate --only ${slug}`,
    );
}
