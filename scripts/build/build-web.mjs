import { join } from 'node:path';
import { build } from 'vite';

export async function buildWeb(root, workFolder, isQuiet) {
  await build({
    configFile: join(root, 'web/vite.config.ts'),
    mode: 'production',
    logLevel: isQuiet ? 'error' : 'warn',
    build: { outDir: workFolder, emptyOutDir: false },
  });
}
