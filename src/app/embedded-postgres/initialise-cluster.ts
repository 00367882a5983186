import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../../kit/errors.ts';
import type { PostgresBinaries } from './binaries.ts';
import { errorCode } from './errno.ts';
import type { Placement } from './placement.ts';
import { runCommand } from './postgres-command.ts';
import type { Durability } from './server-settings.ts';
import type { PostgresUser } from './unprivileged-user.ts';

export const SUPERUSER = 'postgres';
const DRAFT_PREFIX = 'draft-';

/** Whether a cluster is there that this server can run. Throws SetupError for one that it cannot. */
export async function doesClusterExist(cluster: string, serverVersion?: string): Promise<boolean> {
  let entries: string[];
  try {
    entries = await readdir(cluster);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new SetupError(`Cannot read ${cluster} (${errorCode(error)}). Start as the user that owns it.`);
  }
  if (!entries.includes('PG_VERSION') || !entries.includes('global')) {
    throw new SetupError(
      `${cluster} is not a whole Postgres data folder. Restore it from a backup, or move it away to begin with an empty one.`,
    );
  }
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  const runs = serverVersion?.split('.', 1)[0];
  if (runs !== undefined && made !== runs) {
    throw new SetupError(
      `${cluster} was made by Postgres ${made} and this release brings ${runs}. ` +
        'Back up each tenant with the former release and restore into a new DATA_DIR.',
    );
  }
  return true;
}

export interface InitialiseOptions {
  readonly placement: Placement;
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser | undefined;
  readonly password: string;
  readonly durability: Durability;
}

/**
 * Makes the cluster in a draft folder and renames it into place, so that one whose making was interrupted is
 * never taken for a whole one. The built-in C.UTF-8 provider makes it the same on every machine, whatever
 * locales are installed. Throws SetupError.
 */
export async function initialiseCluster(options: InitialiseOptions): Promise<void> {
  const { placement, binaries, user, password, durability } = options;
  await removeDrafts(placement.clusterParent);
  const draft = join(placement.clusterParent, `${DRAFT_PREFIX}${randomUUID()}`);
  const passwordFile = join(draft, 'password');
  const cluster = join(draft, 'cluster');
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await chown(draft, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const parameters = [
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durability === 'none' ? ['--no-sync'] : []),
  ];
  const result = await runCommand(binaries.initdb, parameters, user);
  if (result.exitCode !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw new SetupError(
      `Cannot make the database in ${placement.clusterParent}: ${complaintOf(result.output)}. ` +
        'Mend that, or set DATA_DIR to another folder.',
      { cause: new Error(result.output) },
    );
  }
  await rename(cluster, placement.cluster);
  await rm(draft, { recursive: true, force: true });
}

/** A folder restored from a backup may stand open; Postgres refuses it until nobody else can read it. */
export async function closeToOthers(cluster: string): Promise<void> {
  await chmod(cluster, 0o700);
}

async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue;
    // An initdb that outlived its killed parent may still be writing there.
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function complaintOf(output: string): string {
  const lines = output.split('\n').filter(line => line !== '');
  const line =
    lines.find(candidate => /error|fatal|panic/i.test(candidate)) ?? lines.at(-1) ?? 'no reason given';
  return line.replace(/^initdb: error: /, '').replace(/\.$/, '');
}
