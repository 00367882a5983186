import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../../kit/errors.ts';
import { errorCode } from './errno.ts';
import { identifyProcess, isSameProcessAlive, type ProcessIdentity } from './process-identity.ts';

const PATIENCE_MS = 90_000;
const POLL_MS = 40;
/** A holder writes right after it creates the file: one that is still unreadable after this long died in between. */
const UNREADABLE_IS_STALE_AFTER_MS = 5_000;

interface Holder extends ProcessIdentity {
  readonly token: string;
}

/**
 * Runs `work` while no other process starts, joins or stops the Postgres of this folder. The lock is a file
 * made exclusively; a holder that died is known by its pid and start time and is set aside. Should two
 * processes ever set aside at the same instant, Postgres's own lock on its data folder still lets only one in.
 */
export async function withStartLock<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  const path = join(dataDir, 'instance.lock');
  const token = await acquire(path);
  try {
    return await work();
  } finally {
    if ((await readHolder(path))?.token === token) await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<string> {
  const self = await identifyProcess(process.pid);
  const holder: Holder = { pid: process.pid, startedAt: self?.startedAt ?? '', token: randomUUID() };
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
      return holder.token;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    await setAsideIfStale(path);
    if (Date.now() > deadline) {
      const pid = (await readHolder(path))?.pid ?? 'unknown';
      throw new SetupError(
        `Process ${pid} has held ${path} for ${PATIENCE_MS / 1000} s. Stop it, or wait until it is done, and start again.`,
      );
    }
    await delay(POLL_MS);
  }
}

async function setAsideIfStale(path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder === undefined) {
    const age = await ageMs(path);
    if (age === undefined || age < UNREADABLE_IS_STALE_AFTER_MS) return;
  } else if (await isSameProcessAlive(holder)) {
    return;
  }
  // Only one of several contenders succeeds in moving a given file; the loser may have moved a fresh lock and gives it back.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved !== undefined && moved.token !== holder?.token) {
    await rename(aside, path);
    return;
  }
  await rm(aside, { force: true });
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startedAt, token } = value as Record<string, unknown>;
  return typeof pid === 'number' && typeof startedAt === 'string' && typeof token === 'string';
}

async function ageMs(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
