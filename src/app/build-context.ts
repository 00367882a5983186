import { Redis } from 'ioredis';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import type { Config } from '../config/config.ts';
import type { MasterKeys } from '../config/secrets.ts';
import { schemaVersion } from '../db/migrator.ts';
import { bringsFiles } from '../features/attachments/index.ts';
import { createAuthenticator, Tokens } from '../features/auth/index.ts';
import { OpenLines } from '../features/channels/index.ts';
import { DeliveryDesk, RouteDirectory } from '../features/inbound/index.ts';
import { AgentSigns } from '../features/outbound/index.ts';
import { connectRedis } from '../jobs/connect-redis.ts';
import { type JobQueues, openJobQueues } from '../jobs/job-queues.ts';
import type { Landlord } from '../landlord/landlord.ts';
import { installationId } from '../landlord/state-store.ts';
import { MediaLinks } from '../media/media-links.ts';
import type { MediaStore } from '../media/media-store.ts';
import { openMediaStore } from '../media/open-media-store.ts';
import { PictureLinks } from '../media/picture-links.ts';
import type { Logger } from '../observability/logger.ts';
import { createMetrics, type Metrics } from '../observability/metrics.ts';
import { TenantDatabases } from '../tenancy/tenant-databases.ts';
import { TenantDirectory } from '../tenancy/tenant-directory.ts';
import { type CommitListener, createTenants, type Tenants } from '../tenancy/tenants.ts';
import { AlarmBell } from './alarm-bell.ts';

/** The parts of a running process, made once and handed to whoever needs them. */
export interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly landlord: Landlord;
  /** Names what is ours in a Redis. */
  readonly installation: string;
  readonly masterKeys: MasterKeys;
  readonly tenants: Tenants;
  readonly tokens: Tokens;
  readonly authenticator: ReturnType<typeof createAuthenticator>;
  readonly routes: RouteDirectory;
  readonly desk: DeliveryDesk;
  readonly media: MediaStore;
  readonly links: MediaLinks;
  readonly pictures: PictureLinks;
  readonly queues: JobQueues;
  readonly bell: AlarmBell;
  readonly lines: OpenLines;
  readonly signs: AgentSigns;
  readonly metrics: Metrics;
  /** For counting; fails at once while Redis is away. */
  readonly redis: Redis | undefined;
  /** Where commits are told; set once the sockets are there. */
  onCommit: CommitListener;
  /** How the world sees us; known once the port is. */
  publicUrl: string;
  /** How this machine reaches us. */
  localUrl: string;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly config: Config;
  readonly landlord: Landlord;
  readonly masterKeys: MasterKeys;
  readonly log: Logger;
  readonly requestsPerSecond?: number;
}

/** Throws SetupError when REDIS_URL cannot be reached; nothing is left open then. */
export async function buildContext(options: ContextOptions): Promise<Context> {
  const { config, landlord, masterKeys, log } = options;
  const installation = await installationId(landlord.db);
  const directory = new TenantDirectory(landlord, masterKeys);
  const databases = new TenantDatabases({
    budget: config.tenantConnectionBudget,
    perTenant: Math.min(8, config.tenantConnectionBudget),
    waitMs: 5000,
    idleMs: 30 * 60_000,
  });
  const tenants = createTenants({
    directory,
    databases,
    schemaVersion: schemaVersion(tenantMigrations),
    log,
    onCommit: (tenant, events) => {
      context.onCommit(tenant, events);
      if (events.some(bringsFiles)) bell.files(tenant.id);
    },
    onAlarm: tenant => bell.pull(tenant.id),
  });
  const queues = await openJobQueues({
    redisUrl: config.redisUrl,
    landlord: landlord.target,
    installation,
    log,
  });
  const bell = new AlarmBell(queues);
  const redis = await openRedis(config.redisUrl, log).catch(async error => {
    await queues.close();
    throw error;
  });
  const tokens = new Tokens(masterKeys);
  const context: Context = {
    config,
    log,
    landlord,
    installation,
    masterKeys,
    tenants,
    tokens,
    media: openMediaStore(config),
    links: new MediaLinks(masterKeys, () => context.publicUrl),
    pictures: new PictureLinks(masterKeys, () => context.publicUrl),
    queues,
    bell,
    lines: new OpenLines(),
    signs: new AgentSigns({
      tenants,
      log,
      io: () => ({
        providerUrls: config.providerUrls,
        outboundAllow: config.outboundAllow,
        publicUrl: context.publicUrl,
      }),
    }),
    redis,
    authenticator: createAuthenticator({
      landlord: landlord.db,
      tenants,
      tokens,
      ...(options.requestsPerSecond && { requestsPerSecond: options.requestsPerSecond }),
    }),
    routes: new RouteDirectory(landlord.db, directory),
    desk: new DeliveryDesk({
      tenants,
      landlord: landlord.db,
      log,
      onWaiting: (tenantId, where) => bell.ingest(tenantId, where === 'spill'),
    }),
    metrics: createMetrics(() => databases.usage),
    onCommit: () => undefined,
    publicUrl: config.publicUrl,
    localUrl: config.publicUrl,
    async close() {
      redis?.disconnect();
      await queues.close();
      await databases.close();
    },
  };
  return context;
}

async function openRedis(url: string | undefined, log: Logger): Promise<Redis | undefined> {
  if (url === undefined) return undefined;
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: true });
  await connectRedis(redis, log);
  return redis;
}
