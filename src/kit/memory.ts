import { totalmem } from 'node:os';

/** Bytes that this process and its children may have: the machine's, or what a container is held to. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory();
  // Without a limit it is 0, or more than there is.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
