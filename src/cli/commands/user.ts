import { generatePassword } from '../../app/create-tenant.ts';
import { addUser, resetPassword } from '../../features/users/index.ts';
import { Conflict } from '../../kit/errors.ts';
import { audit } from '../audit.ts';
import { withTenant } from '../command-context.ts';
import { printJson, warn } from '../output.ts';
import { checkInput } from '../user-input.ts';

export interface UserAddOptions {
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly password?: string;
  readonly json?: boolean;
}

export async function userAdd(slug: string, options: UserAddOptions): Promise<void> {
  const name = checkInput('name', '--name', options.name);
  const email = checkInput('email', '--email', options.email);
  const password = passwordOf(options);
  await withTenant(slug, async ({ landlord }, scope) => {
    const { role } = options;
    const id = await addUser(scope, { name, email, password, role, teamIds: [] }).catch(error => {
      if (error?.code !== 'email_taken') throw error;
      throw new Conflict(
        `--email: ${email} is a user of "${slug}" already. For a new password: concierge user reset-password ${slug} ${email}`,
      );
    });
    if (options.json) printJson({ user: { id, email, name, role }, password });
    else {
      console.log(`User ${email} (${role}) is added to ${slug}. The password is shown this once.`);
      console.log(`  Password  ${password}`);
    }
    await audit(landlord, 'user.add', scope.tenant.id, { userId: id, role });
  });
}

export async function userResetPassword(
  slug: string,
  emailGiven: string,
  options: { readonly password?: string; readonly json?: boolean },
): Promise<void> {
  const email = checkInput('email', 'email', emailGiven);
  const password = passwordOf(options);
  await withTenant(slug, async ({ landlord }, scope) => {
    const { userId, isActive } = await resetPassword(scope, email, password);
    if (!isActive) warn(`${email} is deactivated and cannot sign in until an administrator changes that.`);
    if (options.json) printJson({ user: { id: userId, email }, password });
    else {
      console.log(`${email} has a new password, shown this once. All sessions are ended.`);
      console.log(`  Password  ${password}`);
    }
    await audit(landlord, 'user.reset_password', scope.tenant.id, { userId });
  });
}

function passwordOf({ password }: { readonly password?: string }): string {
  return password === undefined ? generatePassword() : checkInput('password', '--password', password);
}
