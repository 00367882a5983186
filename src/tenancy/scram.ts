import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/**
 * What Postgres stores for a password (RFC 5803), made here so that the password itself never travels in a statement or a
 * log. Our passwords are 256 random bits: the many iterations that slow down guessing would slow down only ourselves, at
 * every new connection on both sides. See docs/adr/0004.
 */
export function scramVerifier(password: string, iterations = 16): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const key = (label: string) => createHmac('sha256', salted).update(label).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}
