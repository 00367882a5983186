import { NotFound } from '../../kit/errors.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { endSessions } from './end-sessions.ts';
import { hashPassword } from './password.ts';
import { changeUser, findUserByEmail, insertUser, type NewUser } from './user-store.ts';

/** Returns the new user's id. Throws Conflict when the address is taken. */
export async function addUser(
  scope: TenantScope,
  user: Omit<NewUser, 'passwordHash'> & { readonly password: string },
): Promise<number> {
  const passwordHash = await hashPassword(user.password);
  return scope.transaction(async tx => {
    const userId = await insertUser(tx, { ...user, passwordHash });
    tx.emit(eventDraft('user.updated', `user:${userId}`, { userId }));
    return userId;
  });
}

/** Ends all of the user's sessions with it. Throws NotFound. */
export async function resetPassword(
  scope: TenantScope,
  email: string,
  password: string,
): Promise<{ userId: number; isActive: boolean }> {
  const passwordHash = await hashPassword(password);
  return scope.transaction(async tx => {
    const user = await findUserByEmail(tx, email);
    if (!user) throw new NotFound(`There is no user ${email} in "${scope.tenant.slug}".`);
    await changeUser(tx, user.id, { passwordHash });
    await endSessions(tx, user.id);
    tx.emit(eventDraft('user.updated', `user:${user.id}`, { userId: user.id }));
    return { userId: user.id, isActive: user.isActive };
  });
}
