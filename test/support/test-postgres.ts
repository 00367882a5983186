import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ConnectionTarget, Session } from '../../src/db/session.ts';
import { parseTarget } from '../../src/landlord/landlord.ts';

let ownServer: Promise<string> | undefined;

/** A file run by hand has no server of the whole run: it gets one that stops when this process ends. */
function startOwnServer(): Promise<string> {
  const script = fileURLToPath(new URL('./postgres-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', '--import=tsx', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`The Postgres for this test did not start (${code}).`)));
    createInterface({ input: child.stdout }).once('line', url => {
      child.unref();
      // The streams of a child are sockets; typed as streams, they hide that they can be unreferenced.
      for (const stream of [child.stdin, child.stdout])
        if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
      resolve(url);
    });
  });
}

/** The superuser's way to the database `postgres` of the server that the tests use. */
export async function testPostgres(): Promise<ConnectionTarget> {
  if (process.env.TEST_POSTGRES_URL) return parseTarget(process.env.TEST_POSTGRES_URL);
  ownServer ??= startOwnServer();
  return parseTarget(await ownServer);
}

/** Runs `work` as superuser, in `database` or in `postgres`. */
export async function asSuperuser<T>(
  work: (session: Session) => Promise<T>,
  database = 'postgres',
): Promise<T> {
  const session = await Session.connect({ ...(await testPostgres()), database }, 'test superuser');
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
