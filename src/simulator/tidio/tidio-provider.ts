import type { Router } from 'express';
import { z } from 'zod';
import type { Fault } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';
import { RequestQuota } from '../request-quota.ts';
import {
  type DeliverOptions,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../simulated-provider.ts';
import type { WebhookPost } from '../webhook-post.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { signedByTidio } from '../webhook-signatures.ts';
import { noSuch, refusedByTidio } from './tidio-error.ts';
import { newUlid, type TidioEvent, tidioBody } from './tidio-event.ts';
import { type AcceptedTidio, type TidioOperation, type TidioProject, TidioState } from './tidio-project.ts';
import { type TidioBackend, tidioRoutes } from './tidio-routes.ts';

export interface TidioProviderOptions extends SimulatedProviderOptions {
  readonly accounts?: readonly TidioProject[];
}

const reply = z.object({
  author_type: z.literal('operator'),
  operator_id: z.string().min(1),
  message_type: z.enum(['public', 'internal']),
  content: z.string().min(1).max(10_000),
});

/**
 * Tidio's side of the line: its OpenAPI, its webhooks, and the chats and tickets, which must be asked for where a webhook
 * holds no words. What is done through the OpenAPI makes no webhook.
 */
export class TidioProvider
  extends SimulatedProvider<TidioProject, TidioState, never, TidioOperation, { accepted: [AcceptedTidio] }>
  implements TidioBackend
{
  readonly router: Router;
  protected readonly platform = 'Tidio';
  /** Awaited when a reply has been taken, before the answer leaves. */
  beforeAnswer: ((message: AcceptedTidio) => Promise<void>) | undefined;

  constructor(options: TidioProviderOptions = {}) {
    super(options);
    this.router = tidioRoutes(this);
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  protected idOf({ projectPublicKey }: TidioProject): string {
    return projectPublicKey;
  }
  protected targetOf({ webhookUrl: url, webhookSecret }: TidioProject) {
    return { url, sign: signedByTidio(webhookSecret, this.clock) };
  }
  protected open(account: TidioProject, sender: WebhookSender): TidioState {
    const limit = account.requestsPerMinute ?? Number.POSITIVE_INFINITY;
    return new TidioState(account, sender, new RequestQuota(limit, 60_000, this.clock));
  }

  /** Every reply that was taken, in order. */
  accepted(projectPublicKey: string): readonly AcceptedTidio[] {
    return this.stateOf(projectPublicKey).accepted;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(projectPublicKey: string, fault: Fault, times = 1, operation: TidioOperation = 'messages'): void {
    this.script(projectPublicKey, fault, times, operation);
  }

  /** Keeps what was said, although somebody else posts it, or nobody. */
  note(projectPublicKey: string, event: TidioEvent): void {
    this.stateOf(projectPublicKey).note(event);
  }

  /** Posts what happened in the project; resolves when each POST is acknowledged or given up. */
  deliver(
    projectPublicKey: string,
    events: readonly TidioEvent[],
    options: DeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(projectPublicKey);
    for (const event of events) state.note(event);
    const bodies = events.map(event => tidioBody(projectPublicKey, event));
    return this.post(state, bodies, options);
  }

  stateOfClient(id: string, secret: string): TidioState | undefined {
    return this.states.find(({ account }) => account.clientId === id && account.clientSecret === secret);
  }

  async takeReply(state: TidioState, ticketId: string, body: unknown): Promise<ProviderReply> {
    const read = reply.safeParse(body);
    if (!read.success) {
      const [issue] = read.error.issues;
      const message = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      return refusedByTidio({ status: 400, code: 'invalid_data', message });
    }
    const { operator_id: operatorId, message_type: type, content: text } = read.data;
    const { operators = [], projectPublicKey } = state.account;
    if (!operators.some(({ id }) => id === operatorId))
      return refusedByTidio({ status: 422, code: 'operator_not_found', message: 'Operator not found.' });
    const messageId = newUlid();
    const at = this.clock.now();
    const message = { id: messageId, author: 'operator', authorId: operatorId, text, at } as const;
    const contact = state.reply(ticketId, { ...message, isInternal: type === 'internal' });
    if (contact === undefined) return refusedByTidio(noSuch('ticket'));
    const contactId = contact.id;
    const taken = { projectPublicKey, ticketId, contactId, messageId, operatorId, text, at };
    state.accepted.push(taken);
    this.events.emit('accepted', taken);
    await this.beforeAnswer?.(taken);
    return { status: 201, body: { id: messageId } };
  }
}
