import { createServer } from 'node:net';
import { SetupError } from '../../kit/errors.ts';

/** Below the range that systems hand out to outgoing connections, so that a kept port stays free between starts. */
const LOWEST = 20_000;
const HIGHEST = 31_999;
const ATTEMPTS = 50;

/** `preferred` when it is free, else another one. */
export async function findFreePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (await isPortFree(port)) return port;
  }
  throw new SetupError(
    `No free port was found on 127.0.0.1 between ${LOWEST} and ${HIGHEST}. Free one, or allow this process to listen there.`,
  );
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
