import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RelayedRequest {
  readonly body: Record<string, unknown>;
  readonly at: number;
}

/**
 * Stands between Concierge and the simulated Graph API: it counts what really arrives, whatever becomes of it, and can
 * hold an answer back or take the correlator away.
 */
export class GraphRelay {
  readonly requests: RelayedRequest[] = [];
  /** Awaited with the provider's answer in hand, before it is passed on. */
  beforeAnswer: ((body: Record<string, unknown>) => Promise<void>) | undefined;
  dropsCorrelators = false;
  readonly #target: URL;
  readonly #server: http.Server;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = http.createServer((request, response) => void this.#relay(request, response));
  }

  static async start(target: string): Promise<GraphRelay> {
    const relay = new GraphRelay(target);
    await new Promise<void>(resolve => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests about the message that was given this correlator's number, or all. */
  about(messageId: number): RelayedRequest[] {
    return this.requests.filter(({ body }) =>
      String(body.biz_opaque_callback_data).startsWith(`${messageId}.`),
    );
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #relay(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const given = Buffer.concat(chunks);
    // Questions have no body, and are none of those that are counted.
    const body = (given.length === 0 ? {} : JSON.parse(given.toString())) as Record<string, unknown>;
    if (given.length > 0) this.requests.push({ body, at: performance.now() });
    const { biz_opaque_callback_data: _correlator, ...anonymous } = body;
    const bytes = this.dropsCorrelators ? Buffer.from(JSON.stringify(anonymous)) : given;
    const forward = http.request(
      {
        host: this.#target.hostname,
        port: this.#target.port,
        method: request.method,
        path: request.url,
        headers: { ...request.headers, host: this.#target.host, 'content-length': bytes.length },
      },
      async answer => {
        try {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part as Buffer);
          await this.beforeAnswer?.(body);
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          response.end(Buffer.concat(parts));
        } catch {
          request.socket.resetAndDestroy();
        }
      },
    );
    forward.on('error', () => request.socket.resetAndDestroy());
    response.on('close', () => forward.destroy());
    forward.end(bytes);
  }
}
