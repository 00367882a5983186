import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../../kit/errors.ts';
import type { PostgresBinaries } from './binaries.ts';
import { errorCode } from './errno.ts';
import { commandOptions } from './postgres-command.ts';
import { findPostmaster, type Postmaster } from './postmaster.ts';
import { isSameProcessAlive, type ProcessIdentity } from './process-identity.ts';
import type { PostgresUser } from './unprivileged-user.ts';

const POLL_MS = 15;
/** Recovery after a crash reads at most max_wal_size of log; slow disks get their time. */
const START_PATIENCE_MS = 600_000;
const FAST_STOP_PATIENCE_MS = 30_000;
const IMMEDIATE_STOP_PATIENCE_MS = 15_000;

export interface LaunchOptions {
  readonly binaries: PostgresBinaries;
  readonly cluster: string;
  readonly port: number;
  readonly settings: readonly string[];
  readonly user: PostgresUser | undefined;
  readonly logFile: string;
}

/** The server ended while it started. `isPassing`: the same may work in a moment or on another port. */
export class LaunchFailed extends Error {
  override readonly name = 'LaunchFailed';
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/**
 * For glibc: a backend that gives its few hundred kilobytes back after each statement gets them zeroed anew, page by page,
 * for the next one, which is a good part of what a short statement costs: see docs/performance.md. Others ignore it.
 */
const KEEP_MEMORY = { MALLOC_TRIM_THRESHOLD_: '8388608', MALLOC_TOP_PAD_: '262144' };

/**
 * Starts the server in a session of its own: Ctrl-C in the terminal reaches us and not it, and its output goes
 * to a file because a pipe would break with our end. Resolves once it accepts connections. Throws LaunchFailed.
 */
export async function launchServer(options: LaunchOptions): Promise<Postmaster> {
  const { binaries, cluster, port, settings, user, logFile } = options;
  const log = openSync(logFile, 'a', 0o600);
  const command = commandOptions(user);
  const child = spawn(binaries.postgres, ['-D', cluster, '-p', String(port), ...settings], {
    ...command,
    env: { ...command.env, ...KEEP_MEMORY },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', error => {
    ended = error.message;
  });
  child.once('exit', (exitCode, signal) => {
    ended ??= `it ended with ${signal ?? `exit code ${exitCode}`}`;
  });
  child.unref();

  const deadline = Date.now() + START_PATIENCE_MS;
  while (Date.now() < deadline) {
    const postmaster = await findPostmaster(cluster);
    if (postmaster?.isReady && postmaster.identity.pid === child.pid) return postmaster;
    if (ended !== undefined) throw await launchFailure(ended, logFile, child.pid);
    await delay(POLL_MS);
  }
  throw new LaunchFailed(`it was not ready after ${START_PATIENCE_MS / 60_000} minutes`, false);
}

/** Begins the log anew. Called at a start of ours, not when the server is started again after its own end. */
export async function truncateLog(logFile: string): Promise<void> {
  try {
    await truncate(logFile, 0);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/**
 * Ends the server: clients are cut off and everything is written (fast), and when that takes too long it stops
 * at once and recovers at its next start (immediate). Resolves when the process is gone. Throws SetupError.
 */
export async function stopServer(identity: ProcessIdentity): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_STOP_PATIENCE_MS],
    ['SIGQUIT', IMMEDIATE_STOP_PATIENCE_MS],
  ] as const) {
    if (!(await isSameProcessAlive(identity))) return;
    try {
      process.kill(identity.pid, signal);
    } catch (error) {
      if (errorCode(error) === 'ESRCH') return;
      throw new SetupError(
        `This user may not stop the embedded Postgres (pid ${identity.pid}). Stop it as the user that started it.`,
      );
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!(await isSameProcessAlive(identity))) return;
      await delay(POLL_MS);
    }
  }
  throw new SetupError(
    `The embedded Postgres (pid ${identity.pid}) does not stop. Look into its log, then end it with kill -KILL ${identity.pid}.`,
  );
}

async function launchFailure(ended: string, logFile: string, pid: number | undefined): Promise<LaunchFailed> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  // Our server's lines carry its pid; earlier attempts are in the same file.
  const own = text.split('\n').filter(line => line.includes(`[${pid}]`));
  const complaint = own.findLast(line => /\b(FATAL|PANIC):/.test(line)) ?? own.at(-1);
  const reason = complaint?.replace(/^.*?\b(?:FATAL|PANIC|LOG):\s*/, '').trim() ?? ended;
  const isPassing = own.some(line => /shared memory block|could not bind|Address already in use/i.test(line));
  return new LaunchFailed(reason, isPassing || /could not create any TCP\/IP sockets/.test(reason));
}
