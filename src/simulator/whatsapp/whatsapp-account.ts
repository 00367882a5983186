import { ProviderAccount } from '../provider-account.ts';
import type { GraphMessage } from './graph-request.ts';
import type { MessageStatus } from './whatsapp-customer.ts';
import type { WhatsAppEvent, WhatsAppNumber } from './whatsapp-event.ts';

/** A template that Meta has approved. `{{1}}`, `{{2}}` … in the body are its variables. */
export interface RegisteredTemplate {
  readonly name: string;
  readonly language: string;
  readonly body: string;
  /** `APPROVED` when it is not said. */
  readonly status?: string;
  readonly category?: string;
  readonly header?: {
    readonly format: 'TEXT' | 'IMAGE' | 'VIDEO' | 'DOCUMENT' | 'LOCATION';
    readonly text?: string;
  };
  readonly footer?: string;
  readonly buttons?: readonly {
    readonly type: 'QUICK_REPLY' | 'URL' | 'PHONE_NUMBER';
    readonly text: string;
    readonly url?: string;
  }[];
}
/** A business number at the provider. */
export interface WhatsAppAccount extends WhatsAppNumber {
  readonly accessToken: string;
  readonly appSecret: string;
  /** The app's, where neither the number nor its business account has another one. */
  readonly webhookUrl: string;
  readonly displayName?: string;
  readonly templates?: readonly RegisteredTemplate[];
}

/** A message of the business that the provider has taken, whether or not it managed to say so. */
export interface AcceptedMessage {
  readonly id: string;
  readonly phoneNumberId: string;
  /** As the request addressed it. */
  readonly to: string;
  /** The person behind it, under the kind of address that was used. */
  readonly waId: string | undefined;
  readonly userId: string | undefined;
  /** All of a group, and then neither of the two. */
  readonly groupId: string | undefined;
  readonly correlator: string | undefined;
  readonly replyTo: string | undefined;
  readonly body: GraphMessage;
  readonly at: Date;
}
/** The business has read a customer's message, or shows that it types. */
export interface ReadMark {
  readonly messageId: string;
  readonly isTyping: boolean;
  readonly at: Date;
}
/** `signs`: read marks and typing; `webhook`: giving a number an address of its own. */
export type FaultyOperation = 'messages' | 'signs' | 'media' | 'webhook';

const windowMs = 24 * 60 * 60_000;
/** Not the customer's own words: the window stays as it was. */
const typesThatOpenNothing: ReadonlySet<string> = new Set(['system', 'edit', 'revoke', 'reaction']);

/** Everything that the provider keeps about one account. */
export class WhatsAppState extends ProviderAccount<WhatsAppAccount, MessageStatus, FaultyOperation> {
  readonly accepted: AcceptedMessage[] = [];
  readonly readMarks: ReadMark[] = [];
  /** The number's own address, before that of its business account and the app's. */
  webhookUrl: string | undefined;
  readonly #knownIds = new Set<string>();
  readonly #lastInboundAt = new Map<string, number>();

  knows(messageId: string): boolean {
    return this.#knownIds.has(messageId);
  }

  accept(message: AcceptedMessage): void {
    this.accepted.push(message);
    this.#knownIds.add(message.id);
  }

  /** As if a message with this id had been in the chat. */
  remember(messageId: string): void {
    this.#knownIds.add(messageId);
  }

  /** Learns from what customers send: which ids may be quoted, and whose window is open. */
  note(event: WhatsAppEvent): void {
    if (event.kind !== 'message' && event.kind !== 'echo') return;
    const { message } = event;
    this.#knownIds.add(message.id);
    if (event.kind === 'echo' || typesThatOpenNothing.has(message.type)) return;
    const writers =
      message.group_id === undefined ? [message.from, message.from_user_id] : [message.group_id];
    for (const address of writers)
      if (typeof address === 'string') this.openWindow(address, new Date(Number(message.timestamp) * 1000));
  }

  /** As if the customer under this number or user id, or somebody of this group, had written at that time. */
  openWindow(address: string, at: Date): void {
    this.#lastInboundAt.set(address, Math.max(at.getTime(), this.#lastInboundAt.get(address) ?? 0));
  }

  isWindowOpen(addresses: readonly (string | undefined)[], now: Date): boolean {
    return addresses.some(address => {
      const at = address === undefined ? undefined : this.#lastInboundAt.get(address);
      return at !== undefined && now.getTime() - at < windowMs;
    });
  }

  template(name: string, language: string): RegisteredTemplate | undefined {
    return this.account.templates?.find(known => known.name === name && known.language === language);
  }
}

/** How many variables a template's body has: the highest `{{n}}`. */
export function variableCountOf(template: RegisteredTemplate): number {
  return Math.max(0, ...[...template.body.matchAll(/\{\{(\d+)\}\}/g)].map(match => Number(match[1])));
}
