import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../../kit/errors.ts';
import { errorCode } from './errno.ts';

/** `<DATA_DIR>/postgres.json`: what people and later starts want to know of the server. */
export interface ServerRecord {
  /** Null once it was stopped in order. */
  readonly pid: number | null;
  readonly port: number;
  readonly version: string;
  readonly startedAt: string;
}

export async function readServerRecord(dataDir: string): Promise<ServerRecord | undefined> {
  try {
    const value = JSON.parse(await readFile(recordPath(dataDir), 'utf8')) as Partial<ServerRecord> | null;
    return typeof value?.port === 'number' ? (value as ServerRecord) : undefined;
  } catch {
    // Lost or damaged, it costs only the kept port.
    return undefined;
  }
}

export async function writeServerRecord(dataDir: string, record: ServerRecord): Promise<void> {
  await replaceFile(recordPath(dataDir), `${JSON.stringify(record, null, 2)}\n`);
}

/** The superuser's password, made on first use and known from then on. Throws SetupError. */
export async function readOrMakePassword(dataDir: string, doesClusterExist: boolean): Promise<string> {
  const path = join(dataDir, 'postgres-password');
  let text: string | undefined;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      throw new SetupError(`Cannot read ${path} (${errorCode(error)}). Start as the user that owns it.`);
    }
  }
  if (text) return text;
  if (doesClusterExist) {
    throw new SetupError(
      `The password of the embedded Postgres is gone (${path}). ` +
        'Put the file back from a backup, or set DATA_DIR to another folder to begin with an empty one.',
    );
  }
  const password = randomBytes(24).toString('base64url');
  await replaceFile(path, `${password}\n`);
  return password;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function recordPath(dataDir: string): string {
  return join(dataDir, 'postgres.json');
}
