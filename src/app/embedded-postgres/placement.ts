import { randomUUID } from 'node:crypto';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../../kit/errors.ts';
import { errorCode, reasonOf } from './errno.ts';
import { canEnter, runCommand } from './postgres-command.ts';
import type { PostgresUser } from './unprivileged-user.ts';

/** Where root puts what the unprivileged user cannot reach in DATA_DIR. */
const SHELTER = '/var/lib/concierge';

export interface Placement {
  /** DATA_DIR without links. */
  readonly dataDir: string;
  /** Holds the cluster, is reachable by the Postgres user, and is not DATA_DIR itself. */
  readonly clusterParent: string;
  /** The cluster's real path; it may not exist yet. */
  readonly cluster: string;
}

export const CLUSTER_LINK = 'postgres';
const BINARIES_LINK = 'postgres-binaries';
const OWNER_NOTE = 'data-dir';

/** DATA_DIR, made if it is missing, without links. Throws SetupError. */
export async function prepareDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    const real = await realpath(dataDir);
    if (!(await stat(real)).isDirectory()) throw new Error('it is not a folder');
    // Asked by doing it: modes alone know nothing of ACLs and read-only mounts.
    const probe = join(real, `.probe-${randomUUID()}`);
    await mkdir(probe);
    await rm(probe, { recursive: true });
    return real;
  } catch (error) {
    throw new SetupError(
      `Cannot write to the data folder ${dataDir} (${errorCode(error) ?? reasonOf(error)}). ` +
        'Give it to the user that starts Concierge, or set DATA_DIR to another folder.',
      { cause: error },
    );
  }
}

/**
 * Finds or makes the place of the cluster: `<DATA_DIR>/postgres/cluster`, or, where the Postgres user cannot
 * reach that, a folder of its own elsewhere to which `<DATA_DIR>/postgres` is a link. A folder that became
 * unreachable later is moved there. Only folders that we made ever change their mode or owner.
 */
export async function placeCluster(dataDir: string, user: PostgresUser | undefined): Promise<Placement> {
  const entry = join(dataDir, CLUSTER_LINK);
  const kind = await kindOf(entry);
  if (kind === 'missing') {
    if (user === undefined || (await canEnter(dataDir, user))) await mkdir(entry, { mode: 0o700 });
    else await symlink(await makeShelter(user), entry);
  }
  let clusterParent = await resolveEntry(entry);
  if (user !== undefined) {
    await giveTo(clusterParent, user);
    if (!(await canEnter(clusterParent, user))) {
      clusterParent = await moveToShelter(entry, clusterParent, user);
      await giveTo(clusterParent, user);
    }
  }
  if (clusterParent.startsWith(`${SHELTER}/`)) await noteOwner(clusterParent, dataDir);
  return { dataDir, clusterParent, cluster: join(clusterParent, 'cluster') };
}

/** Where a copy of the binaries may lie so that `user` can run it. */
export async function placeBinaries(dataDir: string, user: PostgresUser | undefined): Promise<string> {
  const entry = join(dataDir, BINARIES_LINK);
  if ((await kindOf(entry)) === 'link') return resolveEntry(entry);
  if (user === undefined || (await canEnter(dataDir, user))) {
    await mkdir(entry, { recursive: true });
    if (user !== undefined) await chmod(entry, 0o755);
    return entry;
  }
  await rm(entry, { recursive: true, force: true });
  // One copy serves every DATA_DIR of this machine.
  const shared = join(SHELTER, 'binaries');
  await makeOpenFolder(SHELTER);
  await makeOpenFolder(shared);
  await symlink(shared, entry);
  return shared;
}

async function makeShelter(user: PostgresUser): Promise<string> {
  await makeOpenFolder(SHELTER);
  if (!(await canEnter(SHELTER, user))) {
    throw new SetupError(
      `Postgres's own user cannot enter ${SHELTER}. Let every user pass it, or set DATA_DIR to a folder that every user may enter.`,
    );
  }
  const folder = join(SHELTER, randomUUID());
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** So that an operator learns which DATA_DIR a folder in the shelter belongs to, also when that one is gone. */
async function noteOwner(shelter: string, dataDir: string): Promise<void> {
  await writeFile(join(shelter, OWNER_NOTE), `${dataDir}\n`).catch(() => undefined);
}

/** Folders in the shelter whose DATA_DIR is gone or leads elsewhere by now. */
export async function findOrphans(): Promise<{ folder: string; dataDir: string | undefined }[]> {
  const orphans: { folder: string; dataDir: string | undefined }[] = [];
  for (const name of await readdir(SHELTER).catch(() => [])) {
    const folder = join(SHELTER, name);
    if ((await kindOf(join(folder, 'cluster')).catch(() => 'missing')) === 'missing') continue;
    const dataDir = (await readFile(join(folder, OWNER_NOTE), 'utf8').catch(() => '')).trim() || undefined;
    const leadsTo = dataDir && (await realpath(join(dataDir, CLUSTER_LINK)).catch(() => undefined));
    if (leadsTo !== folder) orphans.push({ folder, dataDir });
  }
  return orphans;
}

/** Made by us, so it may be opened against a strict umask; one that stood there keeps its mode. */
async function makeOpenFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o755 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw new SetupError(
      `Cannot make ${path} for Postgres's own user (${errorCode(error)}). ` +
        'Set DATA_DIR to a folder that every user may enter.',
    );
  }
  await chmod(path, 0o755);
}

async function moveToShelter(entry: string, from: string, user: PostgresUser): Promise<string> {
  if ((await kindOf(entry)) === 'link') {
    throw new SetupError(
      `Postgres's own user cannot enter ${from}, to which ${entry} leads. Let every user pass the folders above it.`,
    );
  }
  const shelter = await makeShelter(user);
  await rm(shelter, { recursive: true });
  try {
    await rename(from, shelter);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    await cp(from, shelter, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(from, `${from}.moved`);
  }
  await symlink(shelter, entry);
  await rm(`${from}.moved`, { recursive: true, force: true });
  return shelter;
}

async function giveTo(folder: string, user: PostgresUser): Promise<void> {
  if ((await stat(folder)).uid === user.uid) return;
  const result = await runCommand('chown', ['-R', `${user.uid}:${user.gid}`, folder], undefined);
  if (result.exitCode !== 0) {
    throw new SetupError(`Cannot give ${folder} to Postgres's own user: ${result.output.split('\n', 1)[0]}.`);
  }
}

async function resolveEntry(entry: string): Promise<string> {
  try {
    return await realpath(entry);
  } catch (error) {
    throw new SetupError(
      `${entry} leads nowhere (${errorCode(error)}): the database was moved or removed. ` +
        'Put it back, or remove that link to begin with an empty one.',
    );
  }
}

async function kindOf(path: string): Promise<'missing' | 'link' | 'folder'> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'folder';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'missing';
    throw error;
  }
}
