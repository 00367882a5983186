import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createTenant } from '../../src/app/create-tenant.ts';
import { startEmbeddedPostgres } from '../../src/app/embedded-postgres/index.ts';
import { openLandlordDatabase } from '../../src/app/landlord-database.ts';
import type { Role } from '../../src/app/start-server.ts';
import { loadConfig } from '../../src/config/config.ts';
import { schemaVersion } from '../../src/db/migrator.ts';
import { type ConnectionTarget, Session } from '../../src/db/session.ts';
import { createChannel } from '../../src/features/channels/index.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { WhatsAppProvider } from '../../src/simulator/index.ts';
import { TenantDatabases } from '../../src/tenancy/tenant-databases.ts';
import { TenantDirectory } from '../../src/tenancy/tenant-directory.ts';
import { createTenants } from '../../src/tenancy/tenants.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { FaultProcess } from './fault-process.ts';
import { noProviders } from './no-providers.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from './temporary-data-dir.ts';
import { until } from './until.ts';

/** Connections to tenants that each process may hold. */
export const CONNECTION_BUDGET = 12;
/** The provider knows nobody under a number that begins so: it refuses every message to it. */
export const NOBODY = '99';

export interface FaultTenant {
  readonly id: string;
  readonly slug: string;
  readonly database: string;
  readonly phoneNumberId: string;
  /** How an agent of this tenant signs in. */
  readonly login: { readonly tenant: string; readonly email: string; readonly password: string };
}
export interface FaultRigOptions {
  readonly roles: readonly Role[];
  readonly tenants: number;
}

/**
 * The product as an operator runs it: real processes, an embedded Postgres that writes everything to its disk, and the
 * provider in this process, where no kill reaches its ledger.
 */
export class FaultRig {
  readonly url: string;
  readonly tenants: readonly FaultTenant[];
  readonly processes: readonly FaultProcess[];
  readonly provider: WhatsAppProvider;
  readonly #folder: TemporaryDataDir;

  private constructor(
    folder: TemporaryDataDir,
    url: string,
    tenants: readonly FaultTenant[],
    processes: readonly FaultProcess[],
    provider: WhatsAppProvider,
  ) {
    this.#folder = folder;
    this.url = url;
    this.tenants = tenants;
    this.processes = processes;
    this.provider = provider;
  }

  static async open({ roles, tenants: amount }: FaultRigOptions): Promise<FaultRig> {
    const folder = await makeTemporaryDataDir();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const variables = {
      PORT: String(port),
      LOG_LEVEL: 'warn',
      TENANT_CONNECTION_BUDGET: String(CONNECTION_BUDGET),
      ...noProviders,
    };
    const provider = new WhatsAppProvider({
      resolve: address => (address.startsWith(NOBODY) ? undefined : { waId: address }),
      webhookRetry: { baseMs: 100, maximumMs: 500, giveUpAfterMs: 10 * 60_000 },
      webhookTimeoutMs: 15_000,
      maximumWebhookSockets: 24,
    });
    try {
      const graphUrl = await provider.start();
      const names = Array.from({ length: amount }, (_, index) => `tenant-${index + 1}`);
      const tenants = await makeTenants(
        { ...variables, DATA_DIR: folder.path },
        names,
        url,
        graphUrl,
        provider,
      );
      const processes = roles.map(role => new FaultProcess({ role, dataDir: folder.path, variables }));
      const rig = new FaultRig(folder, url, tenants, processes, provider);
      await rig.start();
      return rig;
    } catch (error) {
      await provider.stop();
      await folder.remove();
      throw error;
    }
  }

  process(role: Role): FaultProcess {
    const found = this.processes.find(process => process.role === role);
    if (!found) throw new Error(`This rig runs no ${role}.`);
    return found;
  }

  /** Starts what does not run. */
  async start(): Promise<void> {
    await Promise.all(this.processes.map(process => process.isRunning || process.start()));
  }

  /** In order; Postgres ends with the last of them. */
  async stop(): Promise<readonly (number | NodeJS.Signals)[]> {
    return Promise.all(this.processes.map(process => process.stop()));
  }

  /** Stops every process, does `work` with Postgres alone, and starts them again. Resolves with what they exited with. */
  async whileStopped(work: () => Promise<void>): Promise<readonly (number | NodeJS.Signals)[]> {
    const postgres = await startEmbeddedPostgres({
      dataDir: this.#folder.path,
      connectionBudget: CONNECTION_BUDGET,
      role: 'command',
      log: silentLogger,
    });
    try {
      const codes = await this.stop();
      await work();
      await this.start();
      return codes;
    } finally {
      await postgres.stop();
    }
  }

