import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** A line between clients and a server that goes wrong as lines do, when told to. */
export class TcpProxy {
  /** As the server's, by way of this line. */
  readonly url: string;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #isCut = false;
  #delayMs = 0;
  /** Set while the line swallows everything; resolves when it lets go. */
  #hole: Promise<void> | undefined;
  #leaveHole: () => void = () => undefined;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(targetUrl: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(targetUrl);
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const own = typeof address === 'object' && address ? address.port : 0;
    const proxy = new TcpProxy(server, `http://127.0.0.1:${own}`);
    server.on('connection', client => proxy.#accept(client, hostname, Number(port)));
    return proxy;
  }

  #accept(client: Socket, host: string, port: number): void {
    client.on('error', () => undefined);
    if (this.#isCut) return void client.resetAndDestroy();
    const server = dial({ host, port, allowHalfOpen: true });
    server.on('error', () => undefined);
    const link = { client, server };
    this.#links.add(link);
    this.#forward(client, server);
    this.#forward(server, client);
    const end = () => {
      if (!this.#links.delete(link)) return;
      client.destroy();
      server.destroy();
    };
    client.once('close', end);
    server.once('close', end);
  }

  /** In order, each piece as late as the line is at its time. */
  #forward(from: Socket, to: Socket): void {
    let last: Promise<unknown> = Promise.resolve();
    const then = (step: () => void) => {
      const delayed = this.#delayMs > 0 ? delay(this.#delayMs) : undefined;
      last = last.then(async () => {
        await delayed;
        await this.#hole;
        step();
      });
    };
    from.on('data', (chunk: Buffer) => then(() => to.destroyed || to.write(chunk)));
    from.on('end', () => then(() => to.end()));
  }

  /** Every connection is reset, and no new one is let in. */
  cut(): void {
    this.#isCut = true;
    this.#reset();
  }

  #reset(): void {
    for (const { client, server } of this.#links) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Connections stay and nothing arrives any more. */
  blackHole(): void {
    this.#hole ??= new Promise(resolve => {
      this.#leaveHole = resolve;
    });
  }

  /** Everything arrives so much later. */
  slowDown(ms: number): void {
    this.#delayMs = ms;
  }

  /** The server is told that the clients have nothing more to say; they still hear it. */
  halfClose(): void {
    for (const { server } of this.#links) server.end();
  }

  /** The line is as it should be. `isForgotten`: what was connected over the bad line is lost with it. */
  heal({ isForgotten = false } = {}): void {
    if (isForgotten) this.#reset();
    this.#isCut = false;
    this.#delayMs = 0;
    this.#hole = undefined;
    this.#leaveHole();
  }

  async close(): Promise<void> {
    this.heal({ isForgotten: true });
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }
}
