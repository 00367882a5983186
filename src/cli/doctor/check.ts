/** One thing that was looked at. `mend` says what to do about it. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'error';
  readonly message: string;
  readonly mend?: string;
}

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message };
}
/** Worth a look; Concierge works. */
export function warning(name: string, message: string, mend?: string): Check {
  return { name, status: 'warning', message, ...(mend !== undefined && { mend }) };
}
/** Something does not work for somebody. */
export function failure(name: string, message: string, mend?: string): Check {
  return { name, status: 'error', message, ...(mend !== undefined && { mend }) };
}

/** What went wrong, in one line, also where only a code tells it. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || String(error)).split('\n', 1)[0] ?? 'failed';
}
