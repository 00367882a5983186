import type { Readable } from 'node:stream';
import type { AxiosInstance } from 'axios';
import type { z } from 'zod';
import type { Abilities, FileKind } from '../contract/channels.ts';
import type { Platform } from '../contract/primitives.ts';
import type { MessageTemplate } from '../contract/templates.ts';
import type { Alias, InboundFact, MediaRef } from './inbound-fact.ts';

/** One raw webhook POST (or GET) as it arrived. Header names are lower case. */
export interface RawDelivery {
  readonly method: string;
  /** As the sender sees it: scheme, host, path and query. */
  readonly publicUrl: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly receivedAt: Date;
}
export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The secrets that a delivery may be verified with: the channel's own, or the shared app's. Empty: refuse everything. */
export interface Credentials {
  /** Any of these may have signed; two during a rotation. */
  readonly signingSecrets: readonly string[];
  readonly verifyToken?: string;
  /** Further account ids that this credential may speak for (WhatsApp: the business account's). */
  readonly ownsAccounts?: readonly string[];
}

/** The delivery does not carry a valid proof. Nothing of it may be stored. */
export class ForgedDelivery extends Error {
  override readonly name = 'ForgedDelivery';
}
/** The body is not what the platform sends (not JSON, too deep): kept as it is and parked, never retried by itself. */
export class UnreadableDelivery extends Error {
  override readonly name = 'UnreadableDelivery';
}

/** The part of a delivery that speaks for one account: all of it as it came, or its elements serialised anew. */
export interface DeliveryPart {
  readonly accountId: string;
  readonly body: Buffer;
}

/** A file of ours that goes out. Its kind is one that the abilities name; its size and type fit the rule there. */
export interface OutboundFile {
  readonly kind: FileKind;
  readonly filename: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /** Spoken into the composer: shown with a wave where the platform knows that. */
  readonly isVoice: boolean;
  /** The bytes, from the start; may be called again for another try. Throws when the file is gone, Unavailable when it is not now. */
  open(): Promise<Readable>;
  /** Where the platform can fetch the file by itself for an hour. */
  readonly url: string;
}
/** An answer that the customer may tap; `id` comes back. */
export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}
/** Degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string;
  readonly address: string;
}
export type OutboundContent =
  | { readonly type: 'text'; readonly text: string }
  /** At least one file; `text` goes with the first. */
  | { readonly type: 'media'; readonly files: readonly OutboundFile[]; readonly text?: string }
  | { readonly type: 'buttons'; readonly text: string; readonly choices: readonly Choice[] }
  /** `button` opens the list. */
  | {
      readonly type: 'list';
      readonly text: string;
      readonly button: string;
      readonly choices: readonly Choice[];
    }
  | {
      readonly type: 'template';
      readonly name: string;
      readonly language: string;
      /** Fill the placeholders of the body, in order. */
      readonly variables: readonly string[];
      /** Of the placeholders, where they are named and not numbered. */
      readonly variableNames?: readonly string[];
      readonly header?:
        | {
            readonly text: string;
            /** Of its placeholder, where that is named. */
            readonly name?: string;
          }
        | { readonly file: OutboundFile }
        | { readonly location: Place };
      /** What the button at this place (from 0) gives back, or puts at the end of its address. */
      readonly buttons?:
        | readonly {
            readonly index: number;
            readonly kind: 'reply' | 'url';
            readonly value: string;
          }[]
        | undefined;
    }
  /** `emoji` empty takes the reaction back. */
  | { readonly type: 'reaction'; readonly targetExternalId: string; readonly emoji: string };

