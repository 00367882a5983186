import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Router } from 'express';
import { type Clock, systemClock } from '../kit/clock.ts';
import { type Random, shuffled } from '../kit/random.ts';
import { BackgroundWork } from './background-work.ts';
import { errorReply, type GraphReply } from './graph-reply.ts';
import { type GraphMessage, type GraphReadMark, readGraphRequest } from './graph-request.ts';
import { type GraphBackend, graphRoutes } from './graph-routes.ts';
import { nobodyThere, templateFault, unknownFileOf, unknownMessage, windowFault } from './graph-rules.ts';
import { MediaShelf, type ShelvedFile } from './media-shelf.ts';
import type { ProviderFault } from './provider-fault.ts';
import type { WebhookPost } from './webhook-post.ts';
import { type WebhookRetry, WebhookSender } from './webhook-sender.ts';
import {
  type AcceptedMessage,
  type AccountBehaviour,
  AccountState,
  type FaultyOperation,
  goodBehaviour,
  type ReadMark,
  type WhatsAppAccount,
} from './whatsapp-account.ts';
import { type MessageStatus, messageStatus } from './whatsapp-customer.ts';
import { envelopeOf, newWamid, type WhatsAppEvent, type WhatsAppPerson } from './whatsapp-event.ts';

export interface WhatsAppProviderOptions {
  readonly accounts?: readonly WhatsAppAccount[];
  /**
   * Who has an address (digits of a number, or a user id). `undefined`: nobody, and the message cannot be delivered.
   * When left out everybody has WhatsApp, under exactly the number that was written to.
   */
  readonly resolve?: (address: string) => WhatsAppPerson | undefined;
  readonly webhookRetry?: WebhookRetry;
  readonly webhookTimeoutMs?: number;
  readonly maximumWebhookSockets?: number;
  readonly random?: Random;
  readonly clock?: Clock;
}
export interface DeliverOptions {
  /** How many events go into one POST; all of them when left out. */
  readonly eventsPerPost?: number;
  /** How often each POST is made; as the account behaves when left out. */
  readonly copies?: number;
  readonly isShuffled?: boolean;
}
interface ProviderEvents {
  accepted: [AcceptedMessage];
  readMark: [ReadMark, string];
  /** Made, whether or not its webhook is dropped or arrives. */
  status: [AcceptedMessage, MessageStatus];
}

/**
 * WhatsApp's side of the line: the Graph API that businesses call, and the webhooks that it posts to them. It keeps a
 * ledger of what it has accepted, so that a suite can hold it against what the business believes.
 */
export class WhatsAppProvider implements GraphBackend {
  /** Events: `accepted`, `readMark` (with the account's phone number id), `status`. */
  readonly events = new EventEmitter<ProviderEvents>();
  readonly work = new BackgroundWork();
  readonly media: MediaShelf;
  /** To be mounted under a path of another app; `start` is then not needed. */
  readonly router: Router;
  readonly #options: WhatsAppProviderOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #states = new Map<string, AccountState>();
  #server: http.Server | undefined;

