import type { Redis } from 'ioredis';
import { SetupError } from '../kit/errors.ts';
import type { Logger } from '../observability/logger.ts';

/**
 * Opens a connection that was made with `lazyConnect`; later failures are logged. Throws SetupError when Redis does not
 * answer, and then does not try again: a process that cannot start must be able to end.
 */
export async function connectRedis(redis: Redis, log: Logger): Promise<void> {
  let reason: string | undefined;
  const note = (error: NodeJS.ErrnoException) => {
    reason = error.message || error.code;
  };
  redis.on('error', note);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new SetupError(
      `REDIS_URL cannot be reached (${reason ?? (error as Error).message}). Start Redis, or unset REDIS_URL.`,
      { cause: error },
    );
  }
  redis.off('error', note);
  redis.on('error', error => log.warn({ error: error.message }, 'redis'));
}
