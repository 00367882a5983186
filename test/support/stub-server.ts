import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios, { type AxiosInstance } from 'axios';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Cut the connection instead of answering. */
  readonly isReset?: boolean;
  /** Never answer. */
  readonly isSilent?: boolean;
}

/** A real HTTP server that keeps what it was asked and answers as it is told. */
export class StubServer {
  readonly seen: SeenRequest[] = [];
  answer: StubAnswer | ((request: SeenRequest) => StubAnswer | Promise<StubAnswer>) = {};
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', async () => {
        const { method = '', url = '', headers } = request;
        const seen: SeenRequest = { method, url, headers, body: Buffer.concat(chunks) };
        this.seen.push(seen);
        const answer = typeof this.answer === 'function' ? await this.answer(seen) : this.answer;
        const { status = 200, headers: own = {}, body = {}, isReset, isSilent } = answer;
        if (isReset) request.socket.resetAndDestroy();
        if (isReset || isSilent) return;
        response.writeHead(status, { 'content-type': 'application/json', ...own });
        response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
      });
    });
  }
  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  get last(): SeenRequest {
    const request = this.seen.at(-1);
    if (!request) throw new Error('No request arrived.');
    return request;
  }
  get lastJson(): unknown {
    return JSON.parse(this.last.body.toString('utf8'));
  }
}

export function client(timeout = 2000): AxiosInstance {
  return axios.create({ timeout, proxy: false });
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('It should have been rejected.');
}
