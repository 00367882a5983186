import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import type { Message, MessageStatus } from '../../src/contract/messages.ts';
import type { Platform } from '../../src/contract/primitives.ts';
import type { CreatedChannel } from '../../src/features/channels/index.ts';
import { rowCounts } from './database-content.ts';
import { expectEventsTellAll, wholeThread } from './event-mirror.ts';
import type { Product, ProductTenant } from './product.ts';
import { until } from './until.ts';

export type WebhookHeaders = Readonly<Record<string, string>>;
export interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

/** A POST of exactly these bytes with exactly these headers. */
export async function postWebhook(url: string, body: Buffer, headers: WebhookHeaders = {}): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: await response.text(),
  };
}

/** What a platform proves its deliveries with; `url` is the address that it calls. */
export type Signer = (body: Buffer, url: string) => WebhookHeaders;

export interface Upload {
  readonly bytes: Buffer;
  readonly filename: string;
  readonly mimeType: string;
  readonly isVoice?: boolean;
}

/** One channel of one tenant, connected through the API, and what tests of platforms do with it again and again. */
export class ChannelDesk {
  readonly product: Product;
  readonly tenant: ProductTenant;
  readonly channel: CreatedChannel;
  readonly #sign: Signer;

  private constructor(product: Product, tenant: ProductTenant, channel: CreatedChannel, sign: Signer) {
    this.product = product;
    this.tenant = tenant;
    this.channel = channel;
    this.#sign = sign;
  }

  static async connect(
    product: Product,
    tenant: ProductTenant,
    platform: Platform,
    settings: Readonly<Record<string, unknown>>,
    sign: Signer,
  ): Promise<ChannelDesk> {
    const answer = await tenant.http<CreatedChannel>('POST', '/channels', {
      platform,
      name: `Our ${platform}`,
      settings,
    });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    // The simulated provider lies on this machine, as an operator may say and a tenant may not.
    await tenant.query('UPDATE channels SET trusts_api_url = true WHERE id = $1', [answer.body.id]);
    await tenant.http('POST', `/channels/${answer.body.id}/check`);
    return new ChannelDesk(product, tenant, answer.body, sign);
  }

  get webhookUrl(): string {
    return this.channel.webhookUrl ?? '';
  }

  /** The platform's POST to the channel's own address. */
  post(body: Buffer, headers: WebhookHeaders = this.#sign(body, this.webhookUrl)): Promise<Reply> {
    return postWebhook(this.webhookUrl, body, headers);
  }
  /** The same, which is taken and without effect on the platform; resolves when it is applied. */
  async receive(body: Buffer): Promise<void> {
    expect(await this.post(body)).to.deep.include({ status: 200, body: '' });
    await this.tenant.applied();
  }

  /** The message with this id of the platform's, as the API shows it. */
  async messageOf(externalId: string): Promise<Message> {
    const found = await this.findMessage(externalId);
    if (!found) throw new Error(`There is no message ${externalId}.`);
    return found;
  }
  async findMessage(externalId: string): Promise<Message | undefined> {
    const [row] = await this.tenant.query<{ id: number; conversationId: number }>(
      `SELECT id, conversation_id AS "conversationId" FROM messages WHERE channel_id = $1 AND platform_message_id = $2`,
      [this.channel.id, externalId],
    );
    return row && this.show(row);
  }
  async externalIdOf({ id }: Pick<Message, 'id'>): Promise<string | null> {
    const [row] = await this.tenant.query<{ externalId: string | null }>(
      'SELECT platform_message_id AS "externalId" FROM messages WHERE id = $1',
      [id],
    );
    return row?.externalId ?? null;
  }
  async show({ id, conversationId }: Pick<Message, 'id' | 'conversationId'>): Promise<Message> {
    const found = (await this.thread(conversationId)).find(message => message.id === id);
    if (!found) throw new Error(`Message ${id} is not in its thread.`);
    return found;
  }
  /** Everything of a conversation, oldest first. */
  thread(conversationId: number): Promise<Message[]> {
    return wholeThread(this.tenant, conversationId);
  }
  /** The message once its files have been fetched, or never will be. */
  async withFiles(externalId: string): Promise<Message> {
    await until(`the files of ${externalId} are fetched`, async () =>
      (await this.messageOf(externalId)).attachments.every(({ state }) => state !== 'waiting'),
    );
    return this.messageOf(externalId);
  }