  /** As superuser, in a database of the embedded Postgres. */
  async connect(database = 'postgres'): Promise<Session> {
    const target: ConnectionTarget = {
      host: '127.0.0.1',
      port: this.#server.port,
      database,
      user: 'postgres',
      password: readFileSync(join(this.#folder.path, 'postgres-password'), 'utf8').trim(),
    };
    return Session.connect(target, 'fault rig');
  }

  async query<Row = Record<string, unknown>>(
    database: string,
    text: string,
    values?: unknown[],
  ): Promise<Row[]> {
    const session = await this.connect(database);
    try {
      return await session.query<Row>(text, values);
    } finally {
      await session.close();
    }
  }

  get #server(): { port: number; pid: number } {
    return JSON.parse(readFileSync(join(this.#folder.path, 'postgres.json'), 'utf8'));
  }

  /** Kills the whole server, or one of its backends, after which it ends all others and recovers by itself. */
  async killPostgres(which: 'server' | 'backend'): Promise<void> {
    if (which === 'server') return void process.kill(this.#server.pid, 'SIGKILL');
    const [backend] = await this.query<{ pid: number }>(
      'postgres',
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'concierge tenant' ORDER BY random() LIMIT 1`,
    );
    if (backend) process.kill(backend.pid, 'SIGKILL');
  }

  /** Whether the product answers; `landlord`: and can serve. */
  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2000) });
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** Rejects when no answer comes. */
  async api<Body>(token: string, method: string, path: string, body?: unknown) {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(15_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }

  async signIn({ login }: FaultTenant): Promise<string> {
    const { status, body } = await this.api<{ accessToken: string }>(
      '',
      'POST',
      '/auth/login?cookie=0',
      login,
    );
    if (status !== 200) throw new Error(`Signing in was answered with ${status}: ${JSON.stringify(body)}`);
    return body.accessToken;
  }

  /** Every process of the operating system that works on the data folder of this rig. */
  leftProcesses(): readonly string[] {
    const pid = this.#server.pid;
    const running = this.processes.filter(process => process.isRunning).map(process => process.role);
    return isAlive(pid) ? [...running, `postgres ${pid}`] : running;
  }

  /** Everything that a process complained of, for the eyes of whoever looks into a failure. */
  get log(): string {
    return this.processes.map(process => process.log).join('');
  }

  async close(): Promise<void> {
    await this.provider.stop();
    await this.stop();
    await until('Postgres has ended', () => this.leftProcesses().length === 0).catch(() => {
      process.kill(this.#server.pid, 'SIGKILL');
    });
    if (process.env.FAULTS_KEEP) console.log(`Kept: ${this.#folder.path}`);
    else await this.#folder.remove();
  }
}

export function isAlive(pid: number | null): boolean {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<unknown>(resolve => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** As the commands do it: beside no running server, which is started for them and stopped after them. */
async function makeTenants(
  variables: Readonly<Record<string, string>>,
  names: readonly string[],
  url: string,
  graphUrl: string,
  provider: WhatsAppProvider,
): Promise<readonly FaultTenant[]> {
  const opened = await openLandlordDatabase(loadConfig(variables), 'command', silentLogger);
  const { landlord, masterKeys } = opened;
  const databases = new TenantDatabases({ budget: 2, perTenant: 1, waitMs: 5000, idleMs: 60_000 });
  const tenants = createTenants({
    directory: new TenantDirectory(landlord, masterKeys),
    databases,
    schemaVersion: schemaVersion(tenantMigrations),
    log: silentLogger,
    onCommit: () => undefined,
    onAlarm: () => undefined,
  });
  try {
    const made: FaultTenant[] = [];
    for (const [index, slug] of names.entries()) {
      const login = { tenant: slug, email: `admin@${slug}.example`, password: 'a password of the fault rig' };
      const { tenant } = await createTenant(landlord, masterKeys, {
        slug,
        name: slug,
        adminEmail: login.email,
        adminPassword: login.password,
      });
      const number = { phoneNumberId: `7100000000${index}`, businessAccountId: `8100000000${index}` };
      const secrets = { accessToken: `token-of-${slug}`, appSecret: `secret-of-${slug}` };
      const channel = await tenants.run(tenant.id, scope =>
        createChannel(
          landlord,
          scope,
          {
            platform: 'whatsapp',
            name: 'WhatsApp',
            settings: { ...number, ...secrets, apiUrl: graphUrl },
            trustsApiUrl: true,
          },
          url,
        ),
      );
      provider.addAccount({ ...number, ...secrets, webhookUrl: channel.webhookUrl ?? '' });
      made.push({
        id: tenant.id,
        slug,
        database: tenant.databaseName,
        phoneNumberId: number.phoneNumberId,
        login,
      });
    }
    return made;
  } finally {
    await databases.close();
    await opened.close();
  }
}
