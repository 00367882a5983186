import { identifierOf, type JsonObject } from '../json.ts';
import { type CatchUpResult, catchUp, isOnItsWay } from './catch-up.ts';
import { DeliveryOutbox } from './delivery-outbox.ts';
import { EventReader, type ReadEvent } from './event-reader.ts';
import { chatOf, plain } from './library-object.ts';
import { MediaCourier } from './media-courier.ts';
import { MessageIndex } from './message-index.ts';
import { OwnSends } from './own-sends.ts';
import { PeopleBook } from './people-book.ts';
import type { ProfileFacts } from './profile-archive.ts';
import type { SessionClient, SessionEvent } from './session-client.ts';
import { messageOf } from './session-faults.ts';
import type { SessionPort } from './session-protocol.ts';
import type { SessionTiming } from './session-timing.ts';
import { addressText, messageIdOf } from './web-address.ts';

export interface InboxParts {
  readonly client: SessionClient;
  readonly port: SessionPort;
  readonly timing: SessionTiming;
  /** The number that is paired, as digits. */
  readonly account: () => string;
  readonly warn: (message: string) => void;
  readonly onTheirWay: ProfileFacts['onTheirWay'];
}

type Read = ReadEvent | undefined;

/** All that comes in over a session: events as they happen, and what was missed. */
export class SessionInbox {
  readonly people: PeopleBook;
  readonly index: MessageIndex;
  readonly ownSends: OwnSends;
  readonly #parts: InboxParts;
  readonly #outbox: DeliveryOutbox;
  readonly #reader: EventReader;
  readonly #courier: MediaCourier;
  /** Events are read one after the other, so that they are delivered in their order. */
  #reading: Promise<void> = Promise.resolve();
  readonly #underWay = new Set<{ readonly since: number }>();

  constructor(parts: InboxParts) {
    const { client, port, timing, account } = parts;
    this.#parts = parts;
    this.ownSends = new OwnSends(parts.onTheirWay);
    this.people = new PeopleBook(client, timing.askWithinMs);
    this.index = new MessageIndex(client);
    this.#outbox = new DeliveryOutbox(port);
    this.#reader = new EventReader(this.people, account);
    this.#courier = new MediaCourier(client, this.#outbox, timing);
  }

  /** An event with the library's own arguments; those that are about no message have no effect. */
  take(event: SessionEvent, [first, second, third]: readonly unknown[]): void {
    switch (event) {
      case 'message_create':
        return this.#read(first, read => this.#message(first, read));
      case 'message_edit':
        return this.#read(first, async read => {
          // The preview of a file counts as its words, and changes while it loads.
          const isMarked = identifierOf(read.latestEditSenderTimestampMs) !== undefined;
          const isOfWords = read.hasMedia !== true && typeof third === 'string' && third !== '';
          return isMarked || (isOfWords && third !== second) ? this.#reader.edit(read) : undefined;
        });
      case 'message_revoke_everyone':
        return this.#read(first, read => this.#reader.revoke(read));
      case 'message_ack':
        return this.#read(first, read => this.#ack(first, read, Number(second)));
      case 'message_reaction':
        return this.#read(first, read => this.#reader.reaction(read));
      default:
        return;
    }
  }

  acknowledge(sequences: readonly number[]): void {
    this.#outbox.acknowledge(sequences);
  }

  /** Reads what was said since then. Resolves when it is durable. */
  catchUp(since: number, pairedAt: number): Promise<CatchUpResult> {
    return catchUp(
      {
        client: this.#parts.client,
        outbox: this.#outbox,
        reader: this.#reader,
        seen: (message, read) => this.#seen(message, read),
        sentWith: read => this.#sentWith(read),
      },
      since,
      pairedAt,
    );
  }

  /** Everything that came until then is durable, files too. Milliseconds since 1970. */
  coveredUntil(): number {
    const times = [
      this.#outbox.oldest(),
      this.#courier.oldest(),
      ...[...this.#underWay].map(mark => mark.since),
    ].filter(time => time !== undefined);
    return Math.min(Date.now(), ...times);
  }

  stop(): void {
    this.#courier.stop();
  }

  async #message(message: unknown, read: JsonObject): Promise<Read> {
    if (identifierOf(read.type) === 'revoked') return this.#reader.revoke(read);
    const correlator = await this.#sentWith(read);
    return isOnItsWay(read, correlator) ? undefined : this.#told(message, read, correlator);
  }

  /** What was sent from here is told of when WhatsApp has it: the page shows it before that. */
  async #ack(message: unknown, read: JsonObject, ack: number): Promise<readonly Read[]> {
    const correlator = read.fromMe === true ? this.ownSends.named(messageIdOf(read.id) ?? '') : undefined;
    const isOut = correlator !== undefined && ack >= 1;
    return [
      ...(isOut ? [await this.#told(message, read, correlator)] : []),
      await this.#reader.ack(read, ack, correlator),
    ];
  }

  async #told(message: unknown, read: JsonObject, correlator: string | undefined): Promise<Read> {
    const event = await this.#reader.message(read, { correlator });
    if (event) this.#seen(message, read);
    return event;
  }

  async #sentWith(read: JsonObject): Promise<string | undefined> {
    return this.ownSends.correlatorOf(read, await this.#namesOfChat(read));
  }

  #seen(message: unknown, read: JsonObject): void {
    this.index.add(read);
    this.ownSends.settle(messageIdOf(read.id) ?? '');
    this.#courier.add(message, read);
  }

  async #namesOfChat(message: JsonObject): Promise<readonly string[]> {
    const chat = chatOf(message);
    if (chat === undefined || message.fromMe !== true) return [];
    const { phone, lid } = chat.kind === 'group' ? {} : await this.people.person(chat);
    return [
      addressText(chat),
      ...(phone === undefined ? [] : [addressText({ kind: 'phone', user: phone })]),
      ...(lid === undefined ? [] : [addressText({ kind: 'lid', user: lid })]),
    ];
  }

  #read(object: unknown, work: (read: JsonObject) => Promise<Read | readonly Read[]>): void {
    const read = plain(object);
    if (read === undefined) return;
    const mark = { since: Date.now() };
    this.#underWay.add(mark);
    this.#reading = this.#reading
      .then(() => work(read))
      .then(events => {
        for (const event of [events].flat()) if (event) this.#outbox.add(event.key, event.body);
      })
      .catch((error: unknown) =>
        this.#parts.warn(`An event of WhatsApp Web was not understood: ${messageOf(error)}`),
      )
      .finally(() => this.#underWay.delete(mark));
  }
}
