import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { NotFound } from '../../kit/errors.ts';
import { answerOf } from '../customer-script.ts';
import type { WebhookPost } from '../webhook-post.ts';
import type { AcceptedMessage, WhatsAppAccount } from './whatsapp-account.ts';
import { inboundText, type MessageOptions } from './whatsapp-customer.ts';
import type { WhatsAppEvent, WhatsAppPerson } from './whatsapp-event.ts';
import { WhatsAppProvider, type WhatsAppProviderOptions } from './whatsapp-provider.ts';
import { lineOfBusiness, lineOfCustomer, type ThreadItem, WhatsAppThread } from './whatsapp-thread.ts';

export interface SimulatedCustomer {
  /** Digits. */
  readonly waId: string;
  readonly name: string;
  /** Made from the number when left out. */
  readonly userId?: string;
  readonly username?: string;
  /** Other numbers under which messages reach the same phone: Brazil with and without the 9. */
  readonly otherNumbers?: readonly string[];
}

/**
 * - `off`: nothing happens by itself
 * - `receipts`: the business's messages are sent and delivered at once
 * - `chatty`: as `receipts`, and after a while the customer reads and answers
 */
export type Autopilot = 'off' | 'receipts' | 'chatty';

export interface WhatsAppSimulatorOptions extends Omit<WhatsAppProviderOptions, 'resolve'> {
  readonly customers?: readonly SimulatedCustomer[];
  readonly autopilot?: Autopilot;
  /** How long a chatty customer takes to answer; half of it to read. */
  readonly answerAfterMs?: number;
}
export interface Said {
  readonly id: string;
  /** Resolves when the webhook is acknowledged or given up. */
  readonly posts: Promise<readonly WebhookPost[]>;
}

/** Customers with phones, and the WhatsApp between them and one or more businesses. */
export class WhatsAppSimulator {
  readonly provider: WhatsAppProvider;
  readonly #clock: Clock;
  readonly #answerAfterMs: number;
  readonly #autopilot: Autopilot;
  readonly #customers = new Map<string, SimulatedCustomer>();
  readonly #accountIds = new Set<string>();
  readonly #threads = new Map<string, WhatsAppThread>();
  readonly #turns = new Map<string, number>();

