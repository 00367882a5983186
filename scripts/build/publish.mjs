import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startTimeOf } from './process-start.mjs';

/** A name no finished file has; with the pid of the build that works in it. */
const workFolder = /^\.building-(\d+)$/;

/** An empty folder inside the part's own, so that the finished files need only be renamed. */
export function makeWorkFolder(folder) {
  const path = join(folder, `.building-${process.pid}`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

/**
 * Moves a finished build into place, file by file: first what carries a hash in its name, then the entry that
 * names them, the stamp last. At every moment the folder holds one whole program, for processes that start and
 * for those that run: the files of the build before stay, because a running server still imports its chunks
 * and an open page still asks for its own.
 */
export function publish(part, root, fingerprint, built) {
  const folder = join(root, part.folder);
  const files = filesIn(built);
  const before = namesIn(join(folder, part.stamp));
  for (const name of files.filter(file => file !== part.entry)) move(built, folder, name);
  move(built, folder, part.entry);
  const stamp = { fingerprint, builtAt: new Date().toISOString(), node: process.version, files };
  writeFileSync(join(built, part.stamp), `${JSON.stringify(stamp, undefined, 2)}\n`);
  move(built, folder, part.stamp);
  prune(folder, new Set([...files, ...before, part.stamp]));
}

function move(from, to, name) {
  mkdirSync(dirname(join(to, name)), { recursive: true });
  renameSync(join(from, name), join(to, name));
}

function prune(folder, wanted) {
  const own = `.building-${process.pid}`;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const builder = workFolder.exec(entry.name)?.[1];
    const isAbandoned =
      builder !== undefined && (entry.name === own || startTimeOf(Number(builder)) === undefined);
    if (isAbandoned) rmSync(join(folder, entry.name), { recursive: true, force: true });
  }
  for (const name of filesIn(folder)) if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
  removeEmptyFolders(folder);
}

/** Paths relative to the folder, with `/`; what begins with a dot at the top is bookkeeping. */
function filesIn(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap(entry => {
    if (prefix === '' && entry.name.startsWith('.')) return [];
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesIn(folder, path) : [path];
  });
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    removeEmptyFolders(path);
    try {
      rmdirSync(path);
    } catch {
      // It holds something.
    }
  }
}

function namesIn(stampPath) {
  try {
    const { files } = JSON.parse(readFileSync(stampPath, 'utf8'));
    return Array.isArray(files) ? files : [];
  } catch {
    return [];
  }
}
