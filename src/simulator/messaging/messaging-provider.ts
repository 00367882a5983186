import { randomBytes, randomUUID } from 'node:crypto';
import type { Response, Router } from 'express';
import { type FetchedFile, fetchFile } from '../fetch-file.ts';
import { batchesOf } from '../graph/batches.ts';
import { errorReply, type ProviderFault, plainFault } from '../graph/graph-error.ts';
import { answerThrough } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';
import {
  type DeliverOptions,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../simulated-provider.ts';
import type { WebhookPost } from '../webhook-post.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import {
  type AcceptedMessaging,
  type MessagingAccount,
  type MessagingCall,
  type MessagingOperation,
  type MessagingPerson,
  MessagingState,
  type MessagingStatus,
} from './messaging-account.ts';
import { businessEcho, delivered, readUpTo, seen } from './messaging-customer.ts';
import { type MessagingEvent, messagingBody, newMid } from './messaging-event.ts';
import { personReply } from './messaging-person.ts';
import {
  fileNotFetched,
  isFault,
  type MessagingRequest,
  nobodyThere,
  readMessagingRequest,
  recipientOf,
  windowClosed,
} from './messaging-request.ts';
import { type AskedMessaging, type MessagingBackend, messagingRoutes } from './messaging-routes.ts';

export interface MessagingProviderOptions extends SimulatedProviderOptions {
  readonly accounts?: readonly MessagingAccount[];
}
export interface MessagingDeliverOptions extends DeliverOptions {
  /** How many events go into one POST; all of them when left out. */
  readonly eventsPerPost?: number;
}

/** The app that echoes name as the sender of what the business sent by this API. */
const APP_ID = 1_234_500_055;

