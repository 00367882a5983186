import { randomBytes, randomUUID } from 'node:crypto';
import { generateDataKey, type MasterKeys, openDataKey } from '../config/secrets.ts';
import { lockKey } from '../db/advisory-lock.ts';
import type { Migration } from '../db/migration.ts';
import { schemaVersion } from '../db/migrator.ts';
import { Session, sqlState } from '../db/session.ts';
import { Conflict, ValidationError } from '../kit/errors.ts';
import type { Landlord } from '../landlord/landlord.ts';
import { endOperation, noteStep, recordAudit, startOperation } from '../landlord/operation-store.ts';
import {
  deleteTenantRow,
  findTenantBySlug,
  insertTenant,
  type TenantRecord,
  updateTenant,
} from '../landlord/tenant-store.ts';
import {
  type ClusterNames,
  clusterNames,
  connectForDdl,
  type DatabaseServer,
  dropDatabase,
  ensureTemplate,
  findServer,
  quoted,
  withDdlLock,
} from './cluster.ts';
import { scramVerifier } from './scram.ts';
import { sealContext } from './tenant.ts';

export interface ProvisioningContext {
  readonly landlord: Landlord;
  readonly masterKeys: MasterKeys;
  readonly migrations: readonly Migration[];
  /** Called before each step with its name; for progress, and for tests that stop there. */
  readonly onStep?: (step: string) => void | Promise<void>;
  /** Hears of an audit line that could not be written: the tenant is ready all the same. */
  readonly onAuditFailed?: (error: unknown) => void;
}
export interface TenantRequest {
  readonly slug: string;
  readonly name: string;
  readonly adminEmail: string;
  readonly timezone: string;
  readonly server?: string;
  /** Fills the new database, as the tenant's own role; must be repeatable. */
  readonly fill: (session: Session) => Promise<void>;
  /**
   * Makes and hands over what is shown once; must be repeatable. It comes before the activation, after which no run can
   * make up for one that was killed.
   */
  readonly handOver?: (tenant: TenantRecord) => Promise<void>;
}

const SLUG = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

function checkRequest(request: TenantRequest): void {
  if (!SLUG.test(request.slug))
    throw new ValidationError(
      `"${request.slug}" is no slug: 3 to 40 lower-case letters, digits and hyphens, a letter first, no hyphen last.`,
    );
  try {
    new Intl.DateTimeFormat('en', { timeZone: request.timezone });
  } catch {
    throw new ValidationError(
      `--timezone "${request.timezone}" is no time zone; use a name like Europe/Lisbon.`,
    );
  }
}

/**
 * A tenant ready to use: record, role, database from the template, content, active. Each step can be done again, so that
 * a run that was killed anywhere is completed by the next one with the same slug. Throws Conflict when the slug is in use.
 */
export async function provisionTenant(
  context: ProvisioningContext,
  request: TenantRequest,
): Promise<TenantRecord> {
  checkRequest(request);
  const { landlord, masterKeys, migrations } = context;
  const server = await findServer(landlord, masterKeys, request.server);
  const names = clusterNames(landlord.target.database, migrations);
  await context.onStep?.('record');
  const tenant = await recordTenant(context, request, server);
  const operation = await startOperation(landlord.db, tenant.id, tenant.slug, 'create');
  const step = async (name: string) => {
    await context.onStep?.(name);
    await noteStep(landlord.db, operation, name);
  };
  try {
    const dataKey = openDataKey(masterKeys, tenant.sealedDataKey, sealContext.dataKey(tenant.id));
    const password = dataKey.open(tenant.sealedPassword, sealContext.password(tenant.id));
    await withDdlLock(landlord, async () => {
      await step('template');
      await ensureTemplate(server, names, migrations);
      const admin = await connectForDdl(server);
      try {
        await step('role');
        await createRole(admin, names, tenant.databaseRole, password);
        await step('database');
        await createDatabase(admin, names, tenant.databaseName, tenant.databaseRole);
      } finally {
        await admin.close();
      }
    });
    await step('content');
    const session = await Session.connect(
      { ...server.admin, database: tenant.databaseName, user: tenant.databaseRole, password },
      'concierge provisioning',
    );
    try {
      // Two runs for the same slug: the second fills what the first has filled, not beside it.
      await session.query('SELECT pg_advisory_lock($1)', [lockKey('concierge content')]);
      await request.fill(session);
    } finally {
      await session.close();
    }
    await step('hand-over');
    await request.handOver?.(tenant);
    await step('activate');
    await updateTenant(landlord.db, tenant.id, {
      status: 'active',
      schema_version: schemaVersion(migrations),
    });
    await endOperation(landlord.db, operation);
  } catch (error) {
    await endOperation(landlord.db, operation, (error as Error).message).catch(() => undefined);
    throw error;
  }
  await recordAudit(landlord.db, 'cli', 'tenant.create', tenant.id, { slug: tenant.slug }).catch(error =>
    context.onAuditFailed?.(error),
  );
  return (await findTenantBySlug(landlord.db, request.slug)) as TenantRecord;
}

