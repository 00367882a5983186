import type { FetchedFile } from '../fetch-file.ts';
import { ProviderAccount } from '../provider-account.ts';
import type { MessagingEvent, MessagingObject } from './messaging-event.ts';

/** A Facebook page or an Instagram account. */
export interface MessagingAccount {
  readonly object: MessagingObject;
  readonly id: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly webhookUrl: string;
  readonly name?: string;
}

/** An echo is what the platform tells of every message that left the account. */
export type MessagingStatus = 'echo' | 'delivered' | 'read';
/** `signs`: read marks and typing; `profile`: who somebody is. */
export type MessagingOperation = 'messages' | 'signs' | 'files' | 'profile';

/** What was asked of `/messages` with the right token, whatever was answered. */
export interface MessagingCall {
  readonly account: MessagingAccount;
  readonly path: string;
  /** `undefined`: nobody that can be written to. */
  readonly personId: string | undefined;
  /** The fields of a form stand here as values, too. */
  readonly body: Readonly<Record<string, unknown>>;
}
/** A message of the business that was taken, whether or not the provider managed to say so. */
export interface AcceptedMessaging extends MessagingCall {
  readonly personId: string;
  readonly messageId: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** Uploaded with the message, or fetched from the address in it. */
  readonly file:
    | (FetchedFile & { readonly field?: string; readonly filename?: string | undefined })
    | undefined;
  readonly at: Date;
}

/** What somebody calls themselves. */
export interface MessagingPerson {
  readonly name: string;
  /** On Instagram; made from the name when left out. */
  readonly username?: string;
}

const hourMs = 3_600_000;

/** Everything that the provider keeps about one page or account. */
export class MessagingState extends ProviderAccount<MessagingAccount, MessagingStatus, MessagingOperation> {
  readonly calls: MessagingCall[] = [];
  readonly accepted: AcceptedMessaging[] = [];
  /** What the app has asked to have delivered. */
  subscribedFields: readonly string[] = [];
  /** Tokens that were given out in exchange for the account's own. */
  readonly #renewedTokens = new Set<string>();
  readonly #lastInboundAt = new Map<string, number>();
  readonly #people = new Map<string, MessagingPerson>();

  takes(token: string): boolean {
    return token === this.account.accessToken || this.#renewedTokens.has(token);
  }

  giveToken(token: string): void {
    this.#renewedTokens.add(token);
  }

  /** Learns whose window is open. */
  note({ personId, isOwn, at, content }: MessagingEvent): void {
    if (isOwn === true || !('message' in content || 'postback' in content)) return;
    this.openWindow(personId, at);
  }

  introduce(personId: string, person: MessagingPerson): void {
    this.#people.set(personId, person);
  }

  /** Of those who have written; `null` for somebody without a name, `undefined` for who never wrote. */
  personOf(personId: string): MessagingPerson | null | undefined {
    return this.#lastInboundAt.has(personId) ? (this.#people.get(personId) ?? null) : undefined;
  }

  openWindow(personId: string, at: Date): void {
    this.#lastInboundAt.set(personId, Math.max(at.getTime(), this.#lastInboundAt.get(personId) ?? 0));
  }

  /** Of somebody who never wrote through this provider it does not know, and does not refuse. */
  isWindowOpen(personId: string, now: Date, isHumanAgent: boolean): boolean {
    const at = this.#lastInboundAt.get(personId);
    return at === undefined || now.getTime() - at < (isHumanAgent ? 7 * 24 : 24) * hourMs;
  }
}
