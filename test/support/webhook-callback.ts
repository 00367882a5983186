import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Signs as standardwebhooks.com describes it, written down a second time so that the two can disagree. */
export function standardSignature(
  secret: string,
  id: string,
  timestamp: string,
  body: Buffer | string,
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

export interface CallbackRequest {
  readonly id: string;
  readonly timestamp: string;
  readonly isSigned: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}
export interface CallbackReply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The program of an integrator: it checks what it is sent and answers as it is told. */
export class WebhookCallback {
  readonly requests: CallbackRequest[] = [];
  secret = '';
  /** For the next requests, in order; afterwards 200. */
  readonly replies: CallbackReply[] = [];
  readonly #server: http.Server;

  private constructor() {
    this.#server = http.createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<WebhookCallback> {
    const callback = new WebhookCallback();
    await new Promise<void>(resolve => callback.#server.listen(0, '127.0.0.1', resolve));
    return callback;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/concierge`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const header = (name: string) => String(request.headers[name] ?? '');
    const [id, timestamp, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(header) as [
      string,
      string,
      string,
    ];
    const expected = Buffer.from(standardSignature(this.secret, id, timestamp, bytes));
    const isSigned = given
      .split(' ')
      .some(one => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected));
    this.requests.push({ id, timestamp, isSigned, body: JSON.parse(bytes.toString()) });
    const { status, body = '', headers = {} } = this.replies.shift() ?? { status: 200 };
    response.writeHead(status, headers);
    response.end(body);
  }
}
