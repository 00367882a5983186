import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import type { Message, MessageStatus } from '../../src/contract/messages.ts';
import { inboundText, type ProviderFault } from '../../src/simulator/index.ts';
import { GraphRelay, type RelayedRequest } from './graph-relay.ts';
import { type Product, type ProductOptions, type ProductTenant, startProduct } from './product.ts';
import { until } from './until.ts';

export interface Chat {
  readonly id: number;
  readonly waId: string;
  /** The id of the customer's first message, ours and WhatsApp's. */
  readonly firstId: number;
  readonly wamid: string;
}

/** A product whose WhatsApp goes through a relay that counts, and what tests of sending do again and again. */
export interface SendingDesk {
  readonly product: Product;
  readonly acme: ProductTenant;
  readonly relay: GraphRelay;
  /** A customer who has just written for the first time. */
  newChat(): Promise<Chat>;
  /** Writes as an agent; expects 201. */
  send(chat: Pick<Chat, 'id'>, body: Readonly<Record<string, unknown>> | string): Promise<Message>;
  /** The message as the API shows it. */
  show(message: Pick<Message, 'id' | 'conversationId'>): Promise<Message>;
  /** Resolves when the message has this status. */
  becomes(message: Pick<Message, 'id' | 'conversationId'>, status: MessageStatus): Promise<Message>;
  fail(fault: ProviderFault, times?: number): void;
  /** What has really been asked of the provider for this message. */
  attempts(message: Pick<Message, 'id'>): readonly RelayedRequest[];
  setChannel(change: { isActive: boolean }): Promise<void>;
  channel(): Promise<Channel>;
  /** Lets every time that is waited for come now, and the sender look. */
  hurry(): Promise<void>;
  /** Hurries until nothing is on its way any more. */
  settle(): Promise<void>;
  /** Lets the sender look; resolves when it has. */
  visit(): Promise<void>;
  close(): Promise<void>;
}

let lastNumber = 351_910_000_000;

export async function openSendingDesk(options: ProductOptions = {}): Promise<SendingDesk> {
  const product = await startProduct(options);
  const { acme, provider } = product;
  const { phoneNumberId } = acme.account;
  const [{ apiUrl = '' } = {}] = await acme.query<{ apiUrl: string }>(
    `SELECT settings ->> 'apiUrl' AS "apiUrl" FROM channels WHERE id = $1`,
    [acme.whatsapp.id],
  );
  const relay = await GraphRelay.start(apiUrl);
  await acme.query(
    `UPDATE channels SET settings = settings || jsonb_build_object('apiUrl', $2::text) WHERE id = $1`,
    [acme.whatsapp.id, relay.url],
  );
  const visit = async () => product.process.workers?.lanes.send.visited(acme.tenant.id);
  const show: SendingDesk['show'] = async ({ id, conversationId }) => {
    const { body } = await acme.http<{ items: Message[] }>(
      'GET',
      `/conversations/${conversationId}/messages?limit=100`,
    );
    const found = body.items.find(item => item.id === id);
    if (!found) throw new Error(`Message ${id} is not on the last page of its thread.`);
    return found;
  };
  const hurry = async () => {
    await acme.query('UPDATE channels SET paused_until = NULL');
    await acme.query('UPDATE message_sends SET next_attempt_at = now() WHERE claimed_until IS NULL');
    await visit();
  };
  return {
    product,
    acme,
    relay,
    visit,
    show,
    hurry,
    settle: () =>
      until('everything has been sent', async () => {
        const [waiting] = await acme.query('SELECT 1 FROM message_sends LIMIT 1');
        if (waiting) await hurry();
        return waiting === undefined;
      }),
    async newChat() {
      lastNumber += 1;
      const waId = String(lastNumber);
      const event = inboundText({ waId, name: `Customer ${waId}` }, 'Hello?');
      await acme.receive([event]);
      const [row] = await acme.query<{ id: number; conversationId: number }>(
        `SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1`,
        [event.message.id],
      );
      if (!row) throw new Error('The first message of a new customer was not stored.');
      return { id: row.conversationId, waId, firstId: row.id, wamid: event.message.id };
    },
    async send(chat, body) {
      const answer = await acme.http<Message>(
        'POST',
        `/conversations/${chat.id}/messages`,
        typeof body === 'string' ? { content: body } : body,
      );
      expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
      return answer.body;
    },
    async becomes(message, status) {
      let last = '';
      await until(`message ${message.id} is ${status}`, async () => {
        const [row] = await acme.query<{ status: string }>('SELECT status FROM messages WHERE id = $1', [
          message.id,
        ]);
        last = row?.status ?? 'nowhere';
        return last === status;
      }).catch(error => {
        throw new Error(`${(error as Error).message} It is ${last}.`);
      });
      return show(message);
    },
    fail: (fault, times) => provider.failNext(phoneNumberId, fault, times),
    attempts: message => relay.about(message.id),
    async setChannel(change) {
      const answer = await acme.http('PATCH', `/channels/${acme.whatsapp.id}`, change);
      expect(answer.status).to.equal(200);
    },
    channel: async () => (await acme.http<Channel>('GET', `/channels/${acme.whatsapp.id}`)).body,
    async close() {
      await product.close();
      await relay.close();
    },
  };
}
