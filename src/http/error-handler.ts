import type { ErrorRequestHandler, Request, Response } from 'express';
import { ZodError } from 'zod';
import type { ErrorBody } from '../contract/primitives.ts';
import { isConnectionFailure } from '../db/session.ts';
import {
  AppError,
  Conflict,
  Forbidden,
  Gone,
  NotFound,
  ServiceUnavailable,
  TooLarge,
  TooManyRequests,
  Unauthenticated,
  ValidationError,
} from '../kit/errors.ts';
import type { Logger } from '../observability/logger.ts';

export function requestIdOf(response: Response): string {
  return (response.locals as { requestId?: string }).requestId ?? '';
}

/** `undefined` for errors that are not for callers, such as a sentence for the operator. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof ValidationError) return 422;
  if (error instanceof Unauthenticated) return 401;
  if (error instanceof Forbidden) return 403;
  if (error instanceof NotFound) return 404;
  if (error instanceof Conflict) return 409;
  if (error instanceof Gone) return 410;
  if (error instanceof TooLarge) return 413;
  if (error instanceof TooManyRequests) return 429;
  if (error instanceof ServiceUnavailable) return 503;
  return undefined;
}

/** Body parsers and the router throw errors with a status of their own. */
function httpErrorOf(error: unknown): { status: number; code: string; message: string } | undefined {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  if (status === 413)
    return { status, code: 'too_large', message: 'The body is larger than this route takes.' };
  if (type === 'entity.parse.failed')
    return { status: 400, code: 'unreadable', message: 'The body is not valid JSON.' };
  return { status, code: 'bad_request', message: 'This request cannot be read.' };
}

/** Turns whatever was thrown into the one error body. What is not ours is logged and told as an internal error. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, next) => {
    if (response.headersSent) return next(error);
    const requestId = requestIdOf(response);
    const answer = (status: number, body: Omit<ErrorBody['error'], 'requestId'>) =>
      response.status(status).json({ error: { ...body, requestId } });
    if (error instanceof ZodError) return void answer(422, detailsOf(error));
    const status = statusOf(error);
    if (error instanceof AppError && status !== undefined) {
      const { retryAfterSeconds } = error as { retryAfterSeconds?: number };
      if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
      else if (error instanceof ServiceUnavailable) response.setHeader('Retry-After', '1');
      if (error instanceof Unauthenticated) response.setHeader('WWW-Authenticate', 'Bearer');
      return void answer(status, {
        code: error.code,
        message: error.message,
        ...(error.details && { details: [...error.details] }),
      });
    }
    const known = httpErrorOf(error);
    if (known) return void answer(known.status, { code: known.code, message: known.message });
    if (isConnectionFailure(error)) {
      log.warn({ error, requestId, path: request.path }, 'a database could not be reached');
      response.setHeader('Retry-After', '1');
      return void answer(503, {
        code: 'service_unavailable',
        message: 'Not available at the moment. Try again shortly.',
      });
    }
    log.error({ error, requestId, path: request.path }, 'a request failed');
    answer(500, {
      code: 'internal',
      message: `Something went wrong on our side. Tell us the request id ${requestId}.`,
    });
  };
}

export function detailsOf(error: ZodError): Omit<ErrorBody['error'], 'requestId'> {
  const details = error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }));
  const [first] = details;
  return {
    code: 'validation_failed',
    message: first ? `${first.path ? `${first.path}: ` : ''}${first.message}` : 'The request is not valid.',
    details,
  };
}
