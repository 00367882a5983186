import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './errno.ts';
import { commandLineOf, identifyProcess, type ProcessIdentity } from './process-identity.ts';

/** What Postgres writes of itself into `postmaster.pid`. */
export interface Postmaster {
  readonly identity: ProcessIdentity;
  /** Undefined in the first moments of a start. */
  readonly port?: number;
  readonly isReady: boolean;
}

/** The living server of this cluster, if there is one. A process that merely got its former pid is not taken for it. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = await readLines(cluster);
  const pid = Number(lines?.[0]);
  if (lines === undefined || !Number.isInteger(pid) || pid <= 1) return undefined;
  const identity = await identifyProcess(pid);
  if (identity === undefined || !isServerOf(cluster, await commandLineOf(pid))) return undefined;
  const port = Number(lines[3]);
  return { identity, port: port > 0 ? port : undefined, isReady: lines[7]?.trim() === 'ready' };
}

/**
 * Postgres refuses to start while the pid in a left-over `postmaster.pid` belongs to any process of its user,
 * but takes its own parent's pid for a left-over. So ours is written there. The file itself stays: Postgres
 * reads in it which shared memory to look at for backends that outlived their server.
 * Only to be called when `findPostmaster` found none.
 */
export async function disarmStalePidFile(cluster: string): Promise<void> {
  const lines = await readLines(cluster);
  if (lines === undefined) return;
  lines[0] = String(process.pid);
  await writeFile(pidFile(cluster), lines.join('\n'));
}

function isServerOf(cluster: string, commandLine: string | undefined): boolean {
  if (commandLine === undefined) return false;
  return commandLine.includes('postgres') && ` ${commandLine} `.includes(` -D ${cluster} `);
}

async function readLines(cluster: string): Promise<string[] | undefined> {
  try {
    return (await readFile(pidFile(cluster), 'utf8')).split('\n');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}
