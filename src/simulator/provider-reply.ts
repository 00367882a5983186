import type { ErrorRequestHandler, Response } from 'express';

/** What a provider answers. */
export interface ProviderReply {
  readonly status: number;
  /** Bytes and text go as they are, an object as JSON. */
  readonly body: object | Buffer | string;
  /** Of bytes and text. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function writeReply(response: Response, reply: ProviderReply): void {
  if (response.destroyed) return;
  const { status, body, contentType = 'application/octet-stream', headers = {} } = reply;
  response.status(status);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (typeof body === 'object' && !Buffer.isBuffer(body)) return void response.json(body);
  // Not `send`, which would add a charset to the type.
  response.setHeader('content-type', contentType);
  response.end(body);
}

/** Answers a body that could not be read as the provider does; any other error is passed on. */
export function answerUnreadable(reply: ProviderReply): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const { status } = (error ?? {}) as { status?: unknown };
    if (response.headersSent || typeof status !== 'number' || status >= 500) return next(error);
    writeReply(response, reply);
  };
}
