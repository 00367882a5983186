import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'concierge-whatsapp-';
/** A running session marks its folder far more often. */
export const markEveryMs = 5 * 60_000;
const abandonedMs = 60 * 60_000;

/** A folder that nobody else on this machine may look into. */
export async function makeSessionFolder(): Promise<string> {
  await removeAbandoned().catch(() => undefined);
  return mkdtemp(join(tmpdir(), prefix));
}

/** Of machines that lost their power there is a profile left: whoever has it reads along. */
async function removeAbandoned(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names.filter(candidate => candidate.startsWith(prefix))) {
    const path = join(tmpdir(), name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}
