import { fileURLToPath } from 'node:url';

/** What node is given to run a command of the program as its users have it: built, which scripts/test.mjs sees to. */
export const PROGRAM: readonly string[] = [
  '--no-warnings',
  '--enable-source-maps',
  fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
];
