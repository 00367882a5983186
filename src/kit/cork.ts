import type { Writable } from 'node:stream';

const corked = new WeakSet<Writable>();

/** What is written to `stream` in this turn of the event loop leaves in one system call: each costs more than its bytes. */
export function corkThisTurn(stream: Writable): void {
  if (corked.has(stream)) return;
  corked.add(stream);
  stream.cork();
  process.nextTick(() => {
    corked.delete(stream);
    stream.uncork();
  });
}
