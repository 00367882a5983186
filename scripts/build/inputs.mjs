/**
 * What each part of the program is built from, and whether the build at hand is of these very files.
 * `bin/concierge.mjs` asks before every command: only node builtins here, and nothing slow.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const tooling = ['scripts/build.mjs', 'scripts/build', 'package.json', 'package-lock.json'];

export const serverPart = {
  name: 'server',
  folder: 'dist',
  entry: 'main.js',
  stamp: 'build.json',
  inputs: ['src', 'workers', 'landlord-migrations', 'tenant-migrations', 'tsconfig.json', ...tooling],
};

export const webPart = {
  name: 'web app',
  folder: 'web/dist',
  entry: 'index.html',
  // The server gives this folder to browsers; files with a leading dot are not served.
  stamp: '.build.json',
  inputs: ['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'src/contract', ...tooling],
};

/** Of paths, sizes and modification times: any edit, addition, removal or checkout makes another one. */
export function fingerprintOf(part, root) {
  const hash = createHash('sha1');
  const addFile = path => {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  const addFolder = folder => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      // Editors keep their swap files beside the sources under names with a leading dot.
      if (entry.name.startsWith('.')) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) addFolder(path);
      else if (entry.isFile()) addFile(path);
    }
  };
  for (const input of part.inputs) {
    const kind = statSync(join(root, input), { throwIfNoEntry: false });
    if (kind?.isDirectory()) addFolder(input);
    else if (kind?.isFile()) addFile(input);
  }
  return hash.digest('hex');
}

/** The stamp of the build at hand; undefined when there is none or it lost its entry. */
export function stampOf(part, root) {
  const folder = join(root, part.folder);
  try {
    const stamp = JSON.parse(readFileSync(join(folder, part.stamp), 'utf8'));
    return statSync(join(folder, part.entry)).isFile() ? stamp : undefined;
  } catch {
    return undefined;
  }
}

export function isFresh(part, root) {
  const stamp = stampOf(part, root);
  return stamp !== undefined && stamp.fingerprint === fingerprintOf(part, root);
}
