import { createHash } from 'node:crypto';
import { type ConnectionTarget, Session } from './session.ts';

/** A lock's key from its name: 63 bits of a hash, as Postgres wants a bigint. */
export function lockKey(name: string): string {
  return (createHash('sha256').update(name).digest().readBigUInt64BE() >> 1n).toString();
}

/**
 * Runs `work` while this process alone holds the lock `name` on that database. Waits for it; the lock is a session's
 * and dies with its connection, so that a crash never leaves it behind. Do not go through a transaction-mode pooler.
 */
export async function withSessionLock<T>(
  target: ConnectionTarget,
  name: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await Session.connect(target, 'concierge lock');
  try {
    await session.query('SELECT pg_advisory_lock($1)', [lockKey(name)]);
    return await work(session);
  } finally {
    await session.close();
  }
}