  /** Writes as an agent; expects 201. */
  async send(conversationId: number, body: Readonly<Record<string, unknown>> | string): Promise<Message> {
    const answer = await this.tenant.http<Message>(
      'POST',
      `/conversations/${conversationId}/messages`,
      typeof body === 'string' ? { content: body } : body,
    );
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }
  /** Resolves when the message has this status. */
  async becomes(message: Pick<Message, 'id' | 'conversationId'>, status: MessageStatus): Promise<Message> {
    let last = '';
    await until(`message ${message.id} is ${status}`, async () => {
      const [row] = await this.tenant.query<{ status: string }>('SELECT status FROM messages WHERE id = $1', [
        message.id,
      ]);
      last = row?.status ?? 'nowhere';
      return last === status;
    }).catch(error => {
      throw new Error(`${(error as Error).message} It is ${last}.`);
    });
    return this.show(message);
  }
  react(message: Pick<Message, 'id'>, emoji: string) {
    return this.tenant.http<Message>('POST', `/messages/${message.id}/react`, { emoji });
  }
  /** The id of a file that can be sent. */
  async upload({ bytes, filename, mimeType, isVoice = false }: Upload): Promise<number> {
    const form = new FormData();
    form.append('voice', String(isVoice));
    form.append('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), filename);
    const response = await fetch(`${this.product.url}/api/v1/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.tenant.token}` },
      body: form,
    });
    expect(response.status).to.equal(201);
    return ((await response.json()) as { id: number }).id;
  }

  async setActive(isActive: boolean): Promise<void> {
    const answer = await this.tenant.http('PATCH', `/channels/${this.channel.id}`, { isActive });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
  }
  async shown(): Promise<Channel> {
    return (await this.tenant.http<Channel>('GET', `/channels/${this.channel.id}`)).body;
  }
  /** Moves the end of the conversation's window, by an interval of Postgres from now. */
  async moveWindow(conversationId: number, interval: string): Promise<void> {
    await this.tenant.query(
      'UPDATE conversations SET window_expires_at = now() + $2::interval WHERE id = $1',
      [conversationId, interval],
    );
  }
  /** Lets every time that sending waits for come now, and the sender look. */
  async hurry(): Promise<void> {
    await this.tenant.query('UPDATE channels SET paused_until = NULL');
    await this.tenant.query('UPDATE message_sends SET next_attempt_at = now() WHERE claimed_until IS NULL');
    await this.product.process.workers?.lanes.send.visited(this.tenant.tenant.id);
  }
}

/** Brings both tenants to rest, and fails unless their events tell all that the API shows. */
export async function expectAllTold(desks: readonly ChannelDesk[]): Promise<void> {
  for (const desk of desks) {
    await until('everything has been sent', async () => {
      const [waiting] = await desk.tenant.query('SELECT 1 FROM message_sends LIMIT 1');
      if (waiting) await desk.hurry();
      return waiting === undefined;
    });
    await desk.tenant.applied();
    await expectEventsTellAll(desk.tenant);
  }
}

/** How many rows every table holds in which something of a delivery could be kept. */
export async function everything({ acme, globex, landlord }: Product) {
  return {
    acme: await settledCounts(acme),
    globex: await settledCounts(globex),
    spill: (await landlord.db.query('SELECT 1 FROM delivery_spill')).length,
  };
}

/** What is asked of platforms comes and goes by itself. */
async function settledCounts(tenant: ProductTenant) {
  const { '"public"."channel_pulls"': _asked, ...counts } = await rowCounts(tenant);
  return counts;
}

/** Fails unless each of these requests is refused as forged, and leaves nothing behind in any tenant. */
export async function expectForged(
  product: Product,
  forgeries: readonly { readonly url: string; readonly body: Buffer; readonly headers: WebhookHeaders }[],
): Promise<void> {
  const before = await everything(product);
  for (const [index, { url, body, headers }] of forgeries.entries()) {
    const reply = await postWebhook(url, body, headers);
    expect([reply.status, JSON.parse(reply.body).error.code], `forgery ${index}`).to.deep.equal([
      401,
      'forged',
    ]);
  }
  expect(await everything(product)).to.deep.equal(before);
}

/** What a file's link of ours leads to. */
export async function fetched(url: string | null): Promise<{ status: number; bytes: Buffer }> {
  const response = await fetch(url ?? '');
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}
