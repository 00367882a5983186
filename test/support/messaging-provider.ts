import { signWebhook } from '../../src/simulator/index.ts';
import type { WebhookHeaders } from './platform-desk.ts';
import { type FormFile, readRequestForm } from './request-form.ts';
import { type SeenRequest, type StubAnswer, StubServer } from './stub-server.ts';

/** A Facebook page or an Instagram account with its own app. */
export interface MessagingAccount {
  readonly id: string;
  readonly accessToken: string;
  readonly appSecret: string;
}
/** What was asked of `/messages` with the right token. */
export interface AskedMessage {
  readonly account: MessagingAccount;
  readonly path: string;
  /** The fields of a form stand here as values, too. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Uploaded with the message, or fetched from the address in it. */
  readonly file: (Pick<FormFile, 'bytes' | 'mimeType'> & Partial<FormFile>) | undefined;
  /** What it is called in the answer and in the echo. */
  readonly messageId: string;
}

/**
 * The Graph API of Messenger and Instagram as far as an inbox needs it, by real HTTP: it knows who may call by the
 * token, reads forms, fetches the files that it is told of, and serves customers' files itself.
 */
export class MessagingProvider {
  /** Calls of `/messages` that were let through, in order, whatever was answered. */
  readonly asked: AskedMessage[] = [];
  /** For the next calls of `/messages`, in order; afterwards they are taken. */
  readonly faults: StubAnswer[] = [];
  /** Awaited when a message has been taken, before the answer leaves. */
  beforeAnswer: ((message: AskedMessage) => Promise<void>) | undefined;
  readonly #accounts: readonly MessagingAccount[];
  readonly #files = new Map<string, { mimeType: string; bytes: Buffer }>();
  readonly #server = new StubServer();
  #last = 0;

  constructor(accounts: readonly MessagingAccount[]) {
    this.#accounts = accounts;
    this.#server.answer = request => this.#answer(request);
  }
  start(): Promise<void> {
    return this.#server.start();
  }
  stop(): Promise<void> {
    return this.#server.stop();
  }
  get url(): string {
    return this.#server.url;
  }
  /** Where a customer's file can be fetched by anybody. */
  addFile(name: string, mimeType: string, bytes: Buffer): string {
    this.#files.set(`/cdn/${name}`, { mimeType, bytes });
    return `${this.url}/cdn/${name}`;
  }
  /** Messages to this person. */
  messagesTo(personId: string): readonly AskedMessage[] {
    return this.#askedFor(personId).filter(({ body }) => 'message' in body);
  }
  /** Reactions to messages of this person. */
  actionsOn(personId: string): readonly AskedMessage[] {
    return this.#askedFor(personId).filter(({ body }) => 'sender_action' in body);
  }
  #askedFor(personId: string): readonly AskedMessage[] {
    return this.asked.filter(({ body }) => (body.recipient as { id?: string } | undefined)?.id === personId);
  }

  async #answer(request: SeenRequest): Promise<StubAnswer> {
    const { pathname } = new URL(request.url, this.url);
    const file = this.#files.get(pathname);
    if (file) return { headers: { 'content-type': file.mimeType }, body: file.bytes };
    if (pathname.startsWith('/cdn/')) return { status: 404, body: 'gone' };
    const account = this.#accounts.find(
      ({ accessToken }) => request.headers.authorization === `Bearer ${accessToken}`,
    );
    if (!account) return refusal(401, 190, 'Invalid OAuth access token.');
    const [, target, action] = /^\/v\d+\.\d+\/([^/]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
    if (target !== 'me' && target !== account.id)
      return refusal(400, 100, 'Unsupported request: the object does not exist.', 33);
    if (action === undefined) return { body: { id: account.id, name: 'Acme', username: 'acme' } };
    if (action === 'subscribed_apps')
      return { body: { success: true, data: [{ subscribed_fields: ['messages'] }] } };
    if (action !== 'messages' || request.method !== 'POST') return refusal(400, 100, 'Unsupported request.');
    return this.#take(account, pathname, request);
  }

  async #take(account: MessagingAccount, path: string, request: SeenRequest): Promise<StubAnswer> {
    const { body, file } = await this.#read(request);
    const message = { account, path, body, file, messageId: `m_out_${++this.#last}` };
    this.asked.push(message);
    const fault = this.faults.shift();
    if (fault) return fault;
    const recipient = body.recipient as { id?: string } | undefined;
    if (recipient?.id === undefined) return refusal(400, 100, 'The parameter recipient is required.');
    await this.beforeAnswer?.(message);
    if ('sender_action' in body) return { body: { recipient_id: recipient.id } };
    return { body: { recipient_id: recipient.id, message_id: message.messageId } };
  }

  async #read(request: SeenRequest): Promise<Pick<AskedMessage, 'body' | 'file'>> {
    if (request.headers['content-type']?.startsWith('multipart/form-data')) {
      const { fields, files } = await readRequestForm(request);
      const readField = (text: string) => (text.startsWith('{') ? JSON.parse(text) : text);
      const body = Object.entries(fields).map(([name, text]) => [name, readField(text)]);
      return { body: Object.fromEntries(body), file: files[0] };
    }
    const body = JSON.parse(request.body.toString());
    const url = body.message?.attachment?.payload?.url;
    if (url === undefined) return { body, file: undefined };
    const response = await fetch(url);
    return {
      body,
      file: {
        bytes: Buffer.from(await response.arrayBuffer()),
        mimeType: response.headers.get('content-type') ?? '',
      },
    };
  }
}

/** As the Graph API refuses. */
export function refusal(status: number, code: number, message: string, subcode?: number): StubAnswer {
  const error = { message, type: 'OAuthException', code, fbtrace_id: 'A1b2C3d4' };
  return { status, body: { error: subcode === undefined ? error : { ...error, error_subcode: subcode } } };
}
export function signedByApp(
  { appSecret }: Pick<MessagingAccount, 'appSecret'>,
  body: Buffer,
): WebhookHeaders {
  return { 'content-type': 'application/json', 'x-hub-signature-256': signWebhook(appSecret, body) };
}

type Content = Readonly<Record<string, unknown>>;
/** Something that a customer did. */
export function fromCustomer(account: { id: string }, personId: string, content: Content, at = Date.now()) {
  return { sender: { id: personId }, recipient: { id: account.id }, timestamp: at, ...content };
}
/** A message that left the account, whoever wrote it. */
export function echoTo(account: { id: string }, personId: string, message: Content, at = Date.now()) {
  return {
    sender: { id: account.id },
    recipient: { id: personId },
    timestamp: at,
    message: { is_echo: true, ...message },
  };
}

export interface MessagingEntry {
  readonly account: { id: string };
  readonly events: readonly object[];
}
export function messagingEnvelope(
  object: 'page' | 'instagram',
  ...entries: readonly MessagingEntry[]
): Buffer {
  return Buffer.from(
    JSON.stringify({
      object,
      entry: entries.map(({ account, events }) => ({ id: account.id, time: Date.now(), messaging: events })),
    }),
  );
}
