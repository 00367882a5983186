import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTenant } from '../src/app/create-tenant.ts';
import { startEmbeddedPostgres } from '../src/app/embedded-postgres/index.ts';
import { type OpenedLandlord, openLandlordDatabase } from '../src/app/landlord-database.ts';
import { loadConfig } from '../src/config/config.ts';
import { type ConnectionTarget, Session } from '../src/db/session.ts';
import { parseTarget } from '../src/landlord/landlord.ts';
import { createLogger } from '../src/observability/logger.ts';
import { TenantDirectory } from '../src/tenancy/tenant-directory.ts';
import { type RunningChild, startChild } from './child-process.ts';
import { type Rig, rigOf } from './report.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Room for the product's budget of 200 and for a floor's pools beside it. */
const CONNECTION_BUDGET = 420;

const providers = ['GRAPH', 'INSTAGRAM', 'TELEGRAM', 'CRISP', 'TIDIO', 'TWILIO'] as const;

export interface BenchTenant {
  readonly id: string;
  readonly slug: string;
  readonly apiKey: string;
  readonly email: string;
  readonly password: string;
  /** The way to its database, as its own role. */
  readonly target: ConnectionTarget;
}

export interface Product {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}
export interface ProductOptions {
  readonly tenantConnectionBudget?: number;
  /** Writes a CPU profile of the server into this folder when it stops. */
  readonly profileFolder?: string | undefined;
}

/** A Postgres of its own with full durability in a folder that vanishes, a landlord on it, and what runs on them. */
export interface World {
  readonly rig: Rig;
  readonly landlord: OpenedLandlord['landlord'];
  readonly superuser: ConnectionTarget;
  /** What a command of the product needs to work on this landlord. */
  readonly environment: Readonly<Record<string, string>>;
  createTenant(slug: string): Promise<BenchTenant>;
  /** The built server, as it is installed, in a process of its own. */
  startProduct(options?: ProductOptions): Promise<Product>;
  /** Any other process that is to end with the world. */
  startChild(...args: Parameters<typeof startChild>): Promise<RunningChild>;
  /** Undoes everything, in order. Repeatable. */
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const closer of closers.reverse()) await closer().catch(error => console.error(error));
    })();
    return closing;
  };
  const interrupted = (signal: string) => {
    console.error(`${signal}: stopping …`);
    void close().then(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  closers.push(async () => void process.off('SIGINT', interrupted).off('SIGTERM', interrupted));
  try {
    return await build(closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(closers: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<World> {
  const log = createLogger('warn');
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'concierge-bench-')));
  // Root's Postgres runs as another user, who has to get in.
  await chmod(folder, 0o755);
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    connectionBudget: CONNECTION_BUDGET,
    durability: 'full',
    role: 'command',
    log,
  });
  closers.push(() => postgres.stop());
  const superuser = parseTarget(postgres.superuserUrl);
  const admin = await Session.connect(superuser, 'bench');
  await admin.query('CREATE DATABASE bench_landlord');
  const [facts] = await admin.query<{ version: string; fsync: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
  );
  await admin.close();
  const landlordUrl = new URL(postgres.superuserUrl);
  landlordUrl.pathname = '/bench_landlord';
  const environment = {
    LANDLORD_DATABASE_URL: landlordUrl.href,
    MASTER_KEY: randomBytes(32).toString('base64'),
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: '0',
    // No benchmark calls a vendor.
    ...Object.fromEntries(providers.map(name => [`${name}_API_URL`, 'http://127.0.0.1:9'])),
  };
  const opened = await openLandlordDatabase(loadConfig(environment), 'command', log);
  closers.push(() => opened.close());
  const { landlord, masterKeys } = opened;
  const directory = new TenantDirectory(landlord, masterKeys);

  async function startOne(...args: Parameters<typeof startChild>): Promise<RunningChild> {
    const running = await startChild(...args);
    closers.push(() => running.stop());
    return running;
  }

  return {
    rig: rigOf(facts?.version ?? 'unknown', facts?.fsync ?? 'unknown'),
    landlord,
    superuser,
    environment,
    startChild: startOne,
    close,
    async createTenant(slug) {
      const email = `agent@${slug}.example`;
      const created = await createTenant(landlord, masterKeys, { slug, name: slug, adminEmail: email });
      const { id, target } = directory.open(created.tenant);
      return { id, slug, apiKey: created.apiKey, email, password: created.admin.password, target };
    },
    async startProduct({ tenantConnectionBudget = 200, profileFolder } = {}) {
      ensureBuilt();
      const profiling = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : [];
      const { match, child, stop } = await startOne(
        [...profiling, join(ROOT, 'dist/main.js'), 'start'],
        { ...environment, TENANT_CONNECTION_BUDGET: String(tenantConnectionBudget) },
        /Inbox\s+(\S+)\/$/,
      );
      return { url: match[1] ?? '', pid: child.pid ?? 0, stop };
    },
  };
}

/** What is measured is what is installed: the bundle, not the sources through a transpiler. */
function ensureBuilt(): void {
  const built = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts/build.mjs'), '--server-only', '--if-stale'],
    {
      stdio: ['ignore', 2, 2],
    },
  );
  if (built.status !== 0) throw new Error('The server could not be built: npm run build');
}

/** Runs `work` on a connection of its own to a tenant's database. */
export async function onDatabase<Result>(
  target: ConnectionTarget,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await Session.connect(target, 'bench');
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
