import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { OpenLine } from '../../src/platforms/adapter.ts';
import { openWebLine } from '../../src/platforms/whatsapp_web/open-web-line.ts';
import type { MemoryHost } from './whatsapp-web-host.ts';

export const fakeProgram = new URL('./whatsapp-web-fake-process.ts', import.meta.url);
export const pageProgram = new URL('./whatsapp-web-page-process.ts', import.meta.url);

/** A line whose session is the fake program, which does these steps. */
export function openFakeLine(host: MemoryHost, ...steps: readonly string[]): Promise<OpenLine> {
  return openWebLine(host, { program: fakeProgram, browser: async () => ({ path: 'fake', args: steps }) });
}

export interface MachineProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}
/** Every process that runs (Linux). */
export async function processes(): Promise<readonly MachineProcess[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async pid => {
      const [stat, command] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === undefined || state === 'Z'
        ? []
        : [{ pid: Number(pid), parent: Number(parent), command: command.replaceAll('\0', ' ') }];
    }),
  );
  return found.flat();
}

/** Of these processes' children, and theirs. */
export async function descendantsOf(pid: number): Promise<readonly MachineProcess[]> {
  const all = await processes();
  const below = (parent: number): readonly MachineProcess[] =>
    all.filter(one => one.parent === parent).flatMap(one => [one, ...below(one.pid)]);
  return below(pid);
}

/** Folders of sessions on this machine. */
export async function sessionFolders(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter(name => name.startsWith('concierge-whatsapp-'));
}