/** What the composer wrote, with everything the platform needs and nothing of our database. */
export interface OutboundMessage {
  /** Ours, unique for ever (a uuid); given to the platform where it echoes it back. */
  readonly correlator: string;
  readonly to: readonly Alias[];
  readonly content: OutboundContent;
  readonly replyToExternalId?: string;
  /** Of the conversation: '' for chats, a ticket's id, a mail's root. As in its messages. */
  readonly threadKey?: string;
  /** For platforms whose conversations have a subject: it, and the ids of the conversation's messages, oldest first, at most 20. */
  readonly thread?: { readonly subject: string | null; readonly externalIds: readonly string[] };
  /** Further recipients, where the platform has them. */
  readonly copies?: { readonly cc: readonly string[]; readonly bcc: readonly string[] };
  /** The window is closed, but a person's own words may still go (`humanAgentHours`): they must be marked as such. */
  readonly isHumanAgent?: boolean;
}
export interface SentReceipt {
  readonly externalId: string;
  /** Further addresses of the recipient that the platform told us. */
  readonly aliases: readonly Alias[];
}

/**
 * The platform said no. `message` is a sentence for an agent.
 * - `message`: this message will never go (window, recipient, content)
 * - `window`: as `message`, and free text needs a template now
 * - `reauthorise`: the account's credential no longer works; the channel stops and keeps its outbox
 * - `account`: the account is restricted; the channel stops until a person looks
 */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly scope: 'message' | 'window' | 'reauthorise' | 'account';
  readonly code: string;
  constructor(scope: Rejected['scope'], code: string, message: string) {
    super(message);
    this.scope = scope;
    this.code = code;
  }
}
/**
 * Not now; the request surely had no effect. Try again after `retryAfterMs`, or with back-off when that is undefined.
 * `scope` says what must wait: this message's conversation (a pair limit) or the whole channel (a number's limit).
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly scope: 'conversation' | 'channel';
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(scope: Unavailable['scope'], code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.scope = scope;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
/** The request may have had its effect (time-out or reset after it was written). Never sent again by itself. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** What customers may see of an agent: their message was read, an answer to it is being written. */
export type AgentSign = 'read' | 'typing';
export interface SignTarget {
  readonly to: readonly Alias[];
  /** Of the customer's newest message that was read. */
  readonly externalId: string;
}

/** A file of the platform's will never come: gone, expired, too large for it. `message` is a sentence for an agent. */
export class MediaUnavailable extends Error {
  override readonly name = 'MediaUnavailable';
}
/** Where a file can be fetched now, by a client that follows no redirect to another host with these headers. */
export interface MediaSource {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly mimeType?: string;
  readonly size?: number;
}

/** What was pulled: each body is stored and read like a delivery that had come by itself. */
export interface Pulled {
  readonly bodies: readonly {
    /** The same for the same content, at most 200 characters: what was pulled before has no effect. */
    readonly key: string;
    readonly body: Buffer;
  }[];
  /** What to pull next to have the rest of it. */
  readonly next?: string;
  /**
   * How far this one has come: kept in the transaction that stores the bodies, given to its next pull. Without it nothing
   * is kept of an earlier one.
   */
  readonly cursor?: string;
}

/** How a channel stands with its platform at this moment, as the platform itself says. */
export interface ChannelCheck {
  readonly health: 'ok' | 'warning' | 'reauthorise' | 'stopped' | 'unknown';
  /** A sentence for an administrator: what is wrong and the way out; `null` when all is well. */
  readonly message: string | null;
  /** The account's name there: a number, a page, a bot, an address. */
  readonly accountName?: string;
  readonly tokenExpiresAt?: Date;
  /** Whether the platform says that it delivers to our address; `undefined` where it cannot be asked. */
  readonly isSubscribed?: boolean;
  /** More that is good to know: quality, limits, waiting updates. */
  readonly facts?: readonly { readonly name: string; readonly value: string }[];
}

/** What an adapter may use of the world: an HTTP client with time-outs, and the base URL of its provider. */
export interface PlatformIo {
  readonly http: AxiosInstance;
  readonly baseUrl: string;
  /**
   * The address to connect to for a server that the tenant has named. Throws Rejected (`account`) for one of our own
   * network, Unavailable when the name cannot be resolved. Connect to this address, and check the certificate for `host`.
   */
  resolve(host: string, port: number): Promise<string>;
  /** The channel's own door, for platforms that are told with each message where its receipts go. */
  readonly door?: WebhookDoor;
}
/** Our own door for one channel, as the platform must know it. */
export interface WebhookDoor {
  readonly url: string;
}

