import { createHmac } from 'node:crypto';
import type { WebhookHeaders } from './platform-desk.ts';
import { type SeenRequest, type StubAnswer, StubServer } from './stub-server.ts';

export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
}
/** A message that was asked for with the right credentials. */
export interface TwilioMessage {
  readonly sid: string;
  readonly fields: URLSearchParams;
  /** Fetched from the addresses in it. */
  readonly files: readonly Buffer[];
}

const anySid = (kind: string, number: number) => `${kind}${String(number).padStart(32, '0')}`;

/**
 * Twilio's messages as far as an inbox needs them, by real HTTP: it wants Basic credentials for everything, fetches the
 * files of a message, and sends who asks for a customer's file on to another server.
 */
export class TwilioProvider {
  readonly messages: TwilioMessage[] = [];
  /** For the next messages, in order; afterwards they are taken. */
  readonly faults: StubAnswer[] = [];
  /** What was asked of the server that keeps the files. */
  readonly seenByStorage: SeenRequest[];
  readonly #accounts: readonly TwilioAccount[];
  readonly #media = new Map<string, string>();
  readonly #server = new StubServer();
  readonly #storage = new StubServer();
  readonly #files = new Map<string, { mimeType: string; bytes: Buffer }>();
  #last = 0;

  constructor(accounts: readonly TwilioAccount[]) {
    this.#accounts = accounts;
    this.seenByStorage = this.#storage.seen;
    this.#server.answer = request => this.#answer(request);
    this.#storage.answer = ({ url }) => {
      const file = this.#files.get(url);
      if (!file) return { status: 404, body: 'no such file' };
      return { headers: { 'content-type': file.mimeType }, body: file.bytes };
    };
  }
  async start(): Promise<void> {
    await Promise.all([this.#server.start(), this.#storage.start()]);
  }
  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), this.#storage.stop()]);
  }
  get url(): string {
    return this.#server.url;
  }
  /** The server with the files, as `host:port`. */
  get storageHost(): string {
    return new URL(this.#storage.url).host;
  }
  newSid(kind: 'SM' | 'MM'): string {
    return anySid(kind, ++this.#last);
  }
  /** What the next message will be called. */
  nextSid(kind: 'SM' | 'MM'): string {
    return anySid(kind, this.#last + 1);
  }
  /** Where a customer's file is asked for; from there one is sent on, to the storage or to where it is said. */
  addMedia(account: TwilioAccount, mimeType: string, bytes: Buffer, elsewhere?: string): string {
    const sid = anySid('ME', ++this.#last);
    const path = `/2010-04-01/Accounts/${account.accountSid}/Messages/${this.newSid('MM')}/Media/${sid}`;
    this.#files.set(`/${sid}`, { mimeType, bytes });
    this.#media.set(path, elsewhere ?? `${this.#storage.url}/${sid}`);
    return `${this.url}${path}`;
  }

  async #answer(request: SeenRequest): Promise<StubAnswer> {
    const { pathname } = new URL(request.url, this.url);
    const account = this.#accounts.find(({ accountSid, authToken }) => {
      const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      return request.headers.authorization === `Basic ${credentials}`;
    });
    const base = `/2010-04-01/Accounts/${account?.accountSid}`;
    if (!account || !(pathname.startsWith(`${base}/`) || pathname === `${base}.json`))
      return refusedByTwilio(401, 20003, 'Authenticate');
    const location = this.#media.get(pathname);
    if (location !== undefined) return { status: 307, headers: { location }, body: '' };
    const path = pathname.slice(base.length);
    if (path === '/Messages.json') return this.#take(new URLSearchParams(request.body.toString()));
    if (path === '.json') return { body: { status: 'active', friendly_name: 'Acme' } };
    if (path.startsWith('/IncomingPhoneNumbers')) return { body: { incoming_phone_numbers: [] } };
    return refusedByTwilio(404, 20404, 'The requested resource was not found');
  }

  async #take(fields: URLSearchParams): Promise<StubAnswer> {
    const sid = this.newSid(fields.has('MediaUrl') ? 'MM' : 'SM');
    const fault = this.faults.shift();
    if (fault) return fault;
    const files = await Promise.all(
      fields.getAll('MediaUrl').map(async url => Buffer.from(await (await fetch(url)).arrayBuffer())),
    );
    this.messages.push({ sid, fields, files });
    return { status: 201, body: { sid, status: 'queued', error_code: null } };
  }
}

/** As Twilio refuses. */
export function refusedByTwilio(status: number, code: number, message: string): StubAnswer {
  return {
    status,
    body: { code, message, status, more_info: `https://www.twilio.com/docs/errors/${code}` },
  };
}

/** The form of a webhook. */
export function twilioForm(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(new URLSearchParams(fields).toString());
}

/** As Twilio signs: the address, then every name with its value, sorted by name. */
export function signedByTwilio(authToken: string, url: string, body: Buffer): WebhookHeaders {
  const pairs = [...new URLSearchParams(body.toString())].sort(([one], [other]) => (one < other ? -1 : 1));
  const content = url + pairs.map(([name, value]) => name + value).join('');
  return {
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'x-twilio-signature': createHmac('sha1', authToken).update(content).digest('base64'),
  };
}
