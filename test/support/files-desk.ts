import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import type { ErrorBody } from '../../src/contract/primitives.ts';
import { type FetchFilesOptions, fetchFiles } from '../../src/features/attachments/index.ts';
import {
  type AcceptedMessage,
  type InboundFile,
  inboundFile,
  inboundText,
  type ProviderFault,
  rateLimited,
  type WhatsAppEvent,
} from '../../src/simulator/index.ts';
import { expectEventsTellAll, wholeThread } from './event-mirror.ts';
import {
  type Answer,
  type Product,
  type ProductOptions,
  type ProductTenant,
  startProduct,
} from './product.ts';
import { filesUnder } from './store-folder.ts';
import { until } from './until.ts';

export type Attachment = Message['attachments'][number];
type FileEvent = Extract<WhatsAppEvent, { kind: 'message' }>;

export interface ArrivedFile {
  readonly event: FileEvent;
  readonly message: Message;
  readonly file: Attachment;
}
export interface UploadOptions {
  readonly filename?: string;
  readonly mimeType?: string;
  readonly voice?: string;
  readonly token?: string;
}
export interface Fetched {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

let lastNumber = 351_940_000_000;

/** A product, and what tests of files do again and again. Tenants are `acme` unless another is named. */
export class FilesDesk {
  readonly product: Product;
  readonly acme: ProductTenant;
  readonly globex: ProductTenant;
  /** The newest conversation that `settle` has looked at. */
  #settled = 0;

  private constructor(product: Product) {
    this.product = product;
    ({ acme: this.acme, globex: this.globex } = product);
  }

  static async open(options: ProductOptions = {}): Promise<FilesDesk> {
    return new FilesDesk(await startProduct(options));
  }
  async close(): Promise<void> {
    await this.product.close();
  }

  // What comes in

  newPerson() {
    lastNumber += 1;
    return { waId: String(lastNumber), name: 'Filipa File' };
  }
  /** The webhook of a file that lies at the provider; not posted yet. */
  fileEvent(bytes: Buffer, file: Omit<InboundFile, 'id'>, tenant = this.acme): FileEvent {
    const { id } = this.product.provider.addFile(tenant.account.phoneNumberId, file.mimeType, bytes);
    return inboundFile(this.newPerson(), { ...file, id });
  }
  /** The customer sends a file; resolves after the first try to fetch it. */
  async arrive(bytes: Buffer, file: Omit<InboundFile, 'id'>, tenant = this.acme): Promise<ArrivedFile> {
    return this.receive(this.fileEvent(bytes, file, tenant), tenant);
  }
  async receive(event: FileEvent, tenant = this.acme): Promise<ArrivedFile> {
    await tenant.receive([event]);
    await this.visit(tenant);
    const message = await this.messageOf(event.message.id, tenant);
    return { event, message, file: fileOf(message) };
  }
  /** A file that WhatsApp does not give away before its time is made to come; nobody tries before that. */
  async arriveLater(bytes: Buffer, file: Omit<InboundFile, 'id'>): Promise<ArrivedFile> {
    this.fail(rateLimited(3600));
    const arrived = await this.arrive(bytes, file);
    expect(arrived.file.state).to.equal('waiting');
    return arrived;
  }

  async messageOf(externalId: string, tenant = this.acme): Promise<Message> {
    const [row] = await tenant.query<{ id: number; conversationId: number }>(
      'SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1',
      [externalId],
    );
    const found = (await wholeThread(tenant, row?.conversationId ?? 0)).find(({ id }) => id === row?.id);
    if (!found) throw new Error('The message is not there.');
    return found;
  }
  async attachmentOf({ event }: Pick<ArrivedFile, 'event'>): Promise<Attachment> {
    return fileOf(await this.messageOf(event.message.id));
  }

  // Fetching

  /** The next requests for files meet this fault: the question where a file is, then the file itself. */
  fail(fault: ProviderFault, times = 1, tenant = this.acme): void {
    this.product.provider.failNext(tenant.account.phoneNumberId, fault, times, 'media');
  }
  /** The question is answered, and then the file is not given. */
  failDownload(fault: ProviderFault): void {
    this.fail({ kind: 'delay', delayMs: 0 });
    this.fail(fault);
  }
  /** Lets the lane look; resolves when it has. */
  async visit(tenant = this.acme): Promise<void> {
    await this.product.process.workers?.lanes.files.visited(tenant.tenant.id);
  }
  /** Lets every waiting file's time come now, for whoever looks next. */
  async makeDue(): Promise<void> {
    await this.acme.query(`UPDATE message_attachments SET next_attempt_at = now() WHERE state = 'waiting'`);
  }
  /** Tries until nothing waits. */
  async fetchAll(tenant = this.acme): Promise<void> {
    await until('no file waits', async () => {
      await tenant.query(`UPDATE message_attachments SET next_attempt_at = now() WHERE state = 'waiting'`);
      await this.visit(tenant);
      const rows = await tenant.query(`SELECT id FROM message_attachments WHERE state = 'waiting' LIMIT 1`);
      return rows.length === 0;
    });
  }
  /** A visit of a worker of its own, with other limits. */
  async fetchWith(options: Partial<FetchFilesOptions>): Promise<void> {
    const { tenants, media, config, publicUrl } = this.product.context;
    const { providerUrls, outboundAllow } = config;
    await fetchFiles(
      { tenants, store: media, providerUrls, publicUrl, outboundAllow, ...options },
      this.acme.tenant.id,
    );
  }
  async channelHealth(): Promise<string | undefined> {
    const [row] = await this.acme.query<{ health: string }>('SELECT health FROM channels WHERE id = $1', [
      this.acme.whatsapp.id,
    ]);
    return row?.health;
  }
  async rowOf({ file }: Pick<ArrivedFile, 'file'>) {
    const [row] = await this.acme.query<{
      attempts: number;
      waitSeconds: number;
      key: string | null;
      thumbnailKey: string | null;
      publicId: string;
    }>(
      `SELECT attempts, extract(epoch FROM next_attempt_at - now())::float8 AS "waitSeconds", url AS key,
         thumbnail_url AS "thumbnailKey", public_id AS "publicId" FROM message_attachments WHERE id = $1`,
      [file.id],
    );
    if (!row) throw new Error('The file has no row.');
    return row;
  }

