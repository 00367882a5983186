import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** A process id alone is soon given to another process; with its start time it names one process for ever. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Undefined when no such process lives. A zombie does not live: it waits for a parent that may never ask. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === 'linux' ? await startFromProc(pid) : await startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export async function isSameProcessAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.startedAt === identity.startedAt;
}

/** The command line, arguments separated by spaces; undefined when there is none to see. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  const text = await readOptional(`/proc/${pid}/cmdline`);
  return text?.replaceAll('\0', ' ').trim();
}

async function startFromProc(pid: number): Promise<string | undefined> {
  const stat = await readOptional(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold anything; what follows the last one is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  const ticksSinceBoot = fields[19];
  const boot = (await readOptional('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
  return `${boot}/${ticksSinceBoot}`;
}

async function startFromPs(pid: number): Promise<string | undefined> {
  const state = await ps(pid, 'state=');
  if (state === undefined || state.startsWith('Z')) return undefined;
  return ps(pid, 'lstart=');
}

function ps(pid: number, column: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    execFile('ps', ['-ww', '-o', column, '-p', String(pid)], { env: environment }, (error, stdout) => {
      const text = stdout.trim();
      resolve(error !== null || text === '' ? undefined : text);
    });
  });
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
