import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on this machine that counts who connects to it, whatever they ask. */
export class CountingServer {
  connections = 0;
  readonly seen: IncomingMessage[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end('the file');
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.seen.push(request);
      this.answer(request, response);
    });
    this.#server.on('connection', () => {
      this.connections++;
    });
  }
  /** On every address of this machine, or on one. */
  async start(port = 0, host?: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
  }
  /** On the first of these ports that nobody has. */
  async startOnOneOf(ports: readonly number[]): Promise<void> {
    for (const port of ports) {
      const isFree = await this.start(port).then(
        () => true,
        () => false,
      );
      if (isFree) return;
    }
    throw new Error(`The ports ${ports.join(', ')} of this machine are all taken.`);
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
}
