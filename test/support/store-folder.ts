import { readdir } from 'node:fs/promises';

/** The files in a folder and all folders in it, by their paths. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath.slice(folder.length + 1)}/${entry.name}`)
    .sort();
}
