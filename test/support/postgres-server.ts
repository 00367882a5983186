/**
 * A process of its own that holds a throw-away Postgres: it prints the server's URL on one line and stops when its
 * stdin ends, so that it outlives nobody, however the process that started it came to its end.
 */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { startEmbeddedPostgres } from '../../src/app/embedded-postgres/index.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { makeTemporaryDataDir } from './temporary-data-dir.ts';

/** Room for the test files that run side by side, each with pools of its own. */
const CONNECTION_BUDGET = 240;
const MEMORY_FOLDER = '/dev/shm';
const MEMORY_NEEDED_BYTES = 4 * 2 ** 30;

const ended = new Promise<void>(resolve => {
  process.stdin.once('end', resolve).once('error', () => resolve());
  process.stdin.resume();
  process.once('SIGTERM', () => resolve());
});
// Ctrl-C reaches every process of the terminal; the one that started us decides when we are no longer needed.
process.on('SIGINT', () => undefined);

/** Copying a template makes some hundred files, which is many times faster in memory. */
async function hasRoomInMemory(): Promise<boolean> {
  const space = await statfs(MEMORY_FOLDER).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize > MEMORY_NEEDED_BYTES;
}

async function startIn(parent: string) {
  const folder = await makeTemporaryDataDir(0o755, parent);
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir: folder.path,
      connectionBudget: CONNECTION_BUDGET,
      durability: 'none',
      log: createLogger('warn'),
    });
    return {
      url: postgres.superuserUrl,
      stop: () => postgres.stop().finally(() => folder.remove()),
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

// A folder in memory may forbid programs (as in containers); then Postgres cannot run from there.
const inMemory = (await hasRoomInMemory()) ? await startIn(MEMORY_FOLDER).catch(() => undefined) : undefined;
const postgres = inMemory ?? (await startIn(tmpdir()));
process.stdout.on('error', () => undefined);
console.log(postgres.url);
await ended;
await postgres.stop();
process.exit();
