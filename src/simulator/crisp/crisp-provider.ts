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
import { signedByCrisp } from '../webhook-signatures.ts';
import { acknowledged, operatorMessage } from './crisp-customer.ts';
import { refusedByCrisp } from './crisp-error.ts';
import { type CrispEvent, crispBody, newFingerprint } from './crisp-event.ts';
import { type CrispBackend, crispRoutes } from './crisp-routes.ts';
import {
  type AcceptedCrisp,
  type CrispOperation,
  CrispState,
  type CrispStatus,
  type CrispWebsite,
} from './crisp-website.ts';

export interface CrispProviderOptions extends SimulatedProviderOptions {
  readonly accounts?: readonly CrispWebsite[];
}

const file = z.object({ name: z.string().min(1), url: z.url(), type: z.string().min(1) });
const picker = z.object({
  id: z.string().min(1),
  text: z.string().min(1),
  choices: z.array(z.object({ value: z.string().min(1), label: z.string().min(1), selected: z.boolean() })),
});
const common = {
  from: z.enum(['operator', 'user']),
  origin: z.string().min(1),
  fingerprint: z
    .int()
    .min(0)
    .max(2 ** 53)
    .optional(),
};
const request = z.discriminatedUnion('type', [
  z.looseObject({ ...common, type: z.enum(['text', 'note']), content: z.string().min(1).max(10_000) }),
  z.looseObject({ ...common, type: z.literal('file'), content: file }),
  z.looseObject({ ...common, type: z.literal('picker'), content: picker }),
]);

const dayMs = 24 * 3_600_000;

/** Crisp's side of the line: its REST API, its hooks, and all that was said, which can be asked for. */
export class CrispProvider
  extends SimulatedProvider<
    CrispWebsite,
    CrispState,
    CrispStatus,
    CrispOperation,
    { accepted: [AcceptedCrisp] }
  >
  implements CrispBackend
{
  readonly router: Router;
  protected readonly platform = 'Crisp';
  /** Awaited when a message has been taken, before the answer leaves. */
  beforeAnswer: ((message: AcceptedCrisp) => Promise<void>) | undefined;

  constructor(options: CrispProviderOptions = {}) {
    super(options);
    this.router = crispRoutes(this);
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  protected idOf({ websiteId }: CrispWebsite): string {
    return websiteId;
  }
  protected targetOf({ webhookUrl: url, hookSecret }: CrispWebsite) {
    const isByKey = URL.parse(url)?.searchParams.has('key') ?? false;
    const unsigned = () => ({ 'content-type': 'application/json' });
    return { url, sign: isByKey ? unsigned : signedByCrisp(hookSecret, this.clock) };
  }
  protected open(account: CrispWebsite, sender: WebhookSender): CrispState {
    const limit = account.requestsPerDay ?? Number.POSITIVE_INFINITY;
    return new CrispState(account, sender, new RequestQuota(limit, dayMs, this.clock));
  }

  /** Every message that was taken, in order. */
  accepted(websiteId: string): readonly AcceptedCrisp[] {
    return this.stateOf(websiteId).accepted;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(websiteId: string, fault: Fault, times = 1, operation: CrispOperation = 'messages'): void {
    this.script(websiteId, fault, times, operation);
  }

  /** Keeps what was said, although somebody else posts it, or nobody. */
  note(websiteId: string, event: CrispEvent): void {
    this.stateOf(websiteId).note(event);
  }

  /** Posts what happened on the website, each in a hook of its own; resolves when each is acknowledged or given up. */
  deliver(
    websiteId: string,
    events: readonly CrispEvent[],
    options: DeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(websiteId);
    for (const event of events) state.note(event);
    const bodies = events.map(event => crispBody(websiteId, event));
    return this.post(state, bodies, options);
  }

  /** Tells the business what became of its message. */
  async sendReceipt(message: AcceptedCrisp, status: CrispStatus): Promise<readonly WebhookPost[]> {
    const { websiteId, sessionId, fingerprint } = message;
    if (this.stateOf(websiteId).behaviour.areReceiptsDropped) return [];
    const event =
      status === 'echo'
        ? echoOf(message)
        : acknowledged({ sessionId }, status, [fingerprint], this.clock.now());
    return this.deliver(websiteId, [event]);
  }

  stateOfToken(identifier: string, key: string): CrispState | undefined {
    return this.states.find(({ account }) => account.identifier === identifier && account.key === key);
  }

  async takeMessage(state: CrispState, sessionId: string, body: unknown): Promise<ProviderReply> {
    const read = request.safeParse(body);
    if (!read.success) {
      const [issue] = read.error.issues;
      const message = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      return refusedByCrisp({ status: 400, reason: 'invalid_data', message });
    }
    const { fingerprint = newFingerprint() } = read.data;
    const { websiteId } = state.account;
    const taken: AcceptedCrisp = { websiteId, sessionId, fingerprint, body: read.data, at: this.clock.now() };
    state.accepted.push(taken);
    state.note(echoOf(taken));
    this.events.emit('accepted', taken);
    this.planReceipts(state, ({ status }) => void this.sendReceipt(taken, status));
    await this.beforeAnswer?.(taken);
    return { status: 202, body: { error: false, reason: 'dispatched', data: { fingerprint } } };
  }
}

function echoOf({ sessionId, fingerprint, body, at }: AcceptedCrisp): CrispEvent {
  return operatorMessage({ sessionId }, body, { fingerprint, at });
}
