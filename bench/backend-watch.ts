import { type ConnectionTarget, Session } from '../src/db/session.ts';

export interface BackendWatch {
  /** The most backends that were there at one time. */
  stop(): Promise<number>;
}

const EVERY_MS = 200;

/** Counts the server's backends of one application name until it is stopped. */
export async function watchBackends(
  superuser: ConnectionTarget,
  applicationName: string,
): Promise<BackendWatch> {
  const session = await Session.connect(superuser, 'bench');
  let most = 0;
  let reading: Promise<void> | undefined;
  const read = async () => {
    const [row] = await session.query<{ n: number }>(
      'SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = $1',
      [applicationName],
    );
    most = Math.max(most, row?.n ?? 0);
  };
  const timer = setInterval(() => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await reading;
      await session.close();
      return most;
    },
  };
}
