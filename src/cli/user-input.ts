import { createUser } from '../contract/people.ts';
import { ValidationError } from '../kit/errors.ts';

const { name, email, password } = createUser.body.shape;
const schemas = { name, email, password };

/** What the API would refuse, a command refuses too, and names the flag. Returns what was given, trimmed. */
export function checkInput(kind: keyof typeof schemas, flag: string, value: string): string {
  const result = schemas[kind].safeParse(value);
  if (result.success) return result.data;
  // A password does not belong into a terminal's history of errors.
  const shown = kind === 'password' ? '' : ` "${value}"`;
  throw new ValidationError(`${flag}${shown}: ${result.error.issues.map(issue => issue.message).join(' ')}`);
}
