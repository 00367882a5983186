import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';

/**
 * A saved profile: a mark, the SHA-256 of all that follows, and compressed a list of the files with their contents behind
 * it. What is cut off or changed anywhere does not open.
 */
const mark = Buffer.from('CWA-PROFILE-1\n');
const digestLength = 32;
const lengthOfLength = 4;
const mostBytes = 1024 * 1024 * 1024;

/** What is known of the session beside its files. */
export const profileFacts = z.object({
  account: z.string(),
  /** Milliseconds since 1970. Messages from before are history. */
  pairedAt: z.number().nonnegative(),
  /** Everything until then was delivered. */
  coveredUntil: z.number().nonnegative(),
  /** Messages of ours that WhatsApp Web shows and WhatsApp did not have yet: by these they are known again. */
  onTheirWay: z
    .array(z.object({ correlator: z.string(), externalId: z.string(), at: z.number().nonnegative() }))
    .optional(),
});
export type ProfileFacts = z.infer<typeof profileFacts>;

export interface ProfileFile {
  /** With `/`, from the profile's own folder. */
  readonly path: string;
  readonly content: Buffer;
}
export interface Profile {
  readonly facts: ProfileFacts;
  readonly files: readonly ProfileFile[];
}

/** The archive is not what was saved. */
export class DamagedProfile extends Error {
  override readonly name = 'DamagedProfile';
}

const list = z.object({
  facts: profileFacts,
  files: z.array(z.object({ path: z.string().min(1).max(1000), size: z.number().int().nonnegative() })),
});

export async function packProfile({ facts, files }: Profile): Promise<Buffer> {
  const entries = files.map(({ path, content }) => ({ path, size: content.length }));
  for (const { path } of entries) refuseUnsafe(path);
  const head = Buffer.from(JSON.stringify({ facts, files: entries }));
  const length = Buffer.alloc(lengthOfLength);
  length.writeUInt32BE(head.length);
  const packed = await promisify(gzip)(Buffer.concat([length, head, ...files.map(file => file.content)]), {
    level: 3,
  });
  return Buffer.concat([mark, createHash('sha256').update(packed).digest(), packed]);
}

/** Whether it is all there: cheap, without opening it. */
export function isWhole(archive: Uint8Array): boolean {
  const from = mark.length + digestLength;
  if (archive.length <= from || !Buffer.from(archive.subarray(0, mark.length)).equals(mark)) return false;
  const digest = createHash('sha256').update(archive.subarray(from)).digest();
  return digest.equals(archive.subarray(mark.length, from));
}

/** Throws DamagedProfile, also for a path that would lead out of the folder it is laid into. */
export async function openProfile(archive: Uint8Array): Promise<Profile> {
  if (!isWhole(archive)) throw new DamagedProfile('The saved session is cut off or changed.');
  try {
    return readProfile(
      await promisify(gunzip)(archive.subarray(mark.length + digestLength), { maxOutputLength: mostBytes }),
    );
  } catch (error) {
    if (error instanceof DamagedProfile) throw error;
    throw new DamagedProfile(`The saved session cannot be read: ${(error as Error).message}`);
  }
}

function readProfile(content: Buffer): Profile {
  const start = lengthOfLength + content.readUInt32BE(0);
  const { facts, files } = list.parse(JSON.parse(content.toString('utf8', lengthOfLength, start)));
  let position = start;
  const opened = files.map(({ path, size }) => {
    refuseUnsafe(path);
    const end = position + size;
    if (end > content.length) throw new DamagedProfile('The saved session ends within a file.');
    const file = { path, content: content.subarray(position, end) };
    position = end;
    return file;
  });
  if (position !== content.length) throw new DamagedProfile('The saved session has bytes of no file.');
  return { facts, files: opened };
}

function refuseUnsafe(path: string): void {
  const parts = path.split('/');
  const isSafe = parts.every(part => part !== '' && part !== '.' && part !== '..') && !/[\0\\:]/.test(path);
  if (!isSafe) throw new DamagedProfile(`A saved session must not have a file at "${path}".`);
}
