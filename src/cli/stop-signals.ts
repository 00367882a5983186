/** npm and the terminal both pass one Ctrl-C on: what comes this soon is the same one. */
const SAME_MS = 1000;

/**
 * Calls `stop` at the first SIGINT or SIGTERM; a second one, a moment later, ends the process at once. Returns what takes
 * the handlers away.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): () => void {
  let stoppedAt: number | undefined;
  const hear = (signal: NodeJS.Signals) => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      stop(signal);
    } else if (performance.now() - stoppedAt > SAME_MS) process.exit(130);
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return () => {
    process.off('SIGINT', hear);
    process.off('SIGTERM', hear);
  };
}
