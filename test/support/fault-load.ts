import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { inboundText, newWamid, type Random, seededRandom } from '../../src/simulator/index.ts';
import { type FaultRig, type FaultTenant, NOBODY } from './fault-rig.ts';

export interface FaultLoadOptions {
  readonly seed: number;
  readonly customers: number;
  /** Fewest and most messages of one webhook. */
  readonly batch: readonly [number, number];
  /** Between two webhooks, and between two answers of the agent, of one tenant. */
  readonly webhookGapMs: number;
  readonly sendGapMs: number;
}

export interface WrittenMessage {
  readonly id: string;
  readonly waId: string;
  /** The customer's first message is 1. */
  readonly number: number;
  readonly content: string;
}
export interface AcknowledgedSend {
  readonly clientId: string;
  readonly messageId: number;
}

/** What one tenant's senders know: all that they wrote, and what the product has promised to keep. */
export class TenantLedger {
  readonly tenant: FaultTenant;
  /** By the provider's id. */
  readonly written = new Map<string, WrittenMessage>();
  readonly acknowledged = new Set<string>();
  readonly sends: AcknowledgedSend[] = [];
  /** By content; every one is different. */
  readonly notes: string[] = [];
  readonly people: readonly { readonly waId: string; readonly name: string }[];
  /** How much each of them has written. */
  readonly counts = new Map<string, number>();

  constructor(tenant: FaultTenant, place: number, customers: number) {
    this.tenant = tenant;
    this.people = Array.from({ length: customers }, (_, customer) => {
      const suffix = `${place}${String(customer).padStart(6, '0')}`;
      // Every tenth customer has no number any more by the time of the answer.
      return { waId: `${customer % 10 === 9 ? NOBODY : '35'}191${suffix}`, name: `Customer ${suffix}` };
    });
  }
}

/** An answer of the product to an agent; `status` 0: there was none. */
export interface AgentAnswer {
  readonly at: number;
  readonly status: number;
  readonly code: string;
}

const MOST_UNANSWERED_WEBHOOKS = 40;

/**
 * Customers who write and agents who answer, until `stop`. Both come again until they are acknowledged, with the same
 * bytes and the same clientId: what they have in their ledgers at the end must be with the product, once.
 */
export class FaultLoad {
  readonly ledgers: readonly TenantLedger[];
  readonly answers: AgentAnswer[] = [];
  readonly #rig: FaultRig;
  readonly #options: FaultLoadOptions;
  readonly #random: Random;
  readonly #running: Promise<void>[] = [];
  /** Ten hours ago: every message has a second of its own, and the window for answers is open. */
  readonly #beginning = Math.floor(Date.now() / 1000) * 1000 - 10 * 60 * 60_000;
  #unanswered = 0;
  #isStopping = false;

  constructor(rig: FaultRig, options: FaultLoadOptions) {
    this.#rig = rig;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.ledgers = rig.tenants.map((tenant, place) => new TenantLedger(tenant, place, options.customers));
  }

