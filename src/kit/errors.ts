/** One fault in what the caller sent: `path` is dotted ("customer.email"), empty for the whole. */
export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly details?: readonly ErrorDetail[];
  readonly cause?: unknown;
}

/**
 * A failure that the caller can understand: a stable `code` for programs and a sentence for people that
 * says what to do. Anything else that is thrown is a bug or an outage and is answered as such.
 */
export abstract class AppError extends Error {
  readonly code: string;
  readonly details?: readonly ErrorDetail[];

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** What was sent cannot be accepted as it is. */
export class ValidationError extends AppError {
  constructor(message: string, details?: readonly ErrorDetail[], code = 'validation_failed') {
    super(code, message, { details });
  }
}

/** Who is asking is not known: no credential, or one that does not hold. */
export class Unauthenticated extends AppError {
  constructor(message = 'Sign in and try again.', code = 'unauthenticated', options?: AppErrorOptions) {
    super(code, message, options);
  }
}

/** Who is asking is known and may not do this. */
export class Forbidden extends AppError {
  constructor(message = 'You may not do this.', code = 'forbidden', options?: AppErrorOptions) {
    super(code, message, options);
  }
}

export class NotFound extends AppError {
  constructor(message = 'There is no such thing here.', code = 'not_found', options?: AppErrorOptions) {
    super(code, message, options);
  }
}

/** The request was fine but the present state does not allow it. */
export class Conflict extends AppError {
  constructor(message: string, code = 'conflict', options?: AppErrorOptions) {
    super(code, message, options);
  }
}

export class TooLarge extends AppError {
  constructor(message: string, code = 'too_large', options?: AppErrorOptions) {
    super(code, message, options);
  }
}

export class TooManyRequests extends AppError {
  readonly retryAfterSeconds: number;

  constructor(
    retryAfterSeconds: number,
    message = `Too many requests. Try again in ${retryAfterSeconds} seconds.`,
    code = 'too_many_requests',
    options?: AppErrorOptions,
  ) {
    super(code, message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** It was here and will not come back. */
export class Gone extends AppError {
  constructor(message: string, code = 'gone', options?: AppErrorOptions) {
    super(code, message, options);
  }
}

/** It would work at another time. */
export class ServiceUnavailable extends AppError {
  readonly retryAfterSeconds?: number;

  constructor(
    message = 'Not available at the moment. Try again shortly.',
    retryAfterSeconds?: number,
    code = 'service_unavailable',
    options?: AppErrorOptions,
  ) {
    super(code, message, options);
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** For the operator at the terminal. The message is one line that says what to do next. */
export class SetupError extends AppError {
  constructor(message: string, options?: AppErrorOptions) {
    super('setup', message, options);
  }
}
