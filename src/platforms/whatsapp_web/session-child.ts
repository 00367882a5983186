import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { machineVariables, sessionVariables } from './machine-variables.ts';
import { type FromSession, fromSession, type ToSession } from './session-protocol.ts';

/** The program of a session: a file of its own beside this one, also when everything else is bundled. */
export const sessionProgram = new URL(
  import.meta.url.endsWith('.ts') ? './session-process.ts' : './whatsapp-web-session.js',
  import.meta.url,
);
/** Of the process that drives the browser, in megabytes; files are held outside of it. */
const memoryLimit = 256;
const tailLength = 2000;

export interface SessionChild {
  /** False: it has ended, and nothing reaches it any more. */
  send(message: ToSession): boolean;
  /** Ends it and its browser at once. */
  kill(): void;
  /** When it has ended, its browser too, and nothing of it is left on the disk. `said`: the end of its complaints. */
  readonly gone: Promise<{ readonly said: string }>;
}

/** Starts the process of one session. Its browser does not outlive it, and it does not outlive this process. */
export function startSession(
  program: URL,
  directory: string,
  listener: (message: FromSession) => void,
): SessionChild {
  const loader = program.pathname.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = fork(program, [], {
    serialization: 'advanced',
    execArgv: [...loader, `--max-old-space-size=${memoryLimit}`],
    env: sessionVariables(machineVariables()),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let browserPid: number | undefined;
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said = `${said}${data.toString('utf8')}`.slice(-tailLength);
  });
  const kill = () => {
    child.kill('SIGKILL');
    killGroup(browserPid);
  };
  child.on('message', raw => {
    const message = fromSession.safeParse(raw);
    if (!message.success) return kill();
    if (message.data.type === 'browser') browserPid = message.data.pid;
    listener(message.data);
  });
  const gone = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    // Without a process there is no exit.
    child.on('error', () => {
      if (child.pid === undefined) resolve();
    });
  }).then(async () => {
    killGroup(browserPid);
    await removeFolder(directory);
    return { said };
  });
  return { kill, gone, send: message => send(child, message) };
}

function send(child: ChildProcess, message: ToSession): boolean {
  // One that ends with it on its way is told of by its exit.
  if (child.connected) child.send(message, () => undefined);
  return child.connected;
}

/** A browser is the leader of its own group. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Programs that are just ending may still write. */
async function removeFolder(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(
    () => undefined,
  );
}
