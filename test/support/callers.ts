import type { Context } from '../../src/app/build-context.ts';
import type { Permission } from '../../src/contract/permissions.ts';
import { issueRefreshToken } from '../../src/features/auth/session-store.ts';
import { createKey } from '../../src/landlord/key-store.ts';
import type { ProductTenant } from './product.ts';

export interface TestUser {
  readonly id: number;
  readonly email: string;
  readonly token: string;
  /** The refresh token of the session that `token` belongs to. */
  readonly refreshToken: string;
}
export interface TestUserOptions {
  readonly role?: 'admin' | 'lead' | 'agent';
  readonly email?: string;
  /** Nobody signs in with a password when it is left out. */
  readonly passwordHash?: string;
}

/** A user of this tenant, signed in. */
export async function addUser(
  context: Context,
  { tenant, query }: ProductTenant,
  name: string,
  options: TestUserOptions = {},
): Promise<TestUser> {
  const email = options.email ?? `${name.toLowerCase().replaceAll(/\W+/g, '.')}@${tenant.slug}.test`;
  const [user] = await query<{ id: number }>(
    `INSERT INTO users (name, email, password_hash, role_id)
     SELECT $1, $2, $3, id FROM roles WHERE name = $4 RETURNING id`,
    [name, email, options.passwordHash ?? 'no password', options.role ?? 'agent'],
  );
  const { id } = user as { id: number };
  return { id, email, ...(await signIn(context, tenant, id)) };
}

/** Another session of a user, without a password. */
export async function signIn(context: Context, tenant: ProductTenant['tenant'], userId: number) {
  return context.tenants.runOn(tenant, async scope => {
    const [user] = await scope.db.query<{ version: number }>(
      'SELECT session_version AS version FROM users WHERE id = $1',
      [userId],
    );
    const session = await scope.transaction(tx => issueRefreshToken(tx, tenant.id, userId, 'test'));
    const token = await context.tokens.signAccess({
      tenantId: tenant.id,
      userId,
      sessionVersion: user?.version ?? 0,
      family: session.family,
    });
    return { token, refreshToken: session.token };
  });
}

/** An API key with just these permissions. */
export async function addKey(
  context: Context,
  { tenant }: ProductTenant,
  permissions: readonly Permission[],
  expiresAt?: Date,
): Promise<{ key: string; id: string }> {
  const { key, record } = await createKey(context.landlord.db, tenant.id, 'test', permissions, expiresAt);
  return { key, id: record.id };
}

export function visitorToken(
  context: Context,
  { tenant, widget }: ProductTenant,
  visitorId: string,
): Promise<string> {
  return context.tokens.signVisitor({ tenantId: tenant.id, channelId: widget.id, visitorId });
}
