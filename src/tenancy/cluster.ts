import { createHash } from 'node:crypto';
import type { MasterKeys } from '../config/secrets.ts';
import { lockKey, withSessionLock } from '../db/advisory-lock.ts';
import type { Migration } from '../db/migration.ts';
import { migrateUp, schemaVersion } from '../db/migrator.ts';
import type { ConnectionTarget, Session } from '../db/session.ts';
import { Session as SessionClass, sqlState } from '../db/session.ts';
import { SetupError } from '../kit/errors.ts';
import type { Landlord } from '../landlord/landlord.ts';

/** A Postgres server that holds tenant databases, with the login that may create them. */
export interface DatabaseServer {
  readonly id: string;
  readonly admin: ConnectionTarget;
}

/** `"name"` for a statement; names come from our own patterns, this is the second wall. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export interface ClusterNames {
  /** What tenant roles may do is granted to this role; each of them is a member. */
  readonly groupRole: string;
  readonly templateDatabase: string;
  readonly templatePrefix: string;
}

/** Named after the landlord, so that two installations on one server do not meet. */
export function clusterNames(landlordDatabase: string, migrations: readonly Migration[]): ClusterNames {
  const content = createHash('sha256');
  for (const migration of migrations) content.update(migration.name).update(migration.up);
  const templatePrefix = `${landlordDatabase}_template_`;
  return {
    groupRole: `${landlordDatabase}_tenants`,
    templatePrefix,
    templateDatabase: `${templatePrefix}${content.digest('hex').slice(0, 12)}`,
  };
}

export function connectAdmin(server: DatabaseServer, database = server.admin.database): Promise<Session> {
  return SessionClass.connect({ ...server.admin, database }, 'concierge admin');
}

/**
 * For statements that create and drop databases and roles. The server finishes such a statement also when the process
 * that asked for it is gone, so the lock that keeps the next one away is held by the session that runs it.
 */
export async function connectForDdl(server: DatabaseServer): Promise<Session> {
  const admin = await connectAdmin(server, 'postgres');
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [lockKey(`concierge ddl ${server.admin.database}`)]);
    return admin;
  } catch (error) {
    await admin.close();
    throw error;
  }
}

/**
 * Notes the server that the landlord lives on as the default one for tenants. Its login may have changed since; what holds
 * is left as it is, so that a process with a newer master key seals nothing away from the others before a rotation does.
 */
export async function ensureDefaultServer(landlord: Landlord, masterKeys: MasterKeys): Promise<void> {
  const { host, port, user, password } = landlord.target;
  const known = await findServer(landlord, masterKeys, 'default').catch(() => undefined);
  if (
    known?.admin.host === host &&
    known.admin.port === port &&
    known.admin.user === user &&
    known.admin.password === password
  )
    return;
  const sealed = masterKeys.seal(password, 'database-servers/default');
  await landlord.db.query(
    `INSERT INTO database_servers (name, host, port, admin_user, sealed_admin_password, is_default)
     VALUES ('default', $1, $2, $3, $4, true)
     ON CONFLICT (name) DO UPDATE SET host = excluded.host, port = excluded.port, admin_user = excluded.admin_user,
       sealed_admin_password = excluded.sealed_admin_password, updated_at = now()`,
    [host, port, user, sealed],
  );
}

interface ServerRow {
  id: string;
  name: string;
  host: string;
  port: number;
  admin_user: string;
  sealed_admin_password: string;
}
/** By name, by id, or the default one. Throws SetupError when there is none of that name. */
export async function findServer(
  landlord: Landlord,
  masterKeys: MasterKeys,
  nameOrId?: string,
): Promise<DatabaseServer> {
  const [row] = await landlord.db.query<ServerRow>(
    `SELECT id, name, host, port, admin_user, sealed_admin_password FROM database_servers
     WHERE CASE WHEN $1::text IS NULL THEN is_default ELSE name = $1 OR id::text = $1 END`,
    [nameOrId ?? null],
  );
  if (!row) throw new SetupError(`There is no database server "${nameOrId}".`);
  return {
    id: row.id,
    admin: {
      host: row.host,
      port: row.port,
      user: row.admin_user,
      password: masterKeys.open(row.sealed_admin_password, `database-servers/${row.name}`),
      database: landlord.target.database,
      ...(landlord.target.ssl !== undefined && { ssl: landlord.target.ssl }),
    },
  };
}

