import type { Router } from 'express';
import { errorReply, type ProviderFault, plainFault } from '../graph/graph-error.ts';
import type { ProviderReply } from '../provider-reply.ts';
import {
  type DeliverOptions,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../simulated-provider.ts';
import type { WebhookPost } from '../webhook-post.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { type GraphMessage, type GraphReadMark, readGraphRequest } from './graph-request.ts';
import { type GraphBackend, graphRoutes } from './graph-routes.ts';
import { nobodyThere, templateFault, unknownFileOf, unknownMessage, windowFault } from './graph-rules.ts';
import type { Business } from './graph-subscription.ts';
import { MediaShelf, type ShelvedFile } from './media-shelf.ts';
import {
  type AcceptedMessage,
  type FaultyOperation,
  type ReadMark,
  type WhatsAppAccount,
  WhatsAppState,
} from './whatsapp-account.ts';
import { type MessageStatus, messageStatus } from './whatsapp-customer.ts';
import { envelopeOf, newWamid, type WhatsAppEvent, type WhatsAppPerson } from './whatsapp-event.ts';

export interface WhatsAppProviderOptions extends SimulatedProviderOptions {
  readonly accounts?: readonly WhatsAppAccount[];
  /**
   * Who has an address (digits of a number, or a user id). `undefined`: nobody, and the message cannot be delivered.
   * When left out everybody has WhatsApp, under exactly the number that was written to.
   */
  readonly resolve?: (address: string) => WhatsAppPerson | undefined;
}
export interface WhatsAppDeliverOptions extends DeliverOptions {
  /** How many events go into one POST; all of them when left out. */
  readonly eventsPerPost?: number;
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
export class WhatsAppProvider
  extends SimulatedProvider<WhatsAppAccount, WhatsAppState, MessageStatus, FaultyOperation, ProviderEvents>
  implements GraphBackend
{
  readonly media: MediaShelf;
  readonly router: Router;
  protected readonly platform = 'WhatsApp';
  readonly #options: WhatsAppProviderOptions;
  readonly #businesses = new Map<string, Business>();

  constructor(options: WhatsAppProviderOptions = {}) {
    super(options);
    this.#options = options;
    this.media = new MediaShelf(this.clock);
    this.router = graphRoutes(this);
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  protected idOf({ phoneNumberId }: WhatsAppAccount): string {
    return phoneNumberId;
  }
  protected targetOf({ webhookUrl: url, appSecret }: WhatsAppAccount) {
    return { url, appSecret };
  }
  protected open(account: WhatsAppAccount, sender: WebhookSender): WhatsAppState {
    return new WhatsAppState(account, sender);
  }

  /** A webhook URL that is new is where the account is from then on. */
  protected override change(state: WhatsAppState, account: WhatsAppAccount): void {
    if (account.webhookUrl !== state.account.webhookUrl) state.webhookUrl = undefined;
    super.change(state, account);
  }

  businessOf({ account: { businessAccountId } }: WhatsAppState): Business {
    const business = this.#businesses.get(businessAccountId) ?? {};
    this.#businesses.set(businessAccountId, business);
    return business;
  }

  /** Every message that was taken, in order. */
  accepted(phoneNumberId: string): readonly AcceptedMessage[] {
    return this.stateOf(phoneNumberId).accepted;
  }

  readMarks(phoneNumberId: string): readonly ReadMark[] {
    return this.stateOf(phoneNumberId).readMarks;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(
    phoneNumberId: string,
    fault: ProviderFault,
    times = 1,
    operation: FaultyOperation = 'messages',
  ): void {
    this.script(phoneNumberId, plainFault(fault), times, operation);
  }

  /** Lets the business write free text for 24 hours, as if this number or user id had written at `at`. */
  openWindow(phoneNumberId: string, address: string, at: Date = this.clock.now()): void {
    this.stateOf(phoneNumberId).openWindow(address, at);
  }

  /** Lets the business quote, react to and mark as read a message that this provider has never seen. */
  remember(phoneNumberId: string, messageId: string): void {
    this.stateOf(phoneNumberId).remember(messageId);
  }

  addFile(phoneNumberId: string, mimeType: string, bytes: Buffer): ShelvedFile {
    return this.media.put(this.stateOf(phoneNumberId).account.phoneNumberId, mimeType, bytes);
  }

  /** Posts what happened to the business; resolves when each POST is acknowledged or given up. */
  async deliver(
    phoneNumberId: string,
    events: readonly WhatsAppEvent[],
    options: WhatsAppDeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(phoneNumberId);
    for (const event of events) state.note(event);
    const size = Math.max(1, options.eventsPerPost ?? events.length);
    const bodies = Array.from({ length: Math.ceil(events.length / size) }, (_, index) =>
      Buffer.from(JSON.stringify(envelopeOf(state.account, events.slice(index * size, (index + 1) * size)))),
    );
    const url = state.webhookUrl ?? this.businessOf(state).webhookUrl;
    return this.post(state, bodies, { ...options, ...(url === undefined ? {} : { url }) });
  }

  /** Knows what customers sent, although somebody else posts it. */
  note(phoneNumberId: string, event: WhatsAppEvent): void {
    this.stateOf(phoneNumberId).note(event);
  }

  /** Tells the business what became of its message. */
  async sendStatus(
    message: AcceptedMessage,
    status: MessageStatus,
    errorCode?: number,
  ): Promise<readonly WebhookPost[]> {
    this.events.emit('status', message, status);
    if (this.stateOf(message.phoneNumberId).behaviour.areReceiptsDropped) return [];
    const options = { at: this.clock.now(), ...(errorCode === undefined ? {} : { errorCode }) };
    return this.deliver(message.phoneNumberId, [messageStatus(message, status, options)]);
  }

  stateOfToken(accessToken: string): WhatsAppState | undefined {
    return this.states.find(({ account }) => account.accessToken === accessToken);
  }

  handleMessages(state: WhatsAppState, body: unknown): ProviderReply {
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

  #markRead(state: WhatsAppState, mark: GraphReadMark): ProviderReply {
    if (!state.knows(mark.message_id)) return errorReply(unknownMessage(mark.message_id));
    const readMark = {
      messageId: mark.message_id,
      isTyping: mark.typing_indicator !== undefined,
      at: this.clock.now(),
    };
    state.readMarks.push(readMark);
    this.events.emit('readMark', readMark, state.account.phoneNumberId);
    return { status: 200, body: { success: true } };
  }

  #accept(state: WhatsAppState, body: GraphMessage): ProviderReply {
    const replyTo = body.context?.message_id;
    for (const id of [replyTo, body.type === 'reaction' ? body.reaction.message_id : undefined])
      if (id !== undefined && !state.knows(id)) return errorReply(unknownMessage(id));
    const recipient = this.#recipientOf(body);
    if (recipient === undefined) return errorReply(nobodyThere);
    const { addresses, entry, ...reached } = recipient;
    const fault =
      body.type === 'template'
        ? templateFault(state, body.template)
        : windowFault(state, addresses, this.clock.now());
    if (fault !== undefined) return errorReply(fault);
    const unknownFile = unknownFileOf(
      body,
      id => this.media.find(id)?.phoneNumberId === state.account.phoneNumberId,
    );
    if (unknownFile !== undefined) return errorReply(unknownFile);

    const message: AcceptedMessage = {
      id: newWamid(),
      phoneNumberId: state.account.phoneNumberId,
      ...reached,
      correlator: body.biz_opaque_callback_data,
      replyTo,
      body,
      at: this.clock.now(),
    };
    state.accept(message);
    this.events.emit('accepted', message);
    this.planReceipts(state, ({ status, errorCode }) => void this.sendStatus(message, status, errorCode));
    return {
      status: 200,
      body: {
        messaging_product: 'whatsapp',
        contacts: [{ input: message.to, ...entry }],
        messages: [{ id: message.id }],
      },
    };
  }

  /** Who is reached, under which addresses they may have written, and how the answer calls them. */
  #recipientOf(body: GraphMessage) {
    const { to, recipient = '' } = body;
    const nobody = { waId: undefined, userId: undefined, groupId: undefined };
    if (to !== undefined && body.recipient_type === 'group')
      return { ...nobody, to, groupId: to, addresses: [to], entry: { wa_id: to } };
    const address = to === undefined ? recipient : to.replace(/\D/g, '');
    const person = this.#personAt(address, to !== undefined);
    if (person === undefined) return undefined;
    const addresses = [address, person.waId, person.userId];
    const { waId = address, userId = address } = person;
    return to === undefined
      ? { ...nobody, to: recipient, userId, addresses, entry: { user_id: userId } }
      : { ...nobody, to, waId, addresses, entry: { wa_id: waId } };
  }

  #personAt(address: string, isNumber: boolean): WhatsAppPerson | undefined {
    if (this.#options.resolve !== undefined) return this.#options.resolve(address);
    return isNumber ? { waId: address } : { userId: address };
  }
}
