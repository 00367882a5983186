import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tenantMigrations } from '../../../tenant-migrations/index.ts';
import { schemaVersion } from '../../db/migrator.ts';
import { createChannel } from '../../features/channels/index.ts';
import { hashPassword, verifyPassword } from '../../features/users/index.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { findTenantBySlug, type TenantRecord } from '../../landlord/tenant-store.ts';
import { fillSample } from '../../sample/index.ts';
import {
  sampleTemplates,
  simulatorRoutes,
  type WhatsAppAccount,
  WhatsAppSimulator,
} from '../../simulator/index.ts';
import { migrateFleet } from '../../tenancy/fleet-migration.ts';
import { sealContext, type Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import type { Context } from '../build-context.ts';
import { createTenant } from '../create-tenant.ts';
import type { Parts } from '../start-server.ts';
import { restorePhones } from './restore-phones.ts';

const SLUG = 'demo';
/** Also how the demo knows its tenant again: nobody else has an address at this domain. */
const ADMIN_EMAIL = 'admin@lumen-oak.example';
const ADMIN_NAME = 'Vera Lindqvist';
const PHONE_NUMBER_ID = '100000000000001';
const BUSINESS_ACCOUNT_ID = '200000000000001';
const ANEW = `For a new demo: concierge tenant delete ${SLUG} --confirm ${SLUG}, then start again.`;

type Prepared = Awaited<ReturnType<NonNullable<Parts['prepare']>>>;

/**
 * The tenant `demo` with its sample, made at the first start, and the simulated WhatsApp that its customers write from.
 * The channel carries its own provider address, so that real channels are never turned away from their vendor.
 * Never throws: whatever became of the demo, the other tenants are served.
 */
export async function prepareDemo(context: Context, print: (line: string) => void): Promise<Prepared> {
  const simulator = new WhatsAppSimulator({ autopilot: 'chatty' });
  try {
    const { tenant, login } = await ensureDemoTenant(context, print);
    const providerUrl = await simulator.provider.start();
    const account = await context.tenants.runOn(tenant, scope =>
      simulatedAccount(context, scope, providerUrl),
    );
    simulator.addAccount(account);
    await context.tenants.runOn(tenant, scope => restorePhones(scope.db, simulator, PHONE_NUMBER_ID));
    print(`Demo login: ${login} (tenant ${SLUG})`);
  } catch (error) {
    await simulator.provider.stop().catch(() => undefined);
    const [reason] = (error as Error).message.split('\n', 1);
    print(`Started without the demo: ${reason}`);
    context.log.debug({ error }, 'the demo could not be prepared');
    return { isDemo: () => false };
  }
  const { host } = new URL(context.publicUrl);
  return {
    extraRoutes: [simulatorRoutes(simulator, { allowedHosts: [host] })],
    isDemo: ({ slug }) => slug === SLUG,
    close: () => simulator.provider.stop(),
  };
}

/** Ready to use and at the newest schema. `login` is what the newcomer is told. */
async function ensureDemoTenant(
  context: Context,
  print: (line: string) => void,
): Promise<{ tenant: Tenant; login: string }> {
  const { landlord, masterKeys, tenants } = context;
  const known = await findTenantBySlug(landlord.db, SLUG);
  await requireOwn(landlord, known);
  if (known?.status === 'active') await migrateDemo(context, known);
  const isFilled = known?.status === 'active' && known.settings.hasSample === true;
  const path = join(context.config.dataDir, 'demo-login.json');
  const password = readPassword(path) ?? (isFilled ? undefined : makePassword(path));
  if (!isFilled) print('Making the demo tenant with its sample data …');
  if (known?.status !== 'active')
    await createTenant(landlord, masterKeys, {
      slug: SLUG,
      name: 'Lumen & Oak',
      adminEmail: ADMIN_EMAIL,
      adminPassword: password,
      timezone: 'Europe/Lisbon',
    });
  const tenant = await tenants.directory.findBySlug(SLUG);
  if (!tenant) throw new Error('its tenant could not be made.');
  if (!isFilled && password !== undefined) {
    await tenants.runOn(tenant, scope => fill(context, scope, password));
    await landlord.db.query(`UPDATE tenants SET settings = settings || '{"hasSample":true}' WHERE id = $1`, [
      tenant.id,
    ]);
  }
  const isKnown = password !== undefined && (!isFilled || (await opens(tenants, tenant, password)));
  const lost = `not kept here any more, for a new one: concierge user reset-password ${SLUG} ${ADMIN_EMAIL}`;
  return { tenant, login: `${ADMIN_EMAIL} / ${isKnown ? password : lost}` };
}

/** Whether the password that is kept is still the administrator's: it may have been changed. */
async function opens(tenants: Context['tenants'], tenant: Tenant, password: string): Promise<boolean> {
  const [admin] = await tenants.runOn(tenant, scope =>
    scope.db.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE email = $1', [
      ADMIN_EMAIL,
    ]),
  );
  return admin !== undefined && verifyPassword(admin.hash, password);
}