  /** Messages, answers, notes and receipts that the product has acknowledged so far. */
  get acknowledged(): number {
    const receipts = this.#rig.tenants.reduce((sum, { phoneNumberId }) => {
      const { ledger } = this.#rig.provider.webhooks(phoneNumberId);
      return (
        sum +
        ledger.filter(post => post.acknowledgedAt !== undefined && post.body.includes('"statuses"')).length
      );
    }, 0);
    return this.ledgers.reduce(
      (sum, ledger) => sum + ledger.acknowledged.size + ledger.sends.length + ledger.notes.length,
      receipts,
    );
  }

  start(): void {
    for (const ledger of this.ledgers) this.#running.push(this.#write(ledger), this.#answer(ledger));
  }

  /** So many webhooks for each tenant at this very moment. */
  burst(amount: number): void {
    for (const ledger of this.ledgers)
      for (let index = 0; index < amount; index++) this.#running.push(this.#post(ledger));
  }

  /** Writes nothing new, and resolves when everything that was written is acknowledged. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (let running = this.#running.splice(0); running.length > 0; running = this.#running.splice(0))
      await Promise.all(running);
    await this.#rig.provider.whenIdle();
  }

  async #write(ledger: TenantLedger): Promise<void> {
    while (!this.#isStopping) {
      this.#running.push(this.#post(ledger));
      do await delay(this.#options.webhookGapMs * (0.5 + this.#random()));
      while (this.#unanswered > MOST_UNANSWERED_WEBHOOKS && !this.#isStopping);
    }
  }

  /** One webhook with as many messages as it happens to have, of whoever happens to write. */
  async #post(ledger: TenantLedger): Promise<void> {
    const [fewest, most] = this.#options.batch;
    const size = fewest + Math.floor(this.#random() * (most - fewest + 1));
    const messages = Array.from({ length: size }, () => {
      const person = ledger.people[Math.floor(this.#random() * ledger.people.length)];
      if (!person) throw new Error('There are no customers.');
      const number = (ledger.counts.get(person.waId) ?? 0) + 1;
      ledger.counts.set(person.waId, number);
      const message = { id: newWamid(), waId: person.waId, number, content: `${person.waId} says ${number}` };
      ledger.written.set(message.id, message);
      return { person, message };
    });
    const events = messages.map(({ person, message: { id, content, number } }) =>
      inboundText(person, content, { id, at: new Date(this.#beginning + number * 1000) }),
    );
    const copies = this.#random() < 0.1 ? 2 : 1;
    this.#unanswered++;
    const posts = await this.#rig.provider.deliver(ledger.tenant.phoneNumberId, events, { copies });
    this.#unanswered--;
    if (posts.some(post => post.acknowledgedAt !== undefined))
      for (const { message } of messages) ledger.acknowledged.add(message.id);
  }

  async #answer(ledger: TenantLedger): Promise<void> {
    const call = await this.#agentOf(ledger.tenant);
    let conversations: readonly { id: number }[] = [];
    for (let turn = 1; !this.#isStopping; turn++) {
      if (conversations.length < this.#options.customers) {
        const page = await call<{ items: { id: number }[] }>('GET', '/conversations?limit=100', undefined);
        conversations = page?.items ?? [];
      }
      const chosen = conversations[Math.floor(this.#random() * conversations.length)];
      if (chosen && turn % 8 === 0) {
        const content = `note ${turn} of ${ledger.tenant.slug}`;
        // A note has no clientId: one whose answer was lost may be there or not, and is not written again.
        const note = await call<{ id: number }>('POST', `/conversations/${chosen.id}/notes`, { content }, 1);
        if (note) ledger.notes.push(content);
      } else if (chosen) {
        const clientId = randomUUID();
        const body = { content: `answer ${turn} of ${ledger.tenant.slug}`, clientId };
        const message = await call<{ id: number }>('POST', `/conversations/${chosen.id}/messages`, body);
        if (message) ledger.sends.push({ clientId, messageId: message.id });
      }
      await delay(this.#options.sendGapMs * (0.5 + this.#random()));
    }
  }

  /** Calls as an agent does: again after a moment when there was no answer or no room, with the same body. */
  async #agentOf(tenant: FaultTenant) {
    let token = '';
    return async <Body>(method: string, path: string, body: unknown, tries = Number.POSITIVE_INFINITY) => {
      for (let attempt = 1; attempt <= tries; attempt++) {
        try {
          token ||= await this.#rig.signIn(tenant);
          const answer = await this.#rig.api<Body & { error?: { code: string } }>(token, method, path, body);
          this.answers.push({
            at: Date.now(),
            status: answer.status,
            code: answer.body?.error?.code ?? '',
          });
          if (answer.status < 300) return answer.body;
        } catch (error) {
          this.answers.push({ at: Date.now(), status: 0, code: (error as Error).message });
        }
        await delay(100 + 200 * this.#random());
      }
      return undefined;
    };
  }
}