/** Meta's side of Messenger and Instagram: the Graph API, the webhooks, and the files that customers send. */
export class MessagingProvider
  extends SimulatedProvider<
    MessagingAccount,
    MessagingState,
    MessagingStatus,
    MessagingOperation,
    { accepted: [AcceptedMessaging] }
  >
  implements MessagingBackend
{
  readonly router: Router;
  protected readonly platform = 'Messenger';
  /** Awaited when a message has been taken, before the answer leaves. */
  beforeAnswer: ((message: AcceptedMessaging) => Promise<void>) | undefined;
  readonly #files = new Map<string, FetchedFile & { readonly accountId: string }>();

  constructor(options: MessagingProviderOptions = {}) {
    super(options);
    this.router = messagingRoutes(this);
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  protected idOf({ id }: MessagingAccount): string {
    return id;
  }
  protected targetOf({ webhookUrl: url, appSecret }: MessagingAccount) {
    return { url, appSecret };
  }
  protected open(account: MessagingAccount, sender: WebhookSender): MessagingState {
    return new MessagingState(account, sender);
  }

  /** Calls of `/messages` that were let in, whatever was answered, in order. */
  calls(accountId: string): readonly MessagingCall[] {
    return this.stateOf(accountId).calls;
  }
  /** Every message that was taken, in order. */
  accepted(accountId: string): readonly AcceptedMessaging[] {
    return this.stateOf(accountId).accepted;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(
    accountId: string,
    fault: ProviderFault,
    times = 1,
    operation: MessagingOperation = 'messages',
  ): void {
    this.script(accountId, plainFault(fault), times, operation);
  }

  /** Where a customer's file can be fetched by anybody who knows the address, as long as it is not removed. */
  addFile(accountId: string, name: string, mimeType: string, bytes: Buffer): string {
    const key = `${randomUUID()}-${name}`;
    this.#files.set(key, { accountId, mimeType, bytes });
    return `${this.url}/cdn/${encodeURIComponent(key)}`;
  }
  removeFile(url: string): void {
    this.#files.delete(decodeURIComponent(url.slice(url.lastIndexOf('/') + 1)));
  }

  /** Knows what customers did, although somebody else posts it. */
  note(accountId: string, event: MessagingEvent): void {
    this.stateOf(accountId).note(event);
  }

  /** Gives a person a name, which the business may ask for when they have written. */
  introduce(accountId: string, personId: string, person: MessagingPerson): void {
    this.stateOf(accountId).introduce(personId, person);
  }

  /** Posts what happened to the business; resolves when each POST is acknowledged or given up. */
  deliver(
    accountId: string,
    events: readonly MessagingEvent[],
    options: MessagingDeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(accountId);
    for (const event of events) state.note(event);
    const { object, id } = state.account;
    const bodies = batchesOf(events, options.eventsPerPost).map(batch =>
      messagingBody(object, { id, events: batch }),
    );
    return this.post(state, bodies, options);
  }

  /** Tells the business what became of its message; Instagram tells of nothing that was delivered. */
  async sendReceipt(message: AcceptedMessaging, status: MessagingStatus): Promise<readonly WebhookPost[]> {
    const { account, personId, messageId } = message;
    const state = this.stateOf(account.id);
    const isPage = account.object === 'page';
    if (state.behaviour.areReceiptsDropped || (status === 'delivered' && !isPage)) return [];
    const now = this.clock.now();
    switch (status) {
      case 'echo':
        return this.deliver(account.id, [this.#echoOf(message)]);
      case 'delivered':
        return this.deliver(account.id, [delivered(personId, now, [messageId])]);
      case 'read':
        return this.deliver(account.id, [isPage ? readUpTo(personId, now) : seen(personId, messageId, now)]);
    }
  }

  stateOfToken(token: string): MessagingState | undefined {
    return this.states.find(state => state.takes(token));
  }

  async ask(state: MessagingState, { path, body, file }: AskedMessaging, response: Response): Promise<void> {
    const { account } = state;
    const asked: Readonly<Record<string, unknown>> =
      typeof body === 'object' && body !== null ? { ...body } : {};
    const call: MessagingCall = { account, path, personId: recipientOf(body), body: asked };
    state.calls.push(call);
    const isSign = asked.sender_action === 'mark_seen' || asked.sender_action === 'typing_on';
    await this.answer(state, isSign ? 'signs' : 'messages', response, () => this.#take(state, call, file));
  }

  tellOf(
    state: MessagingState,
    personId: string,
    fields: readonly string[],
    response: Response,
  ): Promise<void> {
    return this.answer(state, 'profile', response, () => personReply(state, personId, fields));
  }

  renew(state: MessagingState): ProviderReply {
    const token = `${state.account.accessToken.slice(0, 8)}${randomBytes(24).toString('hex')}`;
    state.giveToken(token);
    return {
      status: 200,
      body: { access_token: token, token_type: 'bearer', expires_in: 60 * 24 * 3600 },
    };
  }

  async file(name: string, response: Response): Promise<void> {
    const file = this.#files.get(name);
    await answerThrough({
      fault: file && this.state(file.accountId)?.takeFault('files'),
      answerDelayMs: 0,
      work: this.work,
      response,
      perform: () =>
        file === undefined
          ? { status: 404, body: 'URL signature expired', contentType: 'text/plain' }
          : { status: 200, body: file.bytes, contentType: file.mimeType },
    });
  }

  async #take(
    state: MessagingState,
    call: MessagingCall,
    upload: AcceptedMessaging['file'],
  ): Promise<ProviderReply> {
    const { object } = state.account;
    const request = readMessagingRequest(object, call.body);
    if (isFault(request)) return errorReply(request);
    const { personId } = call;
    if (personId === undefined || !/^[\w-]{1,64}$/.test(personId)) return errorReply(nobodyThere(object));
    const { message } = request;
    if (message === undefined) return { status: 200, body: { recipient_id: personId } };
    const now = this.clock.now();
    if (!state.isWindowOpen(personId, now, request.tag === 'HUMAN_AGENT'))
      return errorReply(windowClosed(object));
    const file = upload ?? (await fileOf(message));
    if (message.attachment !== undefined && message.attachment.type !== 'template' && file === undefined)
      return errorReply(fileNotFetched);
    const taken = { ...call, personId, message, file, messageId: newMid(), at: now };
    state.accepted.push(taken);
    this.events.emit('accepted', taken);
    this.planReceipts(state, ({ status }) => void this.sendReceipt(taken, status));
    await this.beforeAnswer?.(taken);
    return { status: 200, body: { recipient_id: personId, message_id: taken.messageId } };
  }

  /** What is told of a message that left the account: with the file at an address of the platform's own. */
  #echoOf({ account, personId, messageId: mid, message, file, at }: AcceptedMessaging): MessagingEvent {
    const { text, attachment, metadata } = message as NonNullable<MessagingRequest['message']>;
    const attachments = attachment && [
      {
        type: attachment.type,
        payload: file && {
          url: this.addFile(account.id, file.filename ?? 'file', file.mimeType, file.bytes),
        },
      },
    ];
    const fields = {
      ...(text === undefined ? {} : { text }),
      ...(attachments === undefined ? {} : { attachments }),
      ...(account.object === 'page' && { app_id: APP_ID, ...(metadata === undefined ? {} : { metadata }) }),
    };
    return businessEcho(personId, fields, { mid, at });
  }
}

async function fileOf({
  attachment,
}: NonNullable<MessagingRequest['message']>): Promise<FetchedFile | undefined> {
  const url = attachment?.payload.url;
  return url === undefined ? undefined : fetchFile(url);
}
