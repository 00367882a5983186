import { builtInRoles } from '../../contract/permissions.ts';
import type { Database } from '../../db/planes.ts';

/** What every new tenant starts with: the built-in roles and one administrator. Repeatable: the last password holds. */
export async function fillTenant(
  db: Database,
  admin: { name: string; email: string; passwordHash: string },
): Promise<{ adminUserId: number }> {
  const names = Object.keys(builtInRoles);
  for (const [name, permissions] of Object.entries(builtInRoles))
    await db.query(
      `INSERT INTO roles (name, permissions, is_built_in) VALUES ($1, $2, true)
       ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions, updated_at = now()`,
      [name, permissions],
    );
  const [row] = await db.query<{ id: number }>(
    `INSERT INTO users (name, email, password_hash, role_id) SELECT $1, $2, $3, id FROM roles WHERE name = $4
     ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash, updated_at = now() RETURNING id`,
    [admin.name, admin.email, admin.passwordHash, names[0]],
  );
  return { adminUserId: (row as { id: number }).id };
}
