import { landlordMigrations } from '../../../landlord-migrations/index.ts';
import type { Config } from '../../config/config.ts';
import type { MasterKeys } from '../../config/secrets.ts';
import { formatBytes } from '../../contract/file-rules.ts';
import type { Session } from '../../db/session.ts';
import { amount } from '../../kit/amount.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { clusterNames, connectAdmin, findServer, quoted } from '../../tenancy/cluster.ts';
import { type Check, failure, ok, reasonOf, warning } from './check.ts';

/** Connections of a process beside those of its tenants. */
const BESIDE_BUDGET = 40;
const SPILL_IS_LATE_SECONDS = 60;

interface ServerFacts {
  version: number;
  versionName: string;
  room: number;
  mayCreate: boolean;
  encoding: string;
  role: string;
}

/** The server that the landlord lives on. */
export async function checkPostgres(session: Session, config: Config): Promise<Check[]> {
  const [facts] = await session.query<ServerFacts>(
    `SELECT current_setting('server_version_num')::int AS version,
       split_part(current_setting('server_version'), ' ', 1) AS "versionName",
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS room,
       (SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles WHERE rolname = current_user) AS "mayCreate",
       current_setting('server_encoding') AS encoding, current_user AS role`,
  );
  if (!facts) return [];
  const needed = config.tenantConnectionBudget + BESIDE_BUDGET;
  const { version, versionName, room, mayCreate, encoding, role } = facts;
  return [
    version >= 150_000
      ? ok('postgres version', versionName)
      : failure('postgres version', `${versionName} is too old`, 'Use Postgres 15 or newer.'),
    mayCreate
      ? ok('postgres rights', `"${role}" may create databases and roles`)
      : failure(
          'postgres rights',
          `"${role}" may not create databases and roles`,
          `Run as its administrator: ALTER ROLE ${quoted(role)} CREATEDB CREATEROLE;`,
        ),
    room >= needed || config.landlordDatabaseUrl === undefined
      ? ok(
          'postgres connections',
          config.landlordDatabaseUrl === undefined
            ? `${room} allowed; a start makes room for its TENANT_CONNECTION_BUDGET`
            : `${room} allowed; a process with TENANT_CONNECTION_BUDGET=${config.tenantConnectionBudget} takes at most ${needed}`,
        )
      : failure(
          'postgres connections',
          `TENANT_CONNECTION_BUDGET=${config.tenantConnectionBudget} needs ${needed}, and the server allows ${room}`,
          'Lower TENANT_CONNECTION_BUDGET, or raise max_connections.',
        ),
    encoding === 'UTF8'
      ? ok('postgres encoding', encoding)
      : failure(
          'postgres encoding',
          `The landlord's database is ${encoding}, which cannot hold every text`,
          "Make it anew with ENCODING 'UTF8' TEMPLATE template0.",
        ),
  ];
}

/** Looks only: it is a start or another command that brings the schema up. */
export async function checkLandlordSchema(session: Session): Promise<Check> {
  const [known] = await session.query<{ hasLedger: boolean }>(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS "hasLedger"`,
  );
  const applied = known?.hasLedger
    ? (await session.query<{ name: string }>('SELECT name FROM schema_migrations')).map(row => row.name)
    : [];
  const wanted = landlordMigrations.map(migration => migration.name);
  const missing = wanted.filter(name => !applied.includes(name));
  const newer = applied.filter(name => !wanted.includes(name));
  if (newer.length > 0)
    return failure(
      'landlord schema',
      `It was brought up by a newer Concierge (${newer.at(-1)})`,
      'Update this Concierge.',
    );
  if (missing.length > 0)
    return warning(
      'landlord schema',
      `Missing: ${amount(missing.length, 'step')}`,
      'Start Concierge: it takes them.',
    );
  return ok('landlord schema', wanted.at(-1) ?? 'empty');
}

export async function checkMasterKey(session: Session, masterKeys: MasterKeys): Promise<Check> {
  const [row] = await session.query<{ value: string }>(
    `SELECT value FROM landlord_state WHERE key = 'master_key_check'`,
  );
  try {
    if (row) masterKeys.verifyCheckValue(row.value);
  } catch (error) {
    return failure(
      'master key',
      reasonOf(error),
      'Without it no tenant can be opened: restore it from a backup.',
    );
  }
  return new Set(masterKeys.keyIds).size > 1
    ? warning(
        'master key',
        `${masterKeys.keyId}; the former key still opens: a rotation is not finished, or MASTER_KEY_PREVIOUS is set`,
        'Finish with: concierge secrets rotate',
      )
    : ok('master key', masterKeys.keyId);
}

export async function checkSpill(landlord: Landlord): Promise<Check> {
  const [spill] = await landlord.db.query<{ count: number; bytes: number; ageSeconds: number | null }>(
    `SELECT count(*), coalesce(sum(octet_length(sealed)), 0)::bigint AS bytes,
       extract(epoch FROM now() - min(received_at))::int AS "ageSeconds" FROM delivery_spill`,
  );
  const { count = 0, bytes = 0, ageSeconds } = spill ?? {};
  const message = `Waiting in it: ${amount(count, 'delivery', 'deliveries')} (${formatBytes(bytes)})`;
  return (ageSeconds ?? 0) < SPILL_IS_LATE_SECONDS
    ? ok('spill', message)
    : warning(
        'spill',
        `${message}, the oldest for ${ageSeconds} s`,
        'Start a worker; tenants that are suspended or unreachable keep theirs here.',
      );
}

/** Tenant roles are logins: what every login may enter, they may enter. */
export async function checkOpenDatabases(landlord: Landlord, masterKeys: MasterKeys): Promise<Check[]> {
  const servers = await landlord.db.query<{ name: string }>(
    'SELECT name FROM database_servers ORDER BY name',
  );
  const checks: Check[] = [];
  for (const { name } of servers) checks.push(...(await checkServer(landlord, masterKeys, name)));
  return checks;
}

async function checkServer(landlord: Landlord, masterKeys: MasterKeys, name: string): Promise<Check[]> {
  const label = `database server ${name}`;
  let admin: Session | undefined;
  try {
    admin = await connectAdmin(await findServer(landlord, masterKeys, name), 'postgres');
    const rows = await admin.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database
       WHERE datallowconn AND has_database_privilege('public', oid, 'CONNECT') ORDER BY datname`,
    );
    const { database } = landlord.target;
    const { templatePrefix } = clusterNames(database, []);
    const isOurs = (open: string) =>
      open === database || open.startsWith(templatePrefix) || /^t_[0-9a-f]{32}$/.test(open);
    const checks = [ok(label, 'reachable')];
    const ours = rows.map(row => row.name).filter(isOurs);
    const others = rows.map(row => row.name).filter(open => !isOurs(open));
    const revoke = (names: readonly string[]) =>
      `Run: ${names.map(open => `REVOKE CONNECT ON DATABASE ${quoted(open)} FROM PUBLIC;`).join(' ')}`;
    if (ours.length > 0)
      checks.push(failure(label, `Every login may enter ${ours.join(', ')}`, revoke(ours)));
    if (others.length > 0)
      checks.push(
        warning(label, `Every login, also a tenant's role, may enter ${others.join(', ')}`, revoke(others)),
      );
    return checks;
  } catch (error) {
    return [
      failure(label, `It cannot be reached (${reasonOf(error)})`, 'Start it, or mend its entry and login.'),
    ];
  } finally {
    await admin?.close();
  }
}
