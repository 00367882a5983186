import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import type { PlatformAdapter, PlatformIo, RawDelivery } from '../../../src/platforms/adapter.ts';
import type { InboundFact } from '../../../src/platforms/inbound-fact.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import type { WhatsAppSettings } from '../../../src/platforms/whatsapp/whatsapp-settings.ts';
import type { WhatsAppAccount } from '../../../src/simulator/index.ts';
import { ioOf } from '../../support/platform-io.ts';

/** A status, or cutting the connection, or never answering. */
type Reaction = number | 'reset' | 'silent';

type Reader = Pick<PlatformAdapter<never>, 'handshake' | 'authenticate' | 'answer' | 'parse'>;

/** The business's webhook: a small HTTP server that checks and reads what comes with the real adapter. */
export class WebhookReceiver {
  readonly deliveries: RawDelivery[] = [];
  /** Why deliveries were refused. */
  readonly refusals: unknown[] = [];
  /** How the next requests are met; afterwards with 200. */
  readonly script: Reaction[] = [];
  secret: string;
  readonly #adapter: Reader;
  readonly #server: Server;

  constructor(adapter: Reader = whatsappAdapter, secret = 'app-secret') {
    this.#adapter = adapter;
    this.secret = secret;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        const delivery: RawDelivery = {
          method: request.method ?? '',
          publicUrl: `${this.url}${request.url}`,
          headers: Object.fromEntries(
            Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
          ),
          body: Buffer.concat(chunks),
          receivedAt: new Date(),
        };
        const challenge = adapter.handshake?.(delivery, { signingSecrets: [], verifyToken: 'verify' });
        if (challenge) return void response.writeHead(challenge.status).end(challenge.body);
        try {
          adapter.authenticate(delivery, { signingSecrets: [this.secret] });
        } catch (error) {
          this.refusals.push(error);
          return void response.writeHead(401).end();
        }
        this.deliveries.push(delivery);
        const reaction = this.script.shift() ?? 200;
        if (reaction === 'reset') request.socket.resetAndDestroy();
        else if (reaction !== 'silent')
          response.writeHead(reaction).end(adapter.answer?.(delivery.body)?.body ?? 'ok');
      });
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  get facts(): readonly InboundFact[] {
    return this.deliveries.flatMap(({ body, receivedAt }) => this.#adapter.parse(body, receivedAt));
  }
}

export const quickRetry = { baseMs: 5, maximumMs: 20, giveUpAfterMs: 10_000 };

export function accountFor(receiver: WebhookReceiver): WhatsAppAccount {
  return {
    phoneNumberId: '770022',
    businessAccountId: '880011',
    displayPhoneNumber: '351210000001',
    displayName: 'Azulejo',
    accessToken: 'token',
    appSecret: receiver.secret,
    webhookUrl: `${receiver.url}/webhooks/whatsapp/abc`,
    templates: [{ name: 'hello', language: 'pt_PT', body: 'Olá {{1}}, a encomenda {{2}} chegou.' }],
  };
}

export const settings: WhatsAppSettings = {
  phoneNumberId: '770022',
  businessAccountId: '880011',
  accessToken: 'token',
};

export function io(baseUrl: string, timeout = 2000): PlatformIo {
  return ioOf(axios.create({ timeout, proxy: false }), baseUrl);
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It should have been rejected.');
}

export function textTo(waId: string, text = 'Hello', correlator = 'c-1') {
  return { correlator, to: [{ kind: 'wa_id', value: waId }], content: { type: 'text', text } } as const;
}