/**
 * Makes the template that new tenant databases are copied from, when it is not there yet, and drops older ones.
 * The caller holds the DDL lock. A template that is not finished allows connections, and is made again.
 */
export async function ensureTemplate(
  server: DatabaseServer,
  names: ClusterNames,
  migrations: readonly Migration[],
): Promise<void> {
  const admin = await connectForDdl(server);
  try {
    const templates = await admin.query<{ name: string; isReady: boolean }>(
      `SELECT datname AS name, NOT datallowconn AS "isReady" FROM pg_database WHERE starts_with(datname, $1)`,
      [names.templatePrefix],
    );
    if (templates.some(template => template.name === names.templateDatabase && template.isReady)) return;
    for (const template of templates) await dropDatabase(admin, template.name);
    await createGroupRole(admin, names.groupRole);
    await admin.query(`CREATE DATABASE ${quoted(names.templateDatabase)} TEMPLATE template0 ENCODING 'UTF8'`);
    await admin.query(`REVOKE CONNECT ON DATABASE ${quoted(names.templateDatabase)} FROM PUBLIC`);
    const template = await connectAdmin(server, names.templateDatabase);
    try {
      await migrateUp(template, migrations);
      await grantToGroup(template, names.groupRole);
    } finally {
      await template.close();
    }
    await admin.query(`ALTER DATABASE ${quoted(names.templateDatabase)} WITH ALLOW_CONNECTIONS false`);
  } finally {
    await admin.close();
  }
}

/**
 * Ends the connections of `role` and our own to it and drops it, if it is there. Not WITH (FORCE): that is refused to
 * all but superusers while autovacuum visits the database, which a plain DROP asks to leave.
 */
export async function dropDatabase(admin: Session, database: string, role?: string): Promise<void> {
  const [existing] = await admin.query<{ isHalfDropped: boolean }>(
    'SELECT datconnlimit = -2 AS "isHalfDropped" FROM pg_database WHERE datname = $1',
    [database],
  );
  if (!existing) return;
  if (!existing.isHalfDropped)
    await admin.query(`ALTER DATABASE ${quoted(database)} WITH ALLOW_CONNECTIONS false`);
  // Only members of a role may end its connections, and whoever created it is none yet.
  if (role !== undefined) {
    const [member] = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (member) await admin.query(`GRANT ${quoted(role)} TO CURRENT_USER`);
  }
  await admin.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = $1 AND usename IN ($2, current_user)`,
    [database, role ?? null],
  );
  await admin.query(`DROP DATABASE ${quoted(database)}`);
}

async function createGroupRole(admin: Session, groupRole: string): Promise<void> {
  try {
    await admin.query(`CREATE ROLE ${quoted(groupRole)} NOLOGIN`);
  } catch (error) {
    if (sqlState(error) !== '42710') throw error;
  }
}

/** Tenant roles read and write rows; they own nothing and change no table. */
async function grantToGroup(template: Session, groupRole: string): Promise<void> {
  const group = quoted(groupRole);
  await template.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await template.query(`GRANT USAGE ON SCHEMA public TO ${group}`);
  await template.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${group}`);
  await template.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${group}`);
  await template.query(
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${group}`,
  );
  await template.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${group}`);
}

/** CREATE DATABASE cannot run in a transaction, and two copies of one template at once collide: one at a time. */
export function withDdlLock<T>(landlord: Landlord, work: () => Promise<T>): Promise<T> {
  return withSessionLock(landlord.target, 'concierge ddl', work);
}

export async function migrateLandlord(
  target: ConnectionTarget,
  migrations: readonly Migration[],
): Promise<string> {
  await withSessionLock(target, 'concierge landlord migrations', async session => {
    await migrateUp(session, migrations);
    // Tenant roles are logins of the same server: by default everybody may connect to every database.
    const database = quoted(target.database);
    await session.query(`GRANT CONNECT ON DATABASE ${database} TO CURRENT_USER`);
    await session.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
  });
  return schemaVersion(migrations);
}