  constructor(options: WhatsAppSimulatorOptions = {}) {
    const { accounts = [], customers = [], autopilot = 'off', answerAfterMs = 2500, ...rest } = options;
    this.#clock = options.clock ?? systemClock;
    this.#autopilot = autopilot;
    this.#answerAfterMs = answerAfterMs;
    this.provider = new WhatsAppProvider({ ...rest, resolve: address => this.#personAt(address) });
    for (const account of accounts) this.addAccount(account);
    for (const customer of customers) this.addCustomer(customer);
    this.provider.events.on('accepted', message => this.#receive(message));
    this.provider.events.on('status', (message, status) =>
      this.#threadOf(message)?.tick(message.id, status === 'played' ? 'read' : status),
    );
    this.provider.events.on('readMark', (mark, phoneNumberId) => {
      for (const { waId } of this.customers)
        this.#threads.get(keyOf(phoneNumberId, waId))?.tickUpTo(mark.messageId, 'read');
    });
  }

  /** Also gives an account that is there already its new credentials and webhook URL. */
  addAccount(account: WhatsAppAccount): void {
    this.provider.addAccount(account);
    if (this.#accountIds.has(account.phoneNumberId)) return;
    this.#accountIds.add(account.phoneNumberId);
    if (this.#autopilot === 'off') return;
    const receipts = [
      { status: 'sent', afterMs: 0 },
      { status: 'delivered', afterMs: 0 },
    ] as const;
    this.provider.behave(account.phoneNumberId, { receipts });
  }

  get accounts(): readonly WhatsAppAccount[] {
    return [...this.#accountIds].map(id => this.provider.account(id));
  }

  get customers(): readonly SimulatedCustomer[] {
    return [...this.#customers.values()];
  }

  /** Replaces the one with the same number. */
  addCustomer(customer: SimulatedCustomer): void {
    this.#customers.set(customer.waId, customer);
  }

  hasCustomer(waId: string): boolean {
    return this.#customers.has(waId);
  }

  /** Oldest first. Throws NotFound for a number that nobody has. */
  thread(waId: string, phoneNumberId?: string): readonly ThreadItem[] {
    this.#customer(waId);
    return this.#threads.get(keyOf(this.#account(phoneNumberId), waId))?.items ?? [];
  }

  /** The customer writes, to the first account if none is named. Throws NotFound for a number that nobody has. */
  say(waId: string, text: string, options: MessageOptions & { readonly phoneNumberId?: string } = {}): Said {
    this.#turns.delete(keyOf(this.#account(options.phoneNumberId), waId));
    return this.#say(waId, text, options);
  }

  /** As `say`, for anything else that a phone sends. Make the event for `person(waId)`. */
  send(waId: string, event: Extract<WhatsAppEvent, { kind: 'message' }>, phoneNumberId?: string): Said {
    this.#customer(waId);
    const account = this.#account(phoneNumberId);
    const { message } = event;
    const text = lineOfCustomer(message);
    const thread = this.#openThread(account, waId);
    if (text !== undefined)
      thread.add({ id: message.id, direction: 'in', text, status: 'sent', at: this.#clock.now() });
    const posts = this.provider.deliver(account, [event]).then(delivered => {
      if (delivered.some(post => post.acknowledgedAt !== undefined)) thread.tick(message.id, 'delivered');
      return delivered;
    });
    return { id: message.id, posts };
  }

  /**
   * Puts lines of an earlier run back on the phone, oldest first: they can be quoted, and the customer's own open the
   * window from their time on. Nothing is sent.
   */
  restore(waId: string, lines: readonly ThreadItem[], phoneNumberId?: string): void {
    this.#customer(waId);
    const account = this.#account(phoneNumberId);
    for (const line of lines) {
      this.#openThread(account, waId).add(line);
      this.provider.remember(account, line.id);
      if (line.direction === 'in') this.provider.openWindow(account, waId, line.at);
    }
  }

  /** The customer opens the chat: every message of the business that was not read gets its blue ticks. */
  async read(waId: string, phoneNumberId?: string): Promise<readonly WebhookPost[]> {
    const account = this.#account(phoneNumberId);
    const unread = new Set(
      this.thread(waId, account)
        .filter(
          ({ direction, status }) => direction === 'out' && (status === 'sent' || status === 'delivered'),
        )
        .map(({ id }) => id),
    );
    const messages = this.provider.accepted(account).filter(({ id }) => unread.has(id));
    return (await Promise.all(messages.map(message => this.provider.sendStatus(message, 'read')))).flat();
  }

  /** How webhooks name this customer. */
  person(waId: string): WhatsAppPerson {
    const { name, username, userId = userIdOf(waId) } = this.#customer(waId);
    return { waId, userId, name, ...(username === undefined ? {} : { username }) };
  }

  whenIdle(): Promise<void> {
    return this.provider.whenIdle();
  }

  #say(waId: string, text: string, options: MessageOptions & { readonly phoneNumberId?: string }): Said {
    const event = inboundText(this.person(waId), text, { at: this.#clock.now(), ...options });
    return this.send(waId, event, options.phoneNumberId);
  }

  #receive(message: AcceptedMessage): void {
    const { phoneNumberId, id, body } = message;
    const person = this.#personAt(message.waId ?? message.userId ?? '');
    if (person?.waId === undefined) return;
    const { waId } = person;
    const text = lineOfBusiness(body, this.provider.account(phoneNumberId).templates ?? []);
    if (text === undefined) return;
    this.#openThread(phoneNumberId, waId).add({ id, direction: 'out', text, status: 'sent', at: message.at });
    if (this.#autopilot !== 'chatty') return;
    const key = keyOf(phoneNumberId, waId);
    this.provider.work.after(this.#answerAfterMs / 2, () => void this.read(waId, phoneNumberId));
    this.provider.work.after(this.#answerAfterMs, () => {
      const turn = this.#turns.get(key) ?? 0;
      const answer = answerOf(text, turn);
      if (answer === undefined) return;
      this.#turns.set(key, turn + 1);
      this.#say(waId, answer, { phoneNumberId });
    });
  }

  #threadOf(message: AcceptedMessage): WhatsAppThread | undefined {
    const waId = this.#personAt(message.waId ?? message.userId ?? '')?.waId;
    return waId === undefined ? undefined : this.#threads.get(keyOf(message.phoneNumberId, waId));
  }

  #openThread(phoneNumberId: string, waId: string): WhatsAppThread {
    const key = keyOf(phoneNumberId, waId);
    const thread = this.#threads.get(key) ?? new WhatsAppThread();
    this.#threads.set(key, thread);
    return thread;
  }

  #personAt(address: string): WhatsAppPerson | undefined {
    const customer = this.customers.find(
      ({ waId, userId = userIdOf(waId), otherNumbers = [] }) =>
        waId === address || userId === address || otherNumbers.includes(address),
    );
    return customer === undefined ? undefined : this.person(customer.waId);
  }

  #customer(waId: string): SimulatedCustomer {
    const customer = this.#customers.get(waId);
    if (customer === undefined) throw new NotFound(`No simulated customer has the number ${waId}.`);
    return customer;
  }

  #account(phoneNumberId?: string): string {
    const [first] = this.#accountIds;
    const id = phoneNumberId ?? first;
    if (id === undefined || !this.#accountIds.has(id))
      throw new NotFound('The simulated WhatsApp has no such account.');
    return id;
  }
}

function keyOf(phoneNumberId: string, waId: string): string {
  return `${phoneNumberId} ${waId}`;
}

function userIdOf(waId: string): string {
  const digest = createHash('sha256').update(waId).digest();
  return `PT.${digest.readBigUInt64BE().toString()}`;
}
