/** npm and the terminal both pass one Ctrl-C on: what comes this soon is the same one. */
const SAME_MS = 1000;

/** Ctrl-C, a supervisor, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `stop` at the first of these signals; a second one, a moment later, ends the process at once. Returns what takes
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
  for (const signal of STOP_SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, hear);
  };
}

/**
 * Works with what is opened and closes it in the end, also when the process is told to stop: then it ends after that,
 * and nothing more is said.
 */
export async function closedOnStop<Opened, T>(
  opening: Promise<Opened>,
  close: (opened: Opened) => Promise<void>,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  let closing: Promise<void> | undefined;
  const closeOnce = () => {
    closing ??= opening.then(close);
    return closing;
  };
  let isStopped = false;
  const forget = onStopSignal(() => {
    isStopped = true;
    closeOnce()
      .catch(() => undefined)
      .finally(() => process.exit(130));
  });
  try {
    return await work(await opening);
  } finally {
    // What fails because everything is being closed is no news; the process ends in a moment.
    if (isStopped) await new Promise<never>(() => undefined);
    await closeOnce();
    forget();
  }
}

/** Nobody reads our answer any more, `concierge tenant list | head`, or the terminal is gone: end in order, and silently. */
export function stopUnheard(): void {
  const isHeld = process.listenerCount('SIGHUP') > 0;
  if (isHeld) process.emit('SIGHUP', 'SIGHUP');
  else process.exit(0);
}