/** A tenant of that name which an operator made is none of ours, and what an operator decided about ours stands. */
async function requireOwn(landlord: Landlord, known: TenantRecord | undefined): Promise<void> {
  if (!known) return;
  const [row] = await landlord.db.query<{ contact_email: string }>(
    'SELECT contact_email FROM tenants WHERE id = $1',
    [known.id],
  );
  if (row?.contact_email !== ADMIN_EMAIL)
    throw new Error(`the tenant "${SLUG}" was not made by the demo, and is left alone.`);
  if (known.status !== 'active' && known.status !== 'provisioning')
    throw new Error(`its tenant is ${known.status}. See: concierge tenant show ${SLUG}`);
}

/** The demo alone follows an upgrade by itself: nobody is asked when its inbox may stand still. */
async function migrateDemo({ landlord, masterKeys, tenants }: Context, known: TenantRecord): Promise<void> {
  if (known.schemaVersion === schemaVersion(tenantMigrations) && known.migrationState === 'idle') return;
  const { failed } = await migrateFleet({
    landlord,
    masterKeys,
    migrations: tenantMigrations,
    only: [SLUG],
    canary: 0,
    concurrency: 1,
    onProgress: () => undefined,
  });
  tenants.directory.forget(known.id);
  if (failed[0]) throw new Error(`its schema could not be brought up: ${failed[0].error}`);
}

/** The login stays the same over starts: it is kept beside the data, readable by its owner only. */
function readPassword(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { password?: string }).password;
  } catch {
    return undefined;
  }
}

/** Kept before anything has it: a sample that was committed has a login that is known. */
function makePassword(path: string): string {
  const password = randomBytes(9).toString('base64url');
  mkdirSync(dirname(path), { recursive: true });
  const login = { tenant: SLUG, email: ADMIN_EMAIL, password };
  writeFileSync(path, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  return password;
}

/** Repeatable: a start that was killed half-way has left channels, or a sample that the landlord knows nothing of. */
async function fill(context: Context, scope: TenantScope, password: string): Promise<void> {
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
      (
        await createChannel(
          context.landlord,
          scope,
          { platform, name, settings, trustsApiUrl: true },
          context.publicUrl,
        )
      ).id
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
  const passwordHash = await hashPassword(password);
  await scope.transaction(async tx => {
    const [admin] = await tx.query<{ id: number }>(
      'UPDATE users SET password_hash = $2, name = $3 WHERE email = $1 RETURNING id',
      [ADMIN_EMAIL, passwordHash, ADMIN_NAME],
    );
    const [colleague] = await tx.query('SELECT 1 FROM users WHERE email <> $1 LIMIT 1', [ADMIN_EMAIL]);
    if (colleague) return;
    await fillSample(tx, {
      now: new Date(),
      channels,
      adminUserId: admin?.id ?? 1,
      hashPassword,
      agentPassword: password,
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
    `UPDATE channels SET settings = settings || jsonb_build_object('apiUrl', $2::text), trusts_api_url = true
     WHERE external_account_id = $1 AND removed_at IS NULL RETURNING id, sealed_credentials, webhook_token`,
    [PHONE_NUMBER_ID, providerUrl],
  );
  if (!row) throw new Error(`its WhatsApp channel was removed. ${ANEW}`);
  const secrets = JSON.parse(
    scope.tenant.dataKey.open(row.sealed_credentials, sealContext.channel(row.webhook_token)),
  ) as { accessToken: string; appSecret: string };
  return {
    phoneNumberId: PHONE_NUMBER_ID,
    businessAccountId: BUSINESS_ACCOUNT_ID,
    displayName: 'Lumen & Oak',
    accessToken: secrets.accessToken,
    appSecret: secrets.appSecret,
    templates: sampleTemplates,
    webhookUrl: `${context.localUrl}/webhooks/whatsapp/${row.webhook_token}`,
  };
}
