/**
 * Builds the server into dist/ and the web app into web/dist/: `npm run build`.
 *   --server-only   leaves the web app alone
 *   --if-stale      builds only what does not match the sources, and says nothing when it succeeds
 */
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { withBuildLock } from './build/build-lock.mjs';
import { fingerprintOf, isFresh, serverPart, webPart } from './build/inputs.mjs';
import { makeWorkFolder, publish } from './build/publish.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const builders = new Map([
  [serverPart, async () => (await import('./build/build-server.mjs')).buildServer],
  [webPart, async () => (await import('./build/build-web.mjs')).buildWeb],
]);

async function buildPart(part, isQuiet) {
  const startedAt = performance.now();
  // Taken first: what is edited while the build runs makes the next start build again.
  const fingerprint = fingerprintOf(part, root);
  const workFolder = makeWorkFolder(join(root, part.folder));
  try {
    const builder = await builders.get(part)();
    await builder(root, workFolder, isQuiet);
    publish(part, root, fingerprint, workFolder);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!isQuiet) console.log(`Built the ${part.name} into ${part.folder}/ in ${seconds} s`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      'server-only': { type: 'boolean', default: false },
      'if-stale': { type: 'boolean', default: false },
    },
  });
  // React's development build must not get into the files, whatever the caller's own environment is for.
  process.env.NODE_ENV = 'production';
  const parts =
    values['server-only'] || !existsSync(join(root, 'web/src')) ? [serverPart] : [serverPart, webPart];
  await withBuildLock(root, async () => {
    for (const part of parts) {
      if (values['if-stale'] && isFresh(part, root)) continue;
      await buildPart(part, values['if-stale']);
    }
  });
}

try {
  await main();
} catch (error) {
  // Vite colours its findings wherever they go.
  console.error(process.stderr.isTTY ? error.message : stripVTControlCharacters(error.message));
  console.error('The build failed: nothing was replaced.');
  process.exitCode = 1;
}
