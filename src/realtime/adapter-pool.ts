import type pg from 'pg';

/**
 * The pool as the socket adapter may have it: one statement at a time, because what it tells other processes must not
 * overtake itself on two connections, and with its places given back. The adapter listens on one connection, takes another one when that ends and
 * never gives the old one back: each restart of Postgres would cost the pool a place, until nobody got a connection any
 * more and the pool could not be closed.
 */
export function adapterPool(pool: pg.Pool): pg.Pool {
  let listening: pg.PoolClient | undefined;

  /** Whoever asks for a connection has given up the one before, even if it did not say so. */
  function dismiss(client: pg.PoolClient): void {
    if (listening !== client) return;
    listening = undefined;
    client.removeAllListeners('end');
    client.release(true);
  }

  let last: Promise<unknown> = Promise.resolve();

  const lent = {
    query(text: string, values?: unknown[]) {
      const result = last.then(() => pool.query(text, values));
      last = result.catch(() => undefined);
      return result;
    },
    async connect() {
      const client = await pool.connect();
      if (listening) dismiss(listening);
      listening = client;
      // The adapter's own listener for this comes later and must be heard: this one only returns the place.
      client.once('end', () => queueMicrotask(() => dismiss(client)));
      return client;
    },
  };
  // It uses nothing else of a pool.
  return lent as unknown as pg.Pool;
}
