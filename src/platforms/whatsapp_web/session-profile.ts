import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  openProfile,
  type Profile,
  type ProfileFacts,
  type ProfileFile,
  packProfile,
} from './profile-archive.ts';
import { ProfileTooLarge, readProfileFiles, untilQuiet, writeProfileFiles } from './profile-files.ts';

/** More than this is too much for a database to take every now and then. */
const mostPackedBytes = 160 * 1024 * 1024;

export interface PackedProfile {
  readonly archive: Buffer;
  /** The same for the same files. */
  readonly digest: string;
}

/** The folder in which one browser keeps its profile. */
export interface SessionProfile {
  /** Of the saved one it began with. */
  readonly facts: ProfileFacts | undefined;
  /** An archive that was opened again, to see that it can be. Throws when there is nothing worth keeping. */
  pack(facts: ProfileFacts): Promise<PackedProfile>;
  untilQuiet(quietMs: number, withinMs: number): Promise<void>;
  remove(): Promise<void>;
}

/** Throws DamagedProfile. */
export async function layProfile(
  directory: string,
  archive: Uint8Array | undefined,
): Promise<SessionProfile> {
  const saved: Profile | undefined = archive && (await openProfile(archive));
  if (saved) await writeProfileFiles(directory, saved.files);
  return {
    facts: saved?.facts,
    pack: async facts => {
      const files = await readProfileFiles(directory);
      if (files.length === 0) throw new Error('The browser has not written its profile yet.');
      const archive = await packProfile({ facts, files });
      if (archive.length > mostPackedBytes) throw new ProfileTooLarge('it has grown too large to be kept.');
      const opened = await openProfile(archive);
      if (opened.files.length !== files.length) throw new Error('The packed profile is not whole.');
      return { archive, digest: digestOf(files) };
    },
    untilQuiet: (quietMs, withinMs) => untilQuiet(directory, quietMs, withinMs),
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

function digestOf(files: readonly ProfileFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}
