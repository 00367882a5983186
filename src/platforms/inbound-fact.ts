import type { MessageType } from '../contract/messages.ts';

/** One address of a person on a channel: `{kind:'wa_id', value:'351910000002'}`. Kinds are the platform's own. */
export interface Alias {
  readonly kind: string;
  readonly value: string;
}

/** Who is on the other side. `aliases` name one person, the strongest first; there is always at least one. */
export interface Contact {
  readonly aliases: readonly Alias[];
  readonly name?: string;
  /** E.164 with `+`, when the platform proves it. */
  readonly phone?: string;
  readonly profile?: Readonly<Record<string, unknown>>;
}

/** A file as the platform names it; fetched later. `id` is opaque to everybody but the adapter. */
export interface MediaRef {
  readonly type: 'image' | 'video' | 'audio' | 'document' | 'sticker';
  readonly id?: string;
  readonly url?: string;
  readonly mimeType?: string;
  readonly filename?: string;
  readonly sha256?: string;
  readonly size?: number;
  readonly voice?: boolean;
  /** The message's layout shows it in place, by `cid:` and this. */
  readonly contentId?: string;
  /** Why the platform could not give the file, when it said so. */
  readonly unavailable?: string;
}

export interface MessageContent {
  readonly type: Exclude<MessageType, 'system' | 'reaction'>;
  readonly text?: string;
  /** The message as it was laid out, already sanitised (mail); kept beside the text, shown in a frame of its own. */
  readonly html?: string;
  readonly media?: readonly MediaRef[];
  /** `location`, `contacts`, `interactive`, `referral`, `unsupported` …: what the message contract's `metadata` documents. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

interface FactBase {
  /** The platform's id of our account: who the fact is for. */
  readonly accountId: string;
  /** The platform's time. */
  readonly at: Date;
}

/** A message by the customer, or (`direction: 'outbound'`) one of ours that was written outside Concierge (an echo). */
export interface MessageFact extends FactBase {
  readonly kind: 'message';
  readonly direction: 'inbound' | 'outbound';
  /** The platform's message id: unique per channel for ever. */
  readonly externalId: string;
  readonly contact: Contact;
  readonly content: MessageContent;
  readonly replyToExternalId?: string;
  /** '' for chats; a mail's root, a ticket's id. */
  readonly threadKey: string;
  /**
   * Messages of this channel that it answers, the nearest last, at most 50. When one of them is in a conversation of the
   * same contact, it belongs there, whatever `threadKey` says.
   */
  readonly references?: readonly string[];
  /** What a conversation that begins with it is about, where the platform has such a line. */
  readonly subject?: string;
  /** Restarts the platform's window for free text. */
  readonly opensWindow: boolean;
  /** Old threads handed over at onboarding: no unread mark, no SLA, no automation. */
  readonly isHistory?: boolean;
  /** Another program answers this customer at the moment: shown, and never answered by ours. */
  readonly isStandby?: boolean;
  /** Of an outbound one: what we gave the platform when we sent it. It is then our own message, and this its receipt. */
  readonly correlator?: string;
}

export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed';
export interface PlatformFault {
  readonly code: string;
  readonly title: string;
  readonly details?: string;
}
/** What became of a message of ours. Matched by `externalId`, or by `correlator` when we set one at sending. */
export interface ReceiptFact extends FactBase {
  readonly kind: 'receipt';
  readonly externalId: string;
  readonly correlator?: string;
  readonly status: ReceiptStatus;
  readonly fault?: PlatformFault;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Everything of ours that this person was sent until then has come this far: one fact, many messages. */
export interface WatermarkFact extends FactBase {
  readonly kind: 'watermark';
  readonly externalId: string;
  readonly contact: Contact;
  readonly status: 'delivered' | 'read';
  /** The platform's time of the last message that is meant. */
  readonly upTo: Date;
}

/** `emoji` empty: the reaction is taken back. */
export interface ReactionFact extends FactBase {
  readonly kind: 'reaction';
  readonly externalId: string;
  readonly targetExternalId: string;
  readonly contact: Contact;
  readonly direction: 'inbound' | 'outbound';
  readonly emoji: string;
}
export interface EditFact extends FactBase {
  readonly kind: 'edit';
  readonly externalId: string;
  readonly targetExternalId: string;
  readonly contact: Contact;
  readonly content: MessageContent;
}
export interface RevokeFact extends FactBase {
  readonly kind: 'revoke';
  readonly externalId: string;
  readonly targetExternalId: string;
  readonly contact: Contact;
}
/** A person's address changed: `previous` and `current` are the same person from now on. */
export interface IdentityFact extends FactBase {
  readonly kind: 'identity';
  readonly externalId: string;
  readonly previous: readonly Alias[];
  readonly current: readonly Alias[];
  /** A line for the thread, when the platform sent one. */
  readonly notice?: string;
}
/** What a person is called, asked for because the platform's messages do not say. Makes nobody known who was not. */
export interface ProfileFact extends FactBase {
  readonly kind: 'profile';
  readonly externalId: string;
  readonly contact: Contact & { readonly name: string };
}
/** The person can be written to no longer (has blocked us, has left), or again. */
export interface ReachFact extends FactBase {
  readonly kind: 'reach';
  readonly externalId: string;
  readonly contact: Contact;
  readonly isReachable: boolean;
  /** They did something, without a word, that restarts the platform's window. */
  readonly opensWindow?: boolean;
  /** A line for the thread. */
  readonly notice: string;
}
/** There is something to be fetched: the platform only rings. `what` is opaque to everybody but the adapter. */
export interface PullFact extends FactBase {
  readonly kind: 'pull';
  readonly externalId: string;
  readonly what: string;
}
/** Something about the account itself: quality, restriction, template state. Kept and shown as channel health. */
export interface AccountFact extends FactBase {
  readonly kind: 'account';
  readonly externalId: string;
  readonly severity: 'info' | 'warning' | 'stop';
  readonly topic: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type InboundFact =
  | MessageFact
  | ReceiptFact
  | WatermarkFact
  | ReactionFact
  | EditFact
  | RevokeFact
  | IdentityFact
  | ReachFact
  | ProfileFact
  | PullFact
  | AccountFact;
