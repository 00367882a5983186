/** What the server said no with. `message` is its sentence and may be shown as it is. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly details: readonly { path: string; message: string }[];
  /** How long the server asks to wait, in milliseconds; `null`: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(given: {
    status: number;
    code: string;
    message: string;
    requestId?: string;
    details?: readonly { path: string; message: string }[];
    retryAfterMs?: number | null;
  }) {
    super(given.message);
    this.name = 'ApiError';
    this.status = given.status;
    this.code = given.code;
    this.requestId = given.requestId ?? null;
    this.details = given.details ?? [];
    this.retryAfterMs = given.retryAfterMs ?? null;
  }
}

/** The server was not reached, or its answer did not arrive. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('Concierge cannot be reached. Check your connection.', { cause });
    this.name = 'NetworkError';
  }
}

/** Whoever was signed in here is so no longer: nothing more is asked in their name. */
export class SessionClosed extends Error {
  constructor() {
    super('This session has ended. Reload the page.');
    this.name = 'SessionClosed';
  }
}

/** Whether the same request may succeed later with nothing changed. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 502);
}

export function sentenceOf(error: unknown): string {
  return error instanceof ApiError || error instanceof NetworkError || error instanceof SessionClosed
    ? error.message
    : 'Something went wrong here. Reload the page and try again.';
}

interface SpokenError {
  code: string;
  message: string;
  requestId?: string;
  details?: { path: string; message: string }[];
}

function spoken(body: unknown): SpokenError | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return null;
  return error as SpokenError;
}

/** Retry-After holds seconds or a date. */
function retryAfterMs(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = spoken(body);
  return new ApiError({
    status: response.status,
    code: error?.code ?? `http_${response.status}`,
    message: error?.message ?? `The server answered ${response.status}. Try again in a moment.`,
    requestId: error?.requestId,
    details: error?.details,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  });
}
