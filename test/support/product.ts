import { randomBytes } from 'node:crypto';
import type { Context } from '../../src/app/build-context.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { TenantEvent } from '../../src/contract/events.ts';
import type { ErrorBody, Platform } from '../../src/contract/primitives.ts';
import { issueRefreshToken } from '../../src/features/auth/session-store.ts';
import { type CreatedChannel, createChannel } from '../../src/features/channels/index.ts';
import type { Landlord } from '../../src/landlord/landlord.ts';
import { type WhatsAppAccount, type WhatsAppEvent, WhatsAppProvider } from '../../src/simulator/index.ts';
import { readEvents } from '../../src/tenancy/outbox.ts';
import { provisionTenant } from '../../src/tenancy/provisioning.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { createLandlord, type TestLandlord } from './cluster.ts';
import { noProviders } from './no-providers.ts';
import {
  type ProductChild,
  type ProductProcess,
  type ProductProcessOptions,
  startProductChild,
  startProductProcess,
} from './product-process.ts';
import { makeTemporaryDataDir } from './temporary-data-dir.ts';
import { ADMIN_ID, tenantRequest } from './tenants.ts';
import { until } from './until.ts';

export interface Answer<Body = ErrorBody> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** One tenant with a WhatsApp, an API and a widget channel. Both tenants of a product have the same ids. */
export interface ProductTenant {
  readonly tenant: Tenant;
  /** An access token of the administrator (user 1). */
  readonly token: string;
  readonly whatsapp: CreatedChannel;
  readonly api: CreatedChannel;
  readonly widget: CreatedChannel;
  /** The number at the provider that the WhatsApp channel is connected to. */
  readonly account: WhatsAppAccount;
  /** Calls `/api/v1` as the administrator. */
  http<Body = ErrorBody>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;
  /** Rows straight from the tenant's database. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Lets WhatsApp post these events in one webhook (or as told), and waits until they are applied. */
  receive(events: readonly WhatsAppEvent[], eventsPerPost?: number): Promise<void>;
  /** Resolves when everything that has been stored for this tenant so far was applied. */
  applied(): Promise<void>;
  /** Every event after `seq`, as it leaves. */
  events(after?: number): Promise<TenantEvent[]>;
}

export interface ProductOptions extends ProductProcessOptions {
  /** Settings of the environment beside those that the product needs. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Product {
  readonly url: string;
  readonly context: Context;
  readonly config: Config;
  readonly landlord: Landlord;
  /** The Graph API and the webhooks of both tenants' numbers. */
  readonly provider: WhatsAppProvider;
  readonly process: ProductProcess;
  readonly acme: ProductTenant;
  readonly globex: ProductTenant;
  http<Body = ErrorBody>(method: string, path: string, body?: unknown, token?: string): Promise<Answer<Body>>;
  /** Another process's worth of the product on the same landlord, with pools of its own. */
  addProcess(options?: ProductProcessOptions): Promise<ProductProcess>;
  /** A real process of its own on the same landlord. */
  addChild(role?: 'all' | 'web' | 'worker'): Promise<ProductChild>;
  close(): Promise<void>;
}

/** Long enough for a storm on a machine that does other things as well. */
const APPLIED_PATIENCE_MS = 90_000;

