import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDataDir {
  readonly path: string;
  /** Also what the embedded Postgres had to put elsewhere. */
  remove(): Promise<void>;
}

/** Open for every user to enter (unless another mode is asked for), so that root's Postgres stays inside it. */
export async function makeTemporaryDataDir(mode = 0o755, parent = tmpdir()): Promise<TemporaryDataDir> {
  const path = await realpath(await mkdtemp(join(parent, 'concierge-test-')));
  await chmod(path, mode);
  return {
    path,
    async remove() {
      const cluster = await realpath(join(path, 'postgres')).catch(() => undefined);
      if (cluster !== undefined) await rm(cluster, { recursive: true, force: true });
      await rm(path, { recursive: true, force: true });
    },
  };
}
