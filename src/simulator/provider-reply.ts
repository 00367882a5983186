import type { Response } from 'express';

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