/** A whole product in this process, on a landlord of its own, with the tenants `acme` and `globex`. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) await closer().catch(error => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const [testLandlord, provider] = await Promise.all([createLandlord(), startProvider()]);
    closers.push(() => testLandlord.close());
    const graphUrl = await provider.start();
    closers.push(() => provider.stop());
    const folder = await makeTemporaryDataDir();
    closers.push(() => folder.remove());
    const config = configOf(testLandlord, { DATA_DIR: folder.path, ...options.variables });
    const slugs = ['acme', 'globex'];
    for (const slug of slugs)
      await provisionTenant(
        {
          landlord: testLandlord.landlord,
          masterKeys: testLandlord.masterKeys,
          migrations: tenantMigrations,
        },
        tenantRequest(slug),
      );
    const main = await startProductProcess(config, testLandlord, options);
    closers.push(() => main.close());
    const others: { close(): Promise<void> }[] = [];
    closers.push(async () => {
      await Promise.all(others.map(other => other.close()));
    });
    const tenantOf = (slug: string, index: number) => connectTenant(main, provider, graphUrl, slug, index);
    const [acme, globex] = (await Promise.all(slugs.map(tenantOf))) as [ProductTenant, ProductTenant];
    return {
      url: main.url,
      context: main.context,
      config,
      landlord: main.context.landlord,
      provider,
      process: main,
      acme,
      globex,
      http: (method, path, body, token) => callApi(main.url, method, path, body, token),
      async addProcess(more = {}) {
        const process = await startProductProcess(config, testLandlord, { ...options, ...more });
        others.push(process);
        return process;
      },
      async addChild(role = 'all') {
        const child = await startProductChild(role, variablesOf(testLandlord, options.variables));
        others.push(child);
        return child;
      },
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** The environment of a process on this landlord. */
export function variablesOf(
  { target, masterKey }: TestLandlord,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const url = new URL('postgres://localhost');
  url.hostname = target.host;
  url.port = String(target.port);
  url.username = encodeURIComponent(target.user);
  url.password = encodeURIComponent(target.password);
  url.pathname = `/${encodeURIComponent(target.database)}`;
  return {
    LANDLORD_DATABASE_URL: url.href,
    MASTER_KEY: masterKey.toString('base64'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    TENANT_CONNECTION_BUDGET: '12',
    // No test reaches a vendor by mistake.
    ...noProviders,
    ...(process.env.PRODUCT_REDIS_URL && { REDIS_URL: process.env.PRODUCT_REDIS_URL }),
    ...more,
  };
}
function configOf(testLandlord: TestLandlord, more?: Readonly<Record<string, string>>): Config {
  return loadConfig(variablesOf(testLandlord, more));
}

async function startProvider(): Promise<WhatsAppProvider> {
  return new WhatsAppProvider({ webhookRetry: { baseMs: 25, maximumMs: 400, giveUpAfterMs: 15_000 } });
}

async function connectTenant(
  main: ProductProcess,
  provider: WhatsAppProvider,
  graphUrl: string,
  slug: string,
  index: number,
): Promise<ProductTenant> {
  const { context } = main;
  const tenant = await context.tenants.directory.findBySlug(slug);
  if (!tenant) throw new Error(`There is no tenant ${slug}.`);
  const secrets = {
    accessToken: `access-token-of-${slug}`,
    appSecret: randomBytes(16).toString('hex'),
    verifyToken: `verify-${slug}`,
  };
  const number = { phoneNumberId: `70000000000${index}`, businessAccountId: `80000000000${index}` };
  const settings = { ...number, ...secrets, apiUrl: graphUrl };
  const accountAt = (webhookUrl: string): WhatsAppAccount => ({
    ...number,
    accessToken: secrets.accessToken,
    appSecret: secrets.appSecret,
    webhookUrl,
    displayPhoneNumber: `1555000000${index}`,
    templates: [
      { name: 'order_update', language: 'en', body: 'Hi {{1}}, order {{2}} is on its way.' },
      { name: 'with_picture', language: 'en', header: { format: 'IMAGE' }, body: 'Hi {{1}}, this is {{2}}.' },
      {
        name: 'with_number',
        language: 'en',
        header: { format: 'TEXT', text: 'Order {{1}}' },
        body: 'Hi {{1}}, it is {{2}}.',
      },
    ],
  });
  // A worker may ask the platform about a channel as soon as there is one.
  provider.addAccount(accountAt(''));
  const { whatsapp, api, widget, token } = await context.tenants.runOn(tenant, async scope => {
    const add = (platform: Platform, name: string, given: Record<string, unknown>) =>
      createChannel(
        context.landlord,
        scope,
        { platform, name, settings: given, trustsApiUrl: true },
        main.url,
      );
    return {
      whatsapp: await add('whatsapp', 'WhatsApp', settings),
      api: await add('api', 'Orders', {}),
      widget: await add('widget', 'Shop', { allowedDomains: ['shop.example', '*.shop.example'] }),
      token: await signIn(),
    };

    async function signIn(): Promise<string> {
      const [user] = await scope.db.query<{ version: number }>(
        'SELECT session_version AS version FROM users WHERE id = $1',
        [ADMIN_ID],
      );
      const { family } = await scope.transaction(tx =>
        issueRefreshToken(tx, scope.tenant.id, ADMIN_ID, 'test'),
      );
      return context.tokens.signAccess({
        tenantId: scope.tenant.id,
        userId: ADMIN_ID,
        sessionVersion: user?.version ?? 0,
        family,
      });
    }
  });
  const account = accountAt(whatsapp.webhookUrl ?? '');
  provider.addAccount(account);
  const query: ProductTenant['query'] = (text, values) =>
    context.tenants.runOn(tenant, scope => scope.db.query(text, values)) as Promise<never>;
  const applied = async () => {
    await until(
      `everything of ${slug} is applied`,
      async () => {
        await main.visit(tenant.id);
        const [spill] = await context.landlord.db.query(
          'SELECT 1 FROM delivery_spill WHERE tenant_id = $1 LIMIT 1',
          [tenant.id],
        );
        const [pending] = await query(
          `SELECT 1 FROM inbound_deliveries WHERE state = 'pending' UNION ALL
           SELECT 1 FROM held_facts h JOIN messages m ON m.channel_id = h.channel_id
             AND m.platform_message_id = h.target_external_id WHERE h.state = 'held' AND h.reason = 'target' LIMIT 1`,
        );
        return spill === undefined && pending === undefined;
      },
      APPLIED_PATIENCE_MS,
    );
  };
  return {
    tenant,
    token,
    whatsapp,
    api,
    widget,
    account,
    http: (method, path, body) => callApi(main.url, method, path, body, token),
    query,
    applied,
    async receive(events, eventsPerPost = events.length) {
      const posts = await provider.deliver(account.phoneNumberId, events, { eventsPerPost });
      const failed = posts.find(post => post.acknowledgedAt === undefined);
      if (failed) throw new Error(`A webhook was not acknowledged: ${JSON.stringify(failed.attempts)}`);
      await applied();
    },
    async events(after = 0) {
      const found: TenantEvent[] = [];
      for (;;) {
        const last = found.at(-1)?.seq ?? after;
        const page = await context.tenants.runOn(tenant, scope => readEvents(scope.db, last, 2000));
        if (page.length === 0) return found;
        found.push(...page.map(event => context.links.linkedEvent(tenant.id, event)));
      }
    },
  };
}

/** One call of `/api/v1`, or of any other path that begins with a slash and another word. */
export async function callApi<Body = ErrorBody>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    // A file is given as its text.
    body: text === '' ? undefined : isJson ? JSON.parse(text) : (text as Body),
  };
}
