import { register } from 'tsx/esm/api';

// A thread does not inherit what reads TypeScript. The build makes a script of mail-thread.ts, and this file is not in it.
register();
await import('./mail-thread.ts');
