import type { PoolClient } from 'pg';
import type { LandlordDb } from '../db/planes.ts';
import type { Logger } from '../observability/logger.ts';
import type { Landlord } from './landlord.ts';

const CHANNEL = 'concierge_news';
const TRY_AGAIN_MS = 1000;

/** Tells every running process that something of this tenant changed behind its back. Only the id travels. */
export async function tellNews(db: LandlordDb, tenantId: string): Promise<void> {
  await db.query('SELECT pg_notify($1, $2)', [CHANNEL, tenantId]);
}

export interface NewsListener {
  close(): Promise<void>;
}

/**
 * Hears news until it is closed. It only hastens: what a process keeps of a tenant grows old by itself, so news that are
 * lost while the connection is taken anew do no harm.
 */
export function listenForNews(
  landlord: Landlord,
  onNews: (tenantId: string) => void,
  log: Logger,
): NewsListener {
  let client: PoolClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function listen(): Promise<void> {
    let taken: PoolClient | undefined;
    try {
      taken = await landlord.pool.connect();
      if (isClosed) return taken.release(true);
      client = taken;
      taken.on('notification', ({ payload }) => payload && onNews(payload));
      taken.once('end', () => lose(taken));
      await taken.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      log.debug({ error }, 'news cannot be heard at the moment');
      lose(taken);
    }
  }
  function lose(lost: PoolClient | undefined): void {
    if (lost !== undefined) {
      // Both its end and its failed statement tell of it.
      if (lost !== client) return;
      client = undefined;
      lost.release(true);
    }
    if (isClosed) return;
    timer = setTimeout(() => {
      listening = listen();
    }, TRY_AGAIN_MS).unref();
  }

  let listening = listen();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await listening;
      const last = client;
      client = undefined;
      last?.release(true);
    },
  };
}
