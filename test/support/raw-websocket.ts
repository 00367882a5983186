import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';

export const opcodes = { text: 1, binary: 2, ping: 9 } as const;

/** A websocket client that sends whatever it is told to, also what no library would. */
export class RawWebSocket {
  readonly #socket: Socket;
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.ended = new Promise(resolve => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.resume();
  }

  static async open(url: string): Promise<RawWebSocket> {
    const request = http.get(`${url}/socket.io/?EIO=4&transport=websocket`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    const [, socket] = (await once(request, 'upgrade')) as [http.IncomingMessage, Socket];
    return new RawWebSocket(socket);
  }

  /** One frame, masked as a client's must be. */
  send(payload: string | Buffer, opcode: number = opcodes.text, claimedLength?: number): void {
    const bytes = Buffer.from(payload);
    const length = claimedLength ?? bytes.length;
    const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
    if (head.length === 4) head.writeUInt16BE(length, 2);
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
    const mask = randomBytes(4);
    const masked = bytes.map((byte, index) => byte ^ (mask[index % 4] as number));
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat([head, mask, masked]));
  }

  close(): void {
    this.#socket.destroy();
  }
}
