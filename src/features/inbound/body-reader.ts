import express, { type RequestHandler } from 'express';
import { ServiceUnavailable } from '../../kit/errors.ts';

/** Meta sends at most 3 MB; one megabyte more is refused before it is read. */
export const MAXIMUM_BODY = 4 * 1024 * 1024;
export interface BodyReaderOptions {
  /** Of bodies that are being read, or wait for their commit, in this process. */
  readonly mostBytes?: number;
  readonly withinMs?: number;
}

/**
 * Reads bodies as they are, within bounds of room and time: senders that drip or flood must not fill the memory. To be put
 * behind whatever tells strangers apart, so that theirs are not read at all.
 */
export function bodyReader(options: BodyReaderOptions = {}): RequestHandler[] {
  const { mostBytes = 512 * 1024 * 1024, withinMs = 30_000 } = options;
  let held = 0;
  return [
    (request, response, next) => {
      // A body whose length is not told, or that is packed, may become as large as any.
      const told = request.headers['content-encoding']
        ? Number.NaN
        : Number(request.headers['content-length']);
      const size = Number.isFinite(told) ? Math.min(told, MAXIMUM_BODY) : MAXIMUM_BODY;
      if (held + size > mostBytes)
        throw new ServiceUnavailable('Too much is coming in at once. Send it again.', 5, 'too_much_at_once');
      held += size;
      response.once('close', () => {
        held -= size;
      });
      const patience = setTimeout(() => request.destroy(), withinMs);
      request.once('end', () => clearTimeout(patience)).once('close', () => clearTimeout(patience));
      next();
    },
    express.raw({ type: () => true, limit: MAXIMUM_BODY }),
  ];
}
