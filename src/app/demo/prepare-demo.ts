import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createChannel } from '../../features/channels/index.ts';
import { hashPassword } from '../../features/users/index.ts';
import { findTenantBySlug } from '../../landlord/tenant-store.ts';
import { fillSample, sampleWhatsAppCustomers } from '../../sample/index.ts';
import { simulatorRoutes, type WhatsAppAccount, WhatsAppSimulator } from '../../simulator/index.ts';
import { sealContext } from '../../tenancy/tenant.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import type { Context } from '../build-context.ts';
import { createTenant } from '../create-tenant.ts';
import type { Parts } from '../start-server.ts';
import { restoreThreads } from './restore-threads.ts';

const SLUG = 'demo';
const PHONE_NUMBER_ID = '100000000000001';
const BUSINESS_ACCOUNT_ID = '200000000000001';

interface DemoLogin {
  readonly email: string;
  readonly password: string;
}

/**
 * The tenant `demo` with its sample, made at the first start, and the simulated WhatsApp that its customers write from.
 * The channel carries its own provider address, so that real channels are never turned away from their vendor.
 */
export async function prepareDemo(
  context: Context,
  print: (line: string) => void,
): Promise<Awaited<ReturnType<NonNullable<Parts['prepare']>>>> {
  const login = await ensureDemoTenant(context, print);
  const tenant = await context.tenants.directory.findBySlug(SLUG);
  if (!tenant) throw new Error('The demo tenant vanished while it was prepared.');
  const simulator = new WhatsAppSimulator({ customers: sampleWhatsAppCustomers, autopilot: 'chatty' });
  const providerUrl = await simulator.provider.start();
  const account = await context.tenants.runOn(tenant, scope => simulatedAccount(context, scope, providerUrl));
  simulator.addAccount(account);
  await context.tenants.runOn(tenant, scope => restoreThreads(scope.db, simulator, PHONE_NUMBER_ID));
  print(`Demo login: ${login.email} / ${login.password} (tenant ${SLUG})`);
  const { host } = new URL(context.publicUrl);
  return {
    extraRoutes: [simulatorRoutes(simulator, { allowedHosts: [host] })],
    isDemo: ({ slug }) => slug === SLUG,
    close: () => simulator.provider.stop(),
  };
}

/** The login stays the same over starts: it is kept beside the data, readable by its owner only. */
async function ensureDemoTenant(context: Context, print: (line: string) => void): Promise<DemoLogin> {
  const path = join(context.config.dataDir, 'demo-login.json');
  const known = await findTenantBySlug(context.landlord.db, SLUG);
  const isComplete = known?.status === 'active' && known.settings.hasSample === true;
  if (isComplete) {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as DemoLogin;
    } catch {
      return { email: 'see DATA_DIR/demo-login.json', password: 'lost: concierge user reset-password demo' };
    }
  }
  print('Making the demo tenant with its sample data …');
  const password = randomBytes(9).toString('base64url');
  const email = 'admin@lumen-oak.example';
  if (known?.status !== 'active')
    await createTenant(context.landlord, context.masterKeys, {
      slug: SLUG,
      name: 'Lumen & Oak',
      adminEmail: email,
      adminPassword: password,
      timezone: 'Europe/Lisbon',
    });
  const tenant = await context.tenants.directory.findBySlug(SLUG);
  if (!tenant) throw new Error('The demo tenant could not be made.');
  context.tenants.directory.forget(tenant.id);
  await context.tenants.run(tenant.id, scope => fill(context, scope, { email, password }));
  writeFileSync(path, `${JSON.stringify({ tenant: SLUG, email, password }, null, 2)}\n`, { mode: 0o600 });
  await context.landlord.db.query(
    `UPDATE tenants SET settings = settings || '{"hasSample":true}' WHERE id = $1`,
    [tenant.id],
  );
  return { email, password };
}

/** Repeatable: a start that was killed half-way has left channels, or nothing. */
async function fill(context: Context, scope: TenantScope, login: DemoLogin): Promise<void> {
  const channelOf = async (
    platform: 'whatsapp' | 'widget' | 'api',
    name: string,
    settings: Record<string, unknown>,
  ) => {
    const [row] = await scope.db.query<{ id: number }>(
      'SELECT id FROM channels WHERE platform = $1 AND removed_at IS NULL',
      [platform],
    );
    return (
      row?.id ??
      (await createChannel(context.landlord, scope, { platform, name, settings }, context.publicUrl)).id
    );
  };
  const channels = {
    whatsappId: await channelOf('whatsapp', 'WhatsApp Lisbon', {
      phoneNumberId: PHONE_NUMBER_ID,
      businessAccountId: BUSINESS_ACCOUNT_ID,
      accessToken: randomBytes(24).toString('base64url'),
      appSecret: randomBytes(24).toString('hex'),
      apiUrl: 'http://127.0.0.1:9',
    }),
    widgetId: await channelOf('widget', 'shop.example', {
      allowedDomains: ['shop.example', 'localhost', '127.0.0.1'],
    }),
    apiId: await channelOf('api', 'Order system', {}),
  };
  const passwordHash = await hashPassword(login.password);
  await scope.transaction(async tx => {
    const [admin] = await tx.query<{ id: number }>(
      'UPDATE users SET password_hash = $2 WHERE email = $1 RETURNING id',
      [login.email, passwordHash],
    );
    await fillSample(tx, {
      now: new Date(),
      channels,
      adminUserId: admin?.id ?? 1,
      hashPassword,
      agentPassword: login.password,
    });
  });
}

/** The simulator's port is new at every start; the channel's address follows it. */
async function simulatedAccount(
  context: Context,
  scope: TenantScope,
  providerUrl: string,
): Promise<WhatsAppAccount> {
  const [row] = await scope.db.query<{ id: number; sealed_credentials: string; webhook_token: string }>(
    `UPDATE channels SET settings = settings || jsonb_build_object('apiUrl', $2::text)
     WHERE external_account_id = $1 AND removed_at IS NULL RETURNING id, sealed_credentials, webhook_token`,
    [PHONE_NUMBER_ID, providerUrl],
  );
  if (!row) throw new Error('The demo has no WhatsApp channel any more; remove DATA_DIR to make a new one.');
  const secrets = JSON.parse(
    scope.tenant.dataKey.open(row.sealed_credentials, sealContext.channel(row.webhook_token)),
  ) as { accessToken: string; appSecret: string };
  return {
    phoneNumberId: PHONE_NUMBER_ID,
    businessAccountId: BUSINESS_ACCOUNT_ID,
    displayName: 'Lumen & Oak',
    accessToken: secrets.accessToken,
    appSecret: secrets.appSecret,
    webhookUrl: `${context.localUrl}/webhooks/whatsapp/${row.webhook_token}`,
  };
}
