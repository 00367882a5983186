import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunningChild {
  /** What `ready` matched. */
  readonly match: RegExpExecArray;
  readonly child: ChildProcess;
  /** Asks it to end and waits. Repeatable. */
  stop(): Promise<void>;
}

/** Starts a Node process and resolves when a line of its output matches `ready`. Rejects with its output when it ends before. */
export function startChild(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<RunningChild> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^PG[A-Z]/.test(name)),
  );
  const child = spawn(process.execPath, args, {
    env: { ...inherited, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const kept: string[] = [];
  let isReady = false;
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', line => {
        // A warning of the server under load is part of the result.
        if (isReady && stream === child.stderr) console.error(line);
        else if (isReady) {
          if (/"level":(?:[4-6]0|"(?:warn|error|fatal)")/.test(line)) console.error(line);
        } else kept.push(line);
        const match = isReady ? null : ready.exec(line);
        if (!match) return;
        isReady = true;
        resolve({
          match,
          child,
          stop: async () => {
            child.kill('SIGTERM');
            await ended;
          },
        });
      });
    child.once('error', reject);
    child.once('exit', code => {
      if (!isReady) reject(new Error(`${args.join(' ')} ended with ${code}:\n${kept.join('\n')}`));
    });
  });
}
