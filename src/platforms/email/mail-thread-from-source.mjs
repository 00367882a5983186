import { register } from 'node:module';

// A thread does not inherit what reads TypeScript. The build makes a script of mail-thread.ts, and this file is not in it.
register('tsx/esm', { parentURL: import.meta.url, data: true });
await import('./mail-thread.ts');
