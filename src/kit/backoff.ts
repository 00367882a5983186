export interface BackoffOptions {
  readonly baseMs: number;
  readonly maximumMs: number;
}

/**
 * Milliseconds to wait before the given attempt (1 is the first retry): anywhere between 0 and the
 * exponential ceiling ("full jitter"), because many that failed together must not come back together.
 * `random` gives a number in [0, 1).
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number): number {
  return Math.floor(random() * backoffCeilingMs(attempt, options));
}

/** The longest wait that `backoffMs` can give for this attempt. */
export function backoffCeilingMs(attempt: number, { baseMs, maximumMs }: BackoffOptions): number {
  const doublings = Math.max(0, attempt - 1);
  return Math.min(maximumMs, baseMs * 2 ** doublings);
}
