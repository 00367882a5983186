import http from 'node:http';
import { envelopeOf, signWebhook, type WhatsAppEvent } from '../src/simulator/index.ts';
import type { BenchChannel } from './api-client.ts';

/** A POST, ready to go: nothing of it is made while time is measured. */
export interface PreparedPost {
  readonly path: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer;
  /** The numbers of its messages. */
  readonly messages: readonly number[];
}

export interface MessageToPrepare {
  readonly number: number;
  /** Which customer of the channel writes. */
  readonly customer: number;
}

/** The text begins with the number by which a message is found again at the other end. */
export const textOf = (number: number) =>
  `#${number} Hello, could you tell me when my order leaves the warehouse?`;
export const numberOf = (text: string | null | undefined) => Number(/^#(\d+) /.exec(text ?? '')?.[1] ?? -1);
export const waIdOf = (customer: number) => String(351_910_000_000 + customer);
export const wamidOf = (run: string, number: number) => `wamid.${run}.${number}`;

/** A signed delivery of these messages in one POST, as Meta sends it. */
export function preparePost(
  channel: BenchChannel,
  run: string,
  messages: readonly MessageToPrepare[],
): PreparedPost {
  const events = messages.map(({ number, customer }): WhatsAppEvent => {
    const waId = waIdOf(customer);
    const message = {
      from: waId,
      id: wamidOf(run, number),
      timestamp: String(Math.floor(Date.now() / 1000)),
      type: 'text',
      text: { body: textOf(number) },
    };
    return { kind: 'message', message, person: { waId, name: `Customer ${customer}` } };
  });
  const body = Buffer.from(JSON.stringify(envelopeOf(channel, events)));
  return {
    path: channel.path,
    body,
    messages: messages.map(({ number }) => number),
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': 'facebookexternalua',
      'x-hub-signature-256': signWebhook(channel.appSecret, body),
    },
  };
}

/** Connections to one server that stay open. */
export class LoadTarget {
  readonly #agent: http.Agent;
  readonly #host: string;
  readonly #port: string;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = port;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: 256, scheduling: 'fifo' });
  }

  /** The status, once the whole answer is here; 0 when there was none. */
  send(
    method: 'GET' | 'POST',
    path: string,
    headers: http.OutgoingHttpHeaders,
    body?: Buffer,
  ): Promise<number> {
    return new Promise(resolve => {
      const request = http.request(
        { host: this.#host, port: this.#port, method, path, headers, agent: this.#agent },
        response => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
          response.once('error', () => resolve(0));
        },
      );
      request.once('error', () => resolve(0));
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** `inFlight` callers, each taking its next piece of work as soon as its last is done, until the time is over. */
export async function closedLoop(
  inFlight: number,
  seconds: number,
  next: () => (() => Promise<void>) | undefined,
): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const caller = async () => {
    while (performance.now() < until) {
      const work = next();
      if (!work) return;
      await work();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
}
