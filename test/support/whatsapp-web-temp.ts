import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder for the tests of one file alone, so that they may look at all that is in it. */
export function privateTemp(): void {
  let given: string | undefined;
  let folder = '';
  before(() => {
    given = process.env.TMPDIR;
    folder = mkdtempSync(join(tmpdir(), 'private-'));
    process.env.TMPDIR = folder;
  });
  after(() => {
    if (given === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = given;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}