  // The store

  /** What lies in the store, by key. */
  async stored(tenant?: ProductTenant): Promise<string[]> {
    const keys = await filesUnder(join(this.product.config.dataDir, 'media'));
    return tenant ? keys.filter(key => key.startsWith(tenant.tenant.id)) : keys;
  }
  async fetch(url: string | null, init: RequestInit = {}): Promise<Fetched> {
    const response = await fetch(url ?? '', init);
    return {
      status: response.status,
      headers: response.headers,
      bytes: Buffer.from(await response.arrayBuffer()),
    };
  }
  /** Asks with exactly these headers, which a browser's `fetch` would not let through. */
  async fetchRaw(url: string | null, headers: Readonly<Record<string, string>>, method = 'GET') {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(url ?? '', { method, headers }, resolve)
        .once('error', reject)
        .end();
    });
    return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) };
  }

  // What goes out

  formOf(bytes: Buffer, { filename = 'file', mimeType = '', voice }: UploadOptions = {}): FormData {
    const form = new FormData();
    if (voice !== undefined) form.append('voice', voice);
    form.append('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), filename);
    return form;
  }
  async postForm<Body = Attachment & ErrorBody>(
    body: NonNullable<RequestInit['body']>,
    { token = this.acme.token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.product.url}/api/v1/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) };
  }
  /** Expects 201. */
  async upload(bytes: Buffer, options: UploadOptions = {}): Promise<Attachment> {
    const answer = await this.postForm(
      this.formOf(bytes, options),
      options.token === undefined ? {} : { token: options.token },
    );
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }
  /** The conversation of a customer who has just written. */
  async newChat(): Promise<number> {
    const hello = inboundText(this.newPerson(), 'Hello?');
    await this.acme.receive([hello]);
    return (await this.messageOf(hello.message.id)).conversationId;
  }
  post(chat: number, body: Readonly<Record<string, unknown>>): Promise<Answer<Message & ErrorBody>> {
    return this.acme.http('POST', `/conversations/${chat}/messages`, body);
  }
  /** Writes as an agent; expects 201. */
  async send(chat: number, body: Readonly<Record<string, unknown>>): Promise<Message> {
    const answer = await this.post(chat, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }
  /** Lets the sender look; resolves when it has. */
  async visitSends(): Promise<void> {
    await this.product.process.workers?.lanes.send.visited(this.acme.tenant.id);
  }
  async becomes({ id, conversationId }: Message, status: Message['status']): Promise<Message> {
    let last = '';
    await until(`message ${id} is ${status}`, async () => {
      await this.acme.query('UPDATE channels SET paused_until = NULL');
      await this.acme.query('UPDATE message_sends SET next_attempt_at = now() WHERE claimed_until IS NULL');
      await this.visitSends();
      const [row] = await this.acme.query<{ status: string; error: string | null }>(
        'SELECT status, error_message AS error FROM messages WHERE id = $1',
        [id],
      );
      last = `${row?.status} ${row?.error ?? ''}`;
      return row?.status === status;
    }).catch(error => {
      throw new Error(`${(error as Error).message} It is ${last}.`);
    });
    const found = (await wholeThread(this.acme, conversationId)).find(message => message.id === id);
    return found as Message;
  }
  /** What WhatsApp took of this message. */
  accepted({ id }: Pick<Message, 'id'>): AcceptedMessage | undefined {
    return this.product.provider
      .accepted(this.acme.account.phoneNumberId)
      .find(({ correlator }) => correlator?.startsWith(`${id}.`));
  }

  /** After each test: faults are forgotten, nothing is under way, and of what is new events tell all that the API shows. */
  async settle(): Promise<void> {
    this.product.provider.behaveWell(this.acme.account.phoneNumberId);
    await this.fetchAll();
    await until('everything has been sent', async () => {
      await this.acme.query('UPDATE message_sends SET next_attempt_at = now() WHERE claimed_until IS NULL');
      await this.visitSends();
      return (await this.acme.query('SELECT 1 FROM message_sends LIMIT 1')).length === 0;
    });
    // Those of other channels are rows that a test has written.
    const rows = await this.acme.query<{ id: number }>(
      `SELECT id FROM conversations WHERE id > $1 AND platform = 'whatsapp' ORDER BY id`,
      [this.#settled],
    );
    const fresh = rows.map(({ id }) => id);
    await expectEventsTellAll(this.acme, fresh);
    this.#settled = fresh.at(-1) ?? this.#settled;
  }
}

function fileOf(message: Message): Attachment {
  const [file] = message.attachments;
  if (!file) throw new Error(`Message ${message.id} has no file.`);
  return file;
}
