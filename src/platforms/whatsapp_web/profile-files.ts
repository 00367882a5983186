import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProfileFile } from './profile-archive.ts';

/**
 * What of a browser's profile holds a linked device: keys, chats and messages lie in IndexedDB, settings in the local
 * storage. The rest is made anew.
 */
const kept = ['Default/IndexedDB', 'Default/Local Storage'] as const;
/** Of this process of the browser only. */
const passing: ReadonlySet<string> = new Set(['LOCK', 'LOG', 'LOG.old']);
const mostBytes = 512 * 1024 * 1024;
const attempts = 5;

interface Found {
  readonly path: string;
  readonly size: number;
  readonly changedAt: number;
}

/** The profile is larger than any that is worth keeping. */
export class ProfileTooLarge extends Error {
  override readonly name = 'ProfileTooLarge';
}

/**
 * Reads what must be kept, also while the browser runs. It only ever appends to its files or replaces them by others: when
 * the same files are there afterwards, what was read fits together. Throws when they never are.
 */
export async function readProfileFiles(directory: string): Promise<readonly ProfileFile[]> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await listFiles(directory);
    if (before.reduce((sum, file) => sum + file.size, 0) > mostBytes)
      throw new ProfileTooLarge('it has grown too large to be kept.');
    const files = await readAll(directory, before);
    const after = await listFiles(directory);
    if (files !== undefined && namesOf(before) === namesOf(after)) return files;
    await delay(200 * attempt);
  }
  throw new Error('The profile never stood still.');
}

const namesOf = (files: readonly Found[]) => files.map(file => file.path).join('\n');

/** `undefined` when one was taken away meanwhile. */
async function readAll(
  directory: string,
  files: readonly Found[],
): Promise<readonly ProfileFile[] | undefined> {
  const read: ProfileFile[] = [];
  for (const { path } of files) {
    const content = await readFile(join(directory, path)).catch(unlessMissing);
    if (content === undefined) return undefined;
    read.push({ path, content });
  }
  return read;
}

async function listFiles(directory: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  const walk = async (folder: string) => {
    const entries = (await readdir(folder, { withFileTypes: true }).catch(unlessMissing)) ?? [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile() && !passing.has(entry.name)) {
        const stats = await lstat(path).catch(unlessMissing);
        if (stats)
          found.push({
            path: relative(directory, path).split(sep).join('/'),
            size: stats.size,
            changedAt: stats.mtimeMs,
          });
      }
    }
  };
  for (const folder of kept) await walk(join(directory, folder));
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

/** Lays saved files into a folder that holds nothing yet. */
export async function writeProfileFiles(directory: string, files: readonly ProfileFile[]): Promise<void> {
  for (const { path, content } of files) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeFile(target, content, { mode: 0o600, flag: 'wx' });
  }
}

/** Resolves when nothing has changed for `quietMs`, and after `withinMs` at the latest. */
export async function untilQuiet(directory: string, quietMs: number, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  let before = await stateOf(directory);
  while (Date.now() < end) {
    await delay(quietMs);
    const now = await stateOf(directory);
    if (now === before) return;
    before = now;
  }
}

async function stateOf(directory: string): Promise<string> {
  return JSON.stringify(await listFiles(directory));
}