  constructor(options: WhatsAppProviderOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.media = new MediaShelf(this.#clock);
    this.router = graphRoutes(this);
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  /** Listens on loopback; gives the base URL, without a slash at its end. */
  async start(port = 0): Promise<string> {
    const server = http.createServer(express().disable('x-powered-by').use(this.router));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection and gives up every webhook that is not acknowledged. */
  async stop(): Promise<void> {
    this.work.close();
    for (const { sender } of this.#states.values()) sender.close();
    const server = this.#server;
    if (server !== undefined) {
      const isClosed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await isClosed;
    }
    await this.whenIdle();
  }

  /** Resolves when no receipt is due and every webhook is acknowledged or given up. */
  async whenIdle(): Promise<void> {
    await this.work.whenIdle();
    await Promise.all([...this.#states.values()].map(({ sender }) => sender.whenIdle()));
  }

  /** An account that is known already gets its new credentials and webhook URL, and keeps its ledgers. */
  addAccount(account: WhatsAppAccount): void {
    const target = { url: account.webhookUrl, appSecret: account.appSecret };
    const known = this.#states.get(account.phoneNumberId);
    if (known !== undefined) {
      known.account = account;
      known.sender.target = target;
      return;
    }
    const { webhookRetry: retry, webhookTimeoutMs: timeoutMs, maximumWebhookSockets } = this.#options;
    const sender = new WebhookSender({
      target,
      clock: this.#clock,
      random: this.#random,
      ...(retry === undefined ? {} : { retry }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maximumWebhookSockets === undefined ? {} : { maximumSockets: maximumWebhookSockets }),
    });
    this.#states.set(account.phoneNumberId, new AccountState(account, sender));
  }

  account(phoneNumberId: string): WhatsAppAccount {
    return this.#stateOf(phoneNumberId).account;
  }

  /** Every message that was taken, in order. */
  accepted(phoneNumberId: string): readonly AcceptedMessage[] {
    return this.#stateOf(phoneNumberId).accepted;
  }

  readMarks(phoneNumberId: string): readonly ReadMark[] {
    return this.#stateOf(phoneNumberId).readMarks;
  }

  /** Posts to the account's webhook URL, and the ledger of those posts. */
  webhooks(phoneNumberId: string): WebhookSender {
    return this.#stateOf(phoneNumberId).sender;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(
    phoneNumberId: string,
    fault: ProviderFault,
    times = 1,
    operation: FaultyOperation = 'messages',
  ): void {
    this.#stateOf(phoneNumberId).pushFaults(operation, fault, times);
  }

  /** Changes only what is given. */
  behave(phoneNumberId: string, change: Partial<AccountBehaviour>): void {
    const state = this.#stateOf(phoneNumberId);
    state.behaviour = { ...state.behaviour, ...change };
  }

  /** Forgets all scripted faults and behaviour; ledgers stay. */
  behaveWell(phoneNumberId: string): void {
    const state = this.#stateOf(phoneNumberId);
    state.behaviour = goodBehaviour;
    state.clearFaults();
  }

  /** Lets the business write free text for 24 hours, as if this number or user id had written at `at`. */
  openWindow(phoneNumberId: string, address: string, at: Date = this.#clock.now()): void {
    this.#stateOf(phoneNumberId).openWindow(address, at);
  }

  /** Lets the business quote, react to and mark as read a message that this provider has never seen. */
  remember(phoneNumberId: string, messageId: string): void {
    this.#stateOf(phoneNumberId).remember(messageId);
  }

  addFile(phoneNumberId: string, mimeType: string, bytes: Buffer): ShelvedFile {
    return this.media.put(this.#stateOf(phoneNumberId).account.phoneNumberId, mimeType, bytes);
  }

  /** Posts what happened to the business; resolves when each POST is acknowledged or given up. */
  async deliver(
    phoneNumberId: string,
    events: readonly WhatsAppEvent[],
    options: DeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.#stateOf(phoneNumberId);
    const { account, behaviour, sender } = state;
    for (const event of events) state.note(event);
    const size = Math.max(1, options.eventsPerPost ?? events.length);
    const bodies = Array.from({ length: Math.ceil(events.length / size) }, (_, index) =>
      Buffer.from(JSON.stringify(envelopeOf(account, events.slice(index * size, (index + 1) * size)))),
    ).flatMap(body => Array.from({ length: options.copies ?? behaviour.webhookCopies }, () => body));
    const ordered = options.isShuffled === true ? shuffled(bodies, this.#random) : bodies;
    return Promise.all(
      ordered.map(body => {
        const jitterMs = Math.floor(this.#random() * behaviour.webhookJitterMs);
        return sender.send(body, { delayMs: behaviour.webhookDelayMs + jitterMs });
      }),
    );
  }

  /** Tells the business what became of its message. */
  async sendStatus(
    message: AcceptedMessage,
    status: MessageStatus,
    errorCode?: number,
  ): Promise<readonly WebhookPost[]> {
    this.events.emit('status', message, status);
    if (this.#stateOf(message.phoneNumberId).behaviour.areReceiptsDropped) return [];
    const options = { at: this.#clock.now(), ...(errorCode === undefined ? {} : { errorCode }) };
    return this.deliver(message.phoneNumberId, [messageStatus(message, status, options)]);
  }

  state(phoneNumberId: string): AccountState | undefined {
    return this.#states.get(phoneNumberId);
  }

  stateOfToken(accessToken: string): AccountState | undefined {
    return [...this.#states.values()].find(({ account }) => account.accessToken === accessToken);
  }

  handleMessages(state: AccountState, body: unknown): GraphReply {
    const request = readGraphRequest(body);
    switch (request.kind) {
      case 'refused':
        return errorReply(request.fault);
      case 'readMark':
        return this.#markRead(state, request.readMark);
      case 'message':
        return this.#accept(state, request.message);
    }
  }

  #markRead(state: AccountState, mark: GraphReadMark): GraphReply {
    if (!state.knows(mark.message_id)) return errorReply(unknownMessage(mark.message_id));
    const readMark = {
      messageId: mark.message_id,
      isTyping: mark.typing_indicator !== undefined,
      at: this.#clock.now(),
    };
    state.readMarks.push(readMark);
    this.events.emit('readMark', readMark, state.account.phoneNumberId);
    return { status: 200, body: { success: true } };
  }

  #accept(state: AccountState, body: GraphMessage): GraphReply {
    const replyTo = body.context?.message_id;
    for (const id of [replyTo, body.type === 'reaction' ? body.reaction.message_id : undefined])
      if (id !== undefined && !state.knows(id)) return errorReply(unknownMessage(id));
    const input = body.to ?? body.recipient ?? '';
    const isNumber = body.to !== undefined;
    const address = isNumber ? input.replace(/\D/g, '') : input;
    const person = this.#personAt(address, isNumber);
    if (person === undefined) return errorReply(nobodyThere);
    const fault =
      body.type === 'template'
        ? templateFault(state, body.template)
        : windowFault(state, [address, person.waId, person.userId], this.#clock.now());
    if (fault !== undefined) return errorReply(fault);
    const unknownFile = unknownFileOf(
      body,
      id => this.media.find(id)?.phoneNumberId === state.account.phoneNumberId,
    );
    if (unknownFile !== undefined) return errorReply(unknownFile);

    const message: AcceptedMessage = {
      id: newWamid(),
      phoneNumberId: state.account.phoneNumberId,
      to: input,
      waId: isNumber ? (person.waId ?? address) : undefined,
      userId: isNumber ? undefined : (person.userId ?? address),
      correlator: body.biz_opaque_callback_data,
      replyTo,
      body,
      at: this.#clock.now(),
    };
    state.accept(message);
    this.events.emit('accepted', message);
    for (const { status, afterMs, errorCode } of state.behaviour.receipts)
      this.work.after(afterMs, () => void this.sendStatus(message, status, errorCode));
    const contact = { input, ...(isNumber ? { wa_id: message.waId } : { user_id: message.userId }) };
    return {
      status: 200,
      body: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id: message.id }] },
    };
  }

  #personAt(address: string, isNumber: boolean): WhatsAppPerson | undefined {
    if (this.#options.resolve !== undefined) return this.#options.resolve(address);
    return isNumber ? { waId: address } : { userId: address };
  }

  #stateOf(phoneNumberId: string): AccountState {
    const state = this.#states.get(phoneNumberId);
    if (state === undefined) throw new Error(`The simulated WhatsApp has no account ${phoneNumberId}.`);
    return state;
  }
}
