import { landlordMigrations } from '../../landlord-migrations/index.ts';
import type { Config } from '../config/config.ts';
import { loadMasterKeys } from '../config/master-key-file.ts';
import type { MasterKeys } from '../config/secrets.ts';
import { isConnectionFailure, Session, sqlState } from '../db/session.ts';
import { SetupError } from '../kit/errors.ts';
import { type Landlord, openLandlord, parseTarget } from '../landlord/landlord.ts';
import { processName } from '../landlord/processes.ts';
import { readState, writeState } from '../landlord/state-store.ts';
import type { Logger } from '../observability/logger.ts';
import { ensureDefaultServer, migrateLandlord, quoted } from '../tenancy/cluster.ts';
import { type EmbeddedPostgresRole, startEmbeddedPostgres } from './embedded-postgres/index.ts';

const EMBEDDED_DATABASE = 'concierge';
const CHECK = 'master_key_check';

export interface OpenedLandlord {
  readonly landlord: Landlord;
  readonly masterKeys: MasterKeys;
  readonly isEmbedded: boolean;
  /** To be called last. */
  close(): Promise<void>;
}

/** The landlord's database, migrated, on the embedded Postgres or on a given one. Throws SetupError. */
export async function openLandlordDatabase(
  config: Config,
  role: EmbeddedPostgresRole,
  log: Logger,
): Promise<OpenedLandlord> {
  const embedded = config.landlordDatabaseUrl
    ? undefined
    : await startEmbeddedPostgres({
        dataDir: config.dataDir,
        connectionBudget: config.tenantConnectionBudget,
        log,
        role,
      });
  try {
    const url = config.landlordDatabaseUrl ?? (await embeddedDatabase(embedded?.superuserUrl ?? ''));
    const target = parseTarget(url);
    if (!embedded) await checkServer(url, config, role);
    await migrateLandlord(target, landlordMigrations);
    const masterKeys = loadMasterKeys(config);
    const name = processName(role, masterKeys.keyIds);
    const landlord = openLandlord(target, role === 'command' ? 4 : 16, log, name);
    try {
      await checkMasterKey(landlord, masterKeys);
      await ensureDefaultServer(landlord, masterKeys);
    } catch (error) {
      await landlord.close();
      throw error;
    }
    return {
      landlord,
      masterKeys,
      isEmbedded: embedded !== undefined,
      close: async () => {
        await landlord.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function embeddedDatabase(superuserUrl: string): Promise<string> {
  const admin = await Session.connect(parseTarget(superuserUrl), 'concierge setup');
  try {
    const [known] = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [EMBEDDED_DATABASE]);
    if (!known) {
      await admin.query(`CREATE DATABASE ${quoted(EMBEDDED_DATABASE)}`).catch(error => {
        if (sqlState(error) !== '42P04' && sqlState(error) !== '23505') throw error;
      });
      await admin.query(`REVOKE CONNECT ON DATABASE ${quoted(EMBEDDED_DATABASE)} FROM PUBLIC`);
      await admin.query('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
      await admin.query('REVOKE CONNECT ON DATABASE template1 FROM PUBLIC');
    }
  } finally {
    await admin.close();
  }
  const url = new URL(superuserUrl);
  url.pathname = `/${EMBEDDED_DATABASE}`;
  return url.href;
}

/** A server of the operator's own: reachable, new enough, with the rights and the room that we need. */
async function checkServer(url: string, config: Config, role: EmbeddedPostgresRole): Promise<void> {
  const target = parseTarget(url);
  let session: Session;
  try {
    session = await Session.connect(target, 'concierge setup');
  } catch (error) {
    const { message } = error as Error;
    const hint = isConnectionFailure(error)
      ? 'Is the server up, and are host and port right?'
      : target.ssl && sqlState(error) === undefined
        ? "Check sslmode, and the server's certificate."
        : 'Check user, password and database.';
    throw new SetupError(
      `LANDLORD_DATABASE_URL: cannot open ${target.user}@${target.host}:${target.port}/${target.database}: ${message || (error as { code?: string }).code}. ${hint}`,
      { cause: error },
    );
  }
  try {
    const [facts] = await session.query<{ version: number; room: number; mayCreate: boolean }>(
      `SELECT current_setting('server_version_num')::int AS version,
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS room,
         (SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles WHERE rolname = current_user) AS "mayCreate"`,
    );
    if (!facts || facts.version < 150_000)
      throw new SetupError('LANDLORD_DATABASE_URL: this Postgres is older than 15. Use a newer server.');
    if (!facts.mayCreate)
      throw new SetupError(
        `LANDLORD_DATABASE_URL: the role "${target.user}" may not create databases and roles. Run: ALTER ROLE ${quoted(target.user)} CREATEDB CREATEROLE;`,
      );
    const needed = config.tenantConnectionBudget + 40;
    if (role !== 'command' && facts.room < needed)
      throw new SetupError(
        `TENANT_CONNECTION_BUDGET=${config.tenantConnectionBudget} needs ${needed} connections and the server allows ${facts.room}. Lower it, or raise max_connections.`,
      );
  } finally {
    await session.close();
  }
}

async function checkMasterKey(landlord: Landlord, masterKeys: MasterKeys): Promise<void> {
  const check = await readState(landlord.db, CHECK);
  if (check === undefined) await writeState(landlord.db, CHECK, masterKeys.makeCheckValue());
  else masterKeys.verifyCheckValue(check);
}
/** After a rotation: what is checked at the next start. */
export async function renewMasterKeyCheck(landlord: Landlord, masterKeys: MasterKeys): Promise<void> {
  await writeState(landlord.db, CHECK, masterKeys.makeCheckValue());
}
