import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../kit/errors.ts';
import { generateKey, parseMasterKey } from './key-ring.ts';
import { MasterKeys } from './secrets.ts';

export interface MasterKeySource {
  readonly dataDir: string;
  readonly masterKey?: Buffer;
  readonly previousMasterKey?: Buffer;
}

/**
 * The keys from the environment; without them those in DATA_DIR (`master-key`, and `master-key.previous`
 * while a rotation is under way), where the first start makes one. Throws SetupError.
 */
export function loadMasterKeys({ dataDir, masterKey, previousMasterKey }: MasterKeySource): MasterKeys {
  if (masterKey !== undefined) return new MasterKeys(masterKey, previousMasterKey);
  const path = currentPath(dataDir);
  try {
    mkdirSync(dataDir, { recursive: true });
    if (readKey(path) === undefined) createKeyFile(path);
    const current = readKey(path);
    if (current === undefined) throw new SetupError(`${path} vanished while it was read. Start again.`);
    return new MasterKeys(current, readKey(previousPath(dataDir)));
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `Cannot keep the master key at ${path} (${reasonOf(error)}). Let this user write to DATA_DIR or set MASTER_KEY.`,
      { cause: error },
    );
  }
}

/**
 * A new key in `master-key`, the present one in `master-key.previous`. Called again before
 * `finishMasterKeyRotation` it changes nothing, so that a rotation can be resumed.
 */
export function beginMasterKeyRotation(dataDir: string): MasterKeys {
  const path = currentPath(dataDir);
  const current = readKey(path);
  if (current === undefined) throw new SetupError(`There is no master key at ${path} to rotate.`);
  const previous = readKey(previousPath(dataDir));
  // Both files hold the same key when a former attempt ended between the two writes.
  if (previous !== undefined && !previous.equals(current)) return new MasterKeys(current, previous);
  const next = generateKey();
  replaceKeyFile(previousPath(dataDir), current);
  replaceKeyFile(path, next);
  return new MasterKeys(next, current);
}

/** Forgets the previous key. Only once nothing is sealed with it any more. */
export function finishMasterKeyRotation(dataDir: string): void {
  rmSync(previousPath(dataDir), { force: true });
}

function currentPath(dataDir: string): string {
  return join(dataDir, 'master-key');
}

function previousPath(dataDir: string): string {
  return join(dataDir, 'master-key.previous');
}

function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const key = parseMasterKey(text.trim());
  if (key === undefined) {
    throw new SetupError(
      `${path} does not hold a master key (32 bytes in base64). Put it back from a backup.`,
    );
  }
  return key;
}

/** Linked into place, so that of two first starts one key wins and nobody reads half a file. */
function createKeyFile(path: string): void {
  const draft = writeDraft(path, generateKey());
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function replaceKeyFile(path: string, key: Buffer): void {
  renameSync(writeDraft(path, key), path);
}

function writeDraft(path: string, key: Buffer): string {
  const draft = `${path}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  chmodSync(draft, 0o600);
  return draft;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
