import { hash, verify } from '@node-rs/argon2';

/** Argon2id with the parameters that OWASP's password storage page gives: 19 MiB, 2 rounds, 1 lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, parameters);
}
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, password);
}
let decoy: Promise<string> | undefined;
/** Takes as long as a real check: whether an account exists must not show in the time that the answer takes. */
export async function verifyNothing(password: string): Promise<false> {
  decoy ??= hashPassword('nobody has this password');
  await verify(await decoy, password);
  return false;
}
