import type { User } from '../../contract/people.ts';
import type { TenantDb } from '../../db/planes.ts';
import { violatedConstraint } from '../../db/session.ts';
import { Conflict, NotFound, ValidationError } from '../../kit/errors.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';

interface UserRow {
  id: number;
  name: string;
  email: string;
  role: string;
  permissions: User['permissions'];
  avatar: string | null;
  is_active: boolean;
  locale: string | null;
  timezone: string | null;
  last_active_at: Date | null;
  created_at: Date;
  teams: { id: number; name: string }[];
}
const SELECT = `SELECT u.id, u.name, u.email, r.name AS role, r.permissions, u.avatar, u.is_active, u.locale, u.timezone,
    u.last_active_at, u.created_at, coalesce(t.teams, '[]'::json) AS teams
  FROM users u JOIN roles r ON r.id = u.role_id
  LEFT JOIN LATERAL (SELECT json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.name) AS teams
    FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = u.id) t ON true`;

function userOf(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    permissions: row.permissions,
    avatarUrl: row.avatar,
    isActive: row.is_active,
    teams: row.teams,
    locale: row.locale,
    timezone: row.timezone,
    lastActiveAt: row.last_active_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

export async function findUser(db: TenantDb, id: number): Promise<User | undefined> {
  const [row] = await db.query<UserRow>(`${SELECT} WHERE u.id = $1`, [id]);
  return row && userOf(row);
}
export async function findUserByEmail(
  db: TenantDb,
  email: string,
): Promise<{ id: number; isActive: boolean } | undefined> {
  const [row] = await db.query<{ id: number; isActive: boolean }>(
    'SELECT id, is_active AS "isActive" FROM users WHERE email = $1',
    [email],
  );
  return row;
}
export async function requireUser(db: TenantDb, id: number): Promise<User> {
  const user = await findUser(db, id);
  if (!user) throw new NotFound('There is no such user.');
  return user;
}
/** Users by name; one more than `limit` shows that there is another page. */
export async function pageUsers(
  db: TenantDb,
  after: [string, number] | undefined,
  limit: number,
): Promise<User[]> {
  const rows = await db.query<UserRow>(
    `${SELECT} ${after ? 'WHERE (u.name, u.id) > ($2, $3)' : ''} ORDER BY u.name, u.id LIMIT $1`,
    after ? [limit + 1, ...after] : [limit + 1],
  );
  return rows.map(userOf);
}

export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly role: string;
  readonly teamIds: readonly number[];
}
/** Throws Conflict when the address is taken. */
export async function insertUser(tx: TenantTx, user: NewUser): Promise<number> {
  try {
    const [row] = await tx.query<{ id: number }>(
      `INSERT INTO users (name, email, password_hash, role_id)
       SELECT $1, $2, $3, r.id FROM roles r WHERE r.name = $4 RETURNING id`,
      [user.name, user.email, user.passwordHash, user.role],
    );
    if (!row) throw new ValidationError(`role: there is no role "${user.role}".`);
    await replaceTeams(tx, row.id, user.teamIds);
    return row.id;
  } catch (error) {
    if (violatedConstraint(error) === 'users_email_key')
      throw new Conflict(`email: ${user.email} is a user already.`, 'email_taken');
    throw error;
  }
}

/** Throws ValidationError when a team does not exist. */
export async function replaceTeams(tx: TenantTx, userId: number, teamIds: readonly number[]): Promise<void> {
  await tx.query('DELETE FROM team_members WHERE user_id = $1', [userId]);
  const unique = [...new Set(teamIds)];
  if (unique.length === 0) return;
  const added = await tx.query(
    'INSERT INTO team_members (team_id, user_id) SELECT id, $1 FROM teams WHERE id = ANY ($2::bigint[]) RETURNING team_id',
    [userId, unique],
  );
  if (added.length < unique.length) throw new ValidationError('teamIds: one of these teams does not exist.');
}

export async function changeUser(
  tx: TenantTx,
  id: number,
  change: { name?: string; role?: string; isActive?: boolean; passwordHash?: string },
): Promise<void> {
  const rows = await tx.query(
    `UPDATE users u SET name = coalesce($2, u.name), is_active = coalesce($3, u.is_active),
       password_hash = coalesce($4, u.password_hash),
       role_id = coalesce((SELECT id FROM roles WHERE name = $5), u.role_id), updated_at = now()
     WHERE u.id = $1 RETURNING u.id`,
    [id, change.name ?? null, change.isActive ?? null, change.passwordHash ?? null, change.role ?? null],
  );
  if (rows.length === 0) throw new NotFound('There is no such user.');
}

/** Locks the administrators, so that two changes at once cannot remove the last two. */
export async function countOtherAdmins(tx: TenantTx, userId: number): Promise<number> {
  const rows = await tx.query<{ id: number }>(
    `SELECT u.id FROM users u JOIN roles r ON r.id = u.role_id WHERE r.name = 'admin' AND u.is_active
     ORDER BY u.id FOR UPDATE OF u`,
  );
  return rows.filter(row => row.id !== userId).length;
}
