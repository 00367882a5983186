import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles our own files into few, so that a command starts fast; packages stay imports. Every `import()` stays a
 * chunk: a command loads only what it needs.
 * All output lies flat beside `main.js`: paths made from `import.meta.url` mean this one folder.
 */
export async function buildServer(root, workFolder, isQuiet) {
  const target = join(root, 'dist');
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: {
      main: 'src/main.ts',
      // What runs beside it: a thread that takes mails apart, a process for each paired phone.
      'mail-thread': 'src/platforms/email/mail-thread.ts',
      'whatsapp-web-session': 'src/platforms/whatsapp_web/session-process.ts',
    },
    outdir: target,
    // Kept in memory under their final names, because source maps speak of paths relative to these.
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    chunkNames: '[name]-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: isQuiet ? 'error' : 'warning',
  });
  for (const file of outputFiles) {
    const path = join(workFolder, relative(target, file.path));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.contents);
  }
}

async function bundle(options) {
  try {
    return await build(options);
  } catch (error) {
    // Printed already, each with the line it is about.
    if (error.errors?.length > 0) throw new Error('The server does not bundle.');
    throw error;
  }
}