async function recordTenant(
  { landlord, masterKeys }: ProvisioningContext,
  request: TenantRequest,
  server: DatabaseServer,
): Promise<TenantRecord> {
  const id = randomUUID();
  const { dataKey, sealed } = generateDataKey(masterKeys, sealContext.dataKey(id));
  await landlord.transaction(tx =>
    insertTenant(tx, {
      id,
      slug: request.slug,
      name: request.name,
      contactEmail: request.adminEmail,
      timezone: request.timezone,
      serverId: server.id,
      databaseName: `t_${id.replaceAll('-', '')}`,
      sealedDataKey: sealed,
      sealedPassword: dataKey.seal(randomBytes(32).toString('base64url'), sealContext.password(id)),
    }),
  );
  const tenant = (await findTenantBySlug(landlord.db, request.slug)) as TenantRecord;
  if (tenant.status !== 'provisioning')
    throw new Conflict(
      `The slug "${request.slug}" is in use. Choose another, or see: concierge tenant show ${request.slug}`,
    );
  return tenant;
}

async function createRole(
  admin: Session,
  names: ClusterNames,
  role: string,
  password: string,
): Promise<void> {
  const verifier = scramVerifier(password);
  try {
    await admin.query(`CREATE ROLE ${quoted(role)} LOGIN PASSWORD '${verifier}'`);
  } catch (error) {
    if (sqlState(error) !== '42710') throw error;
    await admin.query(`ALTER ROLE ${quoted(role)} PASSWORD '${verifier}'`);
  }
  await admin.query(`ALTER ROLE ${quoted(role)} SET statement_timeout = '30s'`);
  await admin.query(`ALTER ROLE ${quoted(role)} SET idle_in_transaction_session_timeout = '60s'`);
  // Each of our questions has an index. A plan made while a table was nearly empty is kept, and would read that table
  // whole, for every message, until it has grown enough to be analysed.
  await admin.query(`ALTER ROLE ${quoted(role)} SET enable_seqscan = off`);
  await admin.query(`GRANT ${quoted(names.groupRole)} TO ${quoted(role)}`);
}

/** Nobody can connect until PUBLIC has lost its right to. */
async function createDatabase(
  admin: Session,
  names: ClusterNames,
  database: string,
  role: string,
): Promise<void> {
  const [existing] = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (!existing)
    await admin.query(
      `CREATE DATABASE ${quoted(database)} TEMPLATE ${quoted(names.templateDatabase)} ALLOW_CONNECTIONS false`,
    );
  await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${quoted(database)} FROM PUBLIC`);
  await admin.query(`GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(role)}`);
  await admin.query(`ALTER DATABASE ${quoted(database)} WITH ALLOW_CONNECTIONS true`);
}

/** Drops database and role, then the record. Repeatable at every step; `removeFiles` deletes what lies outside Postgres. */
export async function deleteTenant(
  context: ProvisioningContext,
  tenant: TenantRecord,
  removeFiles: (tenantId: string) => Promise<void>,
): Promise<void> {
  const { landlord, masterKeys } = context;
  const server = await findServer(landlord, masterKeys, tenant.serverId);
  await context.onStep?.('mark');
  await updateTenant(landlord.db, tenant.id, { status: 'deleting' });
  await withDdlLock(landlord, async () => {
    const admin = await connectForDdl(server);
    try {
      await context.onStep?.('database');
      await dropDatabase(admin, tenant.databaseName, tenant.databaseRole);
      await context.onStep?.('role');
      await admin.query(`DROP ROLE IF EXISTS ${quoted(tenant.databaseRole)}`);
    } finally {
      await admin.close();
    }
  });
  await context.onStep?.('files');
  await removeFiles(tenant.id);
  await context.onStep?.('forget');
  await landlord.transaction(tx => deleteTenantRow(tx, tenant.id));
  await recordAudit(landlord.db, 'cli', 'tenant.delete', tenant.id, { slug: tenant.slug });
}
