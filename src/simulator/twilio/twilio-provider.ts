import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response, Router } from 'express';
import { type FetchedFile, fetchFile } from '../fetch-file.ts';
import type { Fault } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';
import {
  type DeliverOptions,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../simulated-provider.ts';
import type { WebhookPost } from '../webhook-post.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { signedByTwilio } from '../webhook-signatures.ts';
import {
  type AcceptedTwilio,
  type TwilioAccount,
  type TwilioCall,
  type TwilioOperation,
  TwilioState,
} from './twilio-account.ts';
import { refusedByTwilio } from './twilio-error.ts';
import { inboundForm, newSid, statusForm, type TwilioEvent, type TwilioStatus } from './twilio-event.ts';
import { type TwilioBackend, twilioRoutes } from './twilio-routes.ts';
import { mediaNotFetched, messageFault } from './twilio-rules.ts';

export interface TwilioProviderOptions extends SimulatedProviderOptions {
  readonly accounts?: readonly TwilioAccount[];
}

/**
 * Twilio's side of the line: its API wants credentials for everything; who asks for a customer's file is sent on to
 * another server, which keeps the files and wants none.
 */
export class TwilioProvider
  extends SimulatedProvider<
    TwilioAccount,
    TwilioState,
    TwilioStatus,
    TwilioOperation,
    { accepted: [AcceptedTwilio] }
  >
  implements TwilioBackend
{
  readonly router: Router;
  protected readonly platform = 'Twilio';
  /** Awaited when a message has been taken, before the answer leaves. */
  beforeAnswer: ((message: AcceptedTwilio) => Promise<void>) | undefined;
  /** With what the server that keeps the files was asked. */
  readonly storageRequests: IncomingHttpHeaders[] = [];
  readonly #files = new Map<string, FetchedFile>();
  readonly #storage: http.Server;

  constructor(options: TwilioProviderOptions = {}) {
    super(options);
    this.router = twilioRoutes(this);
    this.#storage = http.createServer(({ url = '', headers }, response) => {
      this.storageRequests.push(headers);
      const file = this.#files.get(url);
      if (file === undefined) return void response.writeHead(404).end('no such file');
      response.writeHead(200, { 'content-type': file.mimeType }).end(file.bytes);
    });
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  protected idOf({ accountSid }: TwilioAccount): string {
    return accountSid;
  }
  protected targetOf({ authToken, numbers = [] }: TwilioAccount) {
    return { url: numbers[0]?.webhookUrl ?? '', sign: signedByTwilio(authToken) };
  }
  protected open(account: TwilioAccount, sender: WebhookSender): TwilioState {
    return new TwilioState(account, sender);
  }
  protected override change(state: TwilioState, account: TwilioAccount): void {
    super.change(state, account);
    state.own(account.numbers ?? []);
  }

  override async start(port = 0): Promise<string> {
    this.#storage.listen(0, '127.0.0.1');
    await once(this.#storage, 'listening');
    return super.start(port);
  }
  override async stop(): Promise<void> {
    this.#storage.close();
    this.#storage.closeAllConnections();
    await super.stop();
  }

  /** The server that keeps the files, as `host:port`. */
  get storageHost(): string {
    return `127.0.0.1:${(this.#storage.address() as AddressInfo).port}`;
  }

  /** Calls of `/Messages.json` that were let in, whatever was answered, in order. */
  calls(accountSid: string): readonly TwilioCall[] {
    return this.stateOf(accountSid).calls;
  }
  /** Every message that was taken, in order. */
  accepted(accountSid: string): readonly AcceptedTwilio[] {
    return this.stateOf(accountSid).accepted;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(accountSid: string, fault: Fault, times = 1, operation: TwilioOperation = 'messages'): void {
    this.script(accountSid, fault, times, operation);
  }

  /** Where a customer's file is asked for; from there one is sent on, to the storage or to where it is said. */
  addFile(accountSid: string, mimeType: string, bytes: Buffer, elsewhere?: string): string {
    const sid = newSid('ME');
    const path = `/2010-04-01/Accounts/${accountSid}/Messages/${newSid('MM')}/Media/${sid}`;
    this.#files.set(`/${sid}`, { mimeType, bytes });
    this.stateOf(accountSid).media.set(path, elsewhere ?? `http://${this.storageHost}/${sid}`);
    return `${this.url}${path}`;
  }

  /** Knows what customers wrote to a number, although somebody else posts it. */
  note(accountSid: string, to: string, event: TwilioEvent): void {
    this.stateOf(accountSid).note(to, event);
  }

  /** Posts what customers wrote to one of the account's numbers; resolves when each is acknowledged or given up. */
  deliver(
    accountSid: string,
    to: string,
    events: readonly TwilioEvent[],
    options: DeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(accountSid);
    for (const event of events) state.note(to, event);
    const number = state.numbers.find(({ phoneNumber }) => phoneNumber === to);
    const bodies = events.map(event => inboundForm({ accountSid, to }, event));
    return this.post(state, bodies, { ...options, url: number?.webhookUrl ?? '' });
  }

  /** Tells the business what became of its message, at the address that came with it. */
  async sendStatus(
    message: AcceptedTwilio,
    status: TwilioStatus,
    errorCode?: number,
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(message.accountSid);
    const url = message.fields.get('StatusCallback');
    if (state.behaviour.areReceiptsDropped || url === null) return [];
    return this.post(state, [statusForm(message, status, errorCode)], { url });
  }

  async ask(state: TwilioState, fields: URLSearchParams, response: Response): Promise<void> {
    const call: TwilioCall = { accountSid: state.account.accountSid, fields };
    state.calls.push(call);
    await this.answer(state, 'messages', response, () => this.#take(state, call));
  }

  async #take(state: TwilioState, call: TwilioCall): Promise<ProviderReply> {
    const { accountSid, fields } = call;
    const fault = messageFault(state, fields);
    if (fault !== undefined) return refusedByTwilio(fault);
    const fetched = await Promise.all(fields.getAll('MediaUrl').map(fetchFile));
    const files = fetched.filter(file => file !== undefined).map(({ bytes }) => bytes);
    if (files.length < fetched.length) return refusedByTwilio(mediaNotFetched);
    const taken: AcceptedTwilio = {
      ...call,
      sid: newSid(files.length > 0 ? 'MM' : 'SM'),
      from: fields.get('From') ?? fields.get('MessagingServiceSid') ?? '',
      to: fields.get('To') ?? '',
      files,
      at: this.clock.now(),
    };
    state.accepted.push(taken);
    this.events.emit('accepted', taken);
    this.planReceipts(state, ({ status, errorCode }) => void this.sendStatus(taken, status, errorCode));
    await this.beforeAnswer?.(taken);
    return {
      status: 201,
      body: {
        sid: taken.sid,
        account_sid: accountSid,
        from: taken.from,
        to: taken.to,
        body: fields.get('Body') ?? '',
        num_media: String(files.length),
        status: 'queued',
        error_code: null,
        error_message: null,
      },
    };
  }
}
