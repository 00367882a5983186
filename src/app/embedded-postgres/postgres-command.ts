import { spawn } from 'node:child_process';
import type { PostgresUser } from './unprivileged-user.ts';

/**
 * What every program of Postgres runs with: nothing of the operator's shell (its PG… variables and its
 * locale would change the cluster), in a folder that every user may enter.
 */
export function commandOptions(user: PostgresUser | undefined) {
  return {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  };
}

export interface CommandResult {
  /** Null when a signal ended it or it could not be started at all. */
  readonly exitCode: number | null;
  readonly output: string;
}

/** Never rejects: a program that cannot be started gives its reason as output. */
export function runCommand(
  command: string,
  parameters: readonly string[],
  user: PostgresUser | undefined,
): Promise<CommandResult> {
  return new Promise(resolve => {
    const child = spawn(command, parameters, { ...commandOptions(user), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', chunk => {
      output += chunk;
    });
    child.stderr.on('data', chunk => {
      output += chunk;
    });
    child.on('error', error => resolve({ exitCode: null, output: error.message }));
    child.on('close', exitCode => resolve({ exitCode, output: output.trim() }));
  });
}

/** Whether that user may enter the folder. Asked of the system, because modes alone know nothing of ACLs. */
export async function canEnter(folder: string, user: PostgresUser | undefined): Promise<boolean> {
  return (await runCommand('/bin/sh', ['-c', 'cd "$0"', folder], user)).exitCode === 0;
}
