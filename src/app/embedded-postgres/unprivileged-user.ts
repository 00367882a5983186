import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SetupError } from '../../kit/errors.ts';
import { reasonOf } from './errno.ts';

const run = promisify(execFile);
const NAME = 'postgres';
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** Whom Postgres runs as. Undefined everywhere: as ourselves. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root, so as root another user runs it: the owner of an existing cluster (made
 * before somebody used sudo), else `postgres`, which is created where it is missing. Throws SetupError.
 */
export async function choosePostgresUser(clusterPath: string): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await ownerOf(clusterPath);
  if (owner !== undefined && owner.uid !== 0) return owner;
  for (const name of [NAME, `_${NAME}`]) {
    const found = await findUser(name);
    if (found !== undefined) return found;
  }
  await createUser();
  const created = await findUser(NAME);
  if (created === undefined) throw cannotCreate('the new user cannot be found');
  return created;
}

async function ownerOf(path: string): Promise<PostgresUser | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

async function findUser(name: string): Promise<PostgresUser | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async flag => Number((await run('id', [flag, name], { env: ENVIRONMENT })).stdout)),
    );
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<void> {
  const shell = '/sbin/nologin';
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', shell, NAME]],
    ['adduser', ['--system', '--group', '--no-create-home', '--shell', shell, NAME]],
    ['adduser', ['-S', '-D', '-H', '-s', shell, NAME]],
  ];
  let failure: unknown;
  for (const [command, parameters] of attempts) {
    try {
      await run(command, [...parameters], { env: ENVIRONMENT });
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw cannotCreate(reasonOf(failure));
}

function cannotCreate(reason: string): SetupError {
  return new SetupError(
    `Postgres does not run as root and the user "${NAME}" could not be made (${reason}). ` +
      'Create that user, start as another user than root, or set LANDLORD_DATABASE_URL.',
  );
}