/** What a line says of itself: as a check says it, and while a device has to be paired, the code that it must read. */
export interface LineState extends ChannelCheck {
  readonly pairing?: { readonly code: string; readonly expiresAt: Date };
}
/** Versions of a session that must outlive its process. Sealed at rest; a version is whole, or it is not listed. */
export interface SessionVault {
  /** Newest first, the last three that were saved; none when the session was ended. */
  versions(): Promise<readonly number[]>;
  /** Throws when its content is not what was saved. */
  open(version: number): Promise<Buffer>;
  /** Throws LineLost when another process holds the line by now. */
  save(content: Buffer): Promise<void>;
  /** The platform says that the session is over: it is listed no longer. For a week a person can bring it back. */
  end(): Promise<void>;
}
/** Another process holds the line now: whatever is open must be closed at once and nothing saved. */
export class LineLost extends Error {
  override readonly name = 'LineLost';
}
/** What a line may do with us. Everything of it throws LineLost when the line is another process's by now. */
export interface LineHost {
  /** Something may be there to be pulled. */
  ring(what: string): Promise<void>;
  /** Stores what came over the line; durable when it resolves. */
  deliver(bodies: Pulled['bodies']): Promise<void>;
  tell(state: LineState): Promise<void>;
  readonly session: SessionVault;
}
/** A connection that stays open, for platforms that are listened to. At most one is open for a channel, over all processes. */
export interface OpenLine {
  /** Resolves after `close`; otherwise rejects: Rejected (a person must look), anything else is opened again later. */
  readonly ended: Promise<void>;
  /** For platforms that send over their line; as the adapter's own `send`. */
  send?(message: OutboundMessage): Promise<SentReceipt>;
  /** Resolves when everything of it is closed and saved; never throws, and takes ten seconds at most. */
  close(): Promise<void>;
}

export type AnyFacts = readonly InboundFact[] | Promise<readonly InboundFact[]>;

/**
 * Everything Concierge knows about one platform. Adapters are values without state: `authenticate`, `deliveryKey`,
 * `split` and `parse` are pure (same bytes, same answer), and no adapter sees a database, a queue, a tenant or express.
 */
