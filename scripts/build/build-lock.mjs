import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTimeOf } from './process-start.mjs';

const pollMs = 50;
const patienceMs = 120_000;

/**
 * Runs `work` while no other process builds. The lock only saves work: two builds at once would be right too,
 * since each has a folder of its own and moves finished files. So whoever waits too long simply goes ahead.
 * A holder killed with -9 is known by its pid and start time, and its lock is set aside.
 */
export async function withBuildLock(root, work) {
  const folder = join(root, 'dist');
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, '.build.lock');
  const holder = `${process.pid} ${startTimeOf(process.pid)} ${randomUUID()}`;
  const deadline = Date.now() + patienceMs;
  while (!take(lock, holder) && Date.now() < deadline) {
    if (!setAsideIfDead(lock)) await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    if (read(lock) === holder) rmSync(lock, { force: true });
  }
}

/** A link appears with its content or not at all: nobody reads half a lock. */
function take(lock, holder) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, holder);
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function setAsideIfDead(lock) {
  const holder = read(lock);
  if (holder === undefined) return true;
  const [pid, startTime] = holder.split(' ');
  if (startTimeOf(Number(pid)) === startTime) return false;
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch {
    return true;
  }
  // Another one may have set it aside and taken it since: then that fresh lock goes back to its place.
  if (read(aside) !== holder) renameSync(aside, lock);
  else rmSync(aside, { force: true });
  return true;
}

function read(lock) {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}