export interface PlatformAdapter<Settings, Facts extends AnyFacts = readonly InboundFact[]> {
  readonly platform: Platform;
  readonly abilities: Abilities;
  /** False: with these settings, secrets left out, a channel only receives. */
  sends?(settings: Partial<Settings>): boolean;
  /** Whose base URL `io` must carry, for a platform that more than one server speaks for; without it the platform's own. */
  provider?(settings: Partial<Settings>): 'graph' | 'instagram';
  /** Checks a settings file; strict. Optional secrets that are missing are generated by `complete`. */
  readonly settings: z.ZodType<Settings>;
  /** Fills in what may be generated (verify tokens, secrets). */
  complete(settings: Settings): Settings;
  /** The account's id on the platform: unique over all tenants. `null` where the platform has none. */
  accountId(settings: Settings): string | null;
  credentials(settings: Settings): Credentials;
  /** Which settings are secret: they are sealed and never shown again. */
  readonly secretSettings: readonly (keyof Settings & string)[];
  /** Answers the platform's subscription check; `undefined` when the request is no such check. */
  handshake?(delivery: RawDelivery, credentials: Credentials): HttpReply | undefined;
  /** Nothing is delivered to a webhook of ours: it is fetched, comes over a line, or by our own API. */
  readonly hasNoDoor?: boolean;
  /** Throws ForgedDelivery. */
  authenticate(delivery: RawDelivery, credentials: Credentials): void;
  /** The same for every retry of the same delivery, at most 200 characters. */
  deliveryKey(delivery: RawDelivery): string;
  /**
   * Splits a verified body by the account it speaks for; a body of one account gives one part.
   * A part's body parses like a whole one. Throws UnreadableDelivery.
   */
  split?(body: Buffer): readonly DeliveryPart[];
  /**
   * The sender is a program of the tenant's own: what cannot be read is refused with the reason, so that whoever wrote it
   * can mend it. Otherwise it is stored and parked, for a platform would only send it again.
   */
  readonly refusesUnreadable?: boolean;
  /**
   * Throws UnreadableDelivery; unknown types and fields never throw, they become `unsupported`. A promise only for what is
   * pulled or comes over a line (mail, which is read on another thread): it is read when its turn comes, not at the door, and may
   * throw Unavailable.
   */
  parse(body: Buffer, receivedAt: Date): Facts;
  /** `parse` gives promises. */
  readonly readsSlowly?: boolean;
  /** Forms under which the same person may be known: Brazil with and without the 9. Includes the given one. */
  equivalents?(alias: Alias): readonly Alias[];
  /**
   * What the platform wants to hear as the answer to a delivery that is stored: a program for it, never words of the
   * sender. Pure and total: anything unexpected gives `undefined`, which is an empty answer.
   */
  answer?(body: Buffer): HttpReply | undefined;
  /**
   * Where the file is. Throws MediaUnavailable (never), Unavailable (not now), Rejected with `reauthorise`. Without it
   * a reference is fetched at its `url`, with no headers.
   */
  locateMedia?(media: MediaRef, settings: Settings, io: PlatformIo): Promise<MediaSource>;
  /**
   * For a file that lies in a delivery, or in one of its own: `delivered` gives the body that was stored under a key of
   * this channel. Throws MediaUnavailable, or Unavailable while it has not come yet. Instead of `locateMedia`.
   */
  unpackMedia?(
    media: MediaRef,
    delivered: (key: string) => Promise<Buffer | undefined>,
  ): Promise<{ readonly content: Buffer; readonly mimeType?: string }>;
  /** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
  send?(message: OutboundMessage, settings: Settings, io: PlatformIo): Promise<SentReceipt>;
  /** Longest time that `send` may take, files aside; without it 90. */
  readonly sendSeconds?: number;
  /** Shows the customer what an agent does; nothing for a sign that the platform does not show. Best effort: never throws. */
  showSign?(sign: AgentSign, about: SignTarget, settings: Settings, io: PlatformIo): Promise<void>;
  /**
   * Fetches what a `pull` fact, or `recall`, named. Throws Unavailable (`channel`: everything of it waits), Rejected, or
   * OutcomeUnknown, which is tried again: pulling changes nothing there.
   */
  pull?(what: string, settings: Settings, io: PlatformIo, cursor?: string): Promise<Pulled>;
  /** What is pulled every few minutes without being rung for. Pure. */
  polls?(settings: Settings): readonly string[];
  /** What to pull to have everything since then again, as after an outage of ours. Pure. */
  recall?(since: Date, settings: Settings): readonly string[];
  /** Most pulls of one channel in a minute, over all processes. */
  readonly pullsPerMinute?: number;
  /**
   * Opens the channel's line; resolves as soon as it is worth holding (it may still be connecting). Throws Rejected or
   * Unavailable. While a line is open the channel's state is what the line tells.
   */
  open?(settings: Settings, io: PlatformIo, host: LineHost): Promise<OpenLine>;
  /** Memory that an open line takes: a process opens no more than half of the machine has room for. Without it: 1. */
  readonly lineMegabytes?: number;
  /** Messages go over the open line, not by `send`. */
  readonly sendsByLine?: boolean;
  /** What was approved to be sent at any time. Throws Rejected or Unavailable. */
  templates?(settings: Settings, io: PlatformIo): Promise<readonly MessageTemplate[]>;
  /** New secrets for those that grow old (a refresh token, a token of sixty days); `undefined` when it is not time yet. */
  renew?(settings: Settings, io: PlatformIo): Promise<Partial<Settings> | undefined>;
  /**
   * Tells the platform to deliver to our door; may be called again at any time. Throws Rejected (a sentence for an
   * administrator) or Unavailable. Where it is missing, a person does that in the platform's console.
   */
  connect?(settings: Settings, io: PlatformIo, door: WebhookDoor): Promise<void>;
  /** Asks the platform how the account stands. Never throws: what cannot be asked is `unknown` with the reason. */
  check?(settings: Settings, io: PlatformIo, door: WebhookDoor): Promise<ChannelCheck>;
}
