import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { within } from '../../kit/within.ts';
import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { PersonBody } from './event-body.ts';
import { plain } from './library-object.ts';
import type { MessageIndex } from './message-index.ts';
import type { OwnSends } from './own-sends.ts';
import type { PeopleBook } from './people-book.ts';
import type { SendPace } from './send-pace.ts';
import type { SessionClient } from './session-client.ts';
import { messageOf } from './session-faults.ts';
import type { SentOutcome, SessionMessage } from './session-protocol.ts';
import type { SessionTiming } from './session-timing.ts';
import { addressOf, addressText, messageIdOf, type WebAddress } from './web-address.ts';
import { aliasesOf } from './whatsapp-web-contact.ts';

type Receipt = Exclude<SentOutcome, { fault: unknown }>;

export interface SenderParts {
  readonly client: SessionClient;
  readonly people: PeopleBook;
  readonly index: MessageIndex;
  readonly ownSends: OwnSends;
  readonly pace: SendPace;
  readonly timing: Pick<SessionTiming, 'askWithinMs' | 'prepareWithinMs' | 'sendWithinMs'>;
}

/** Where a message goes, by all the names that its chat has. */
interface Destination {
  readonly chatId: string;
  readonly addresses: readonly WebAddress[];
  readonly person: PersonBody;
}

/** Sends one message at a time. */
export class SessionSender {
  readonly #parts: SenderParts;
  readonly #registered = new LRUCache<string, string>({ max: 5000, ttl: 24 * 60 * 60_000 });
  #previous: Promise<unknown> = Promise.resolve();

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** `begin` is called right before it may have its effect. Throws Rejected, Unavailable or OutcomeUnknown. */
  async send(message: SessionMessage, begin: () => void): Promise<Receipt> {
    const latest = Date.now() + this.#parts.timing.prepareWithinMs;
    const waitMs = this.#parts.pace.take(Date.now());
    const requireTime = () => {
      if (Date.now() > latest) throw tooLate();
    };
    const beginInTime = () => {
      requireTime();
      begin();
    };
    const turn = Promise.all([this.#previous, delay(waitMs)]).then(() => {
      requireTime();
      return this.#send(message, beginInTime);
    });
    this.#previous = turn.catch(() => undefined);
    return turn;
  }

  async #send(message: SessionMessage, begin: () => void): Promise<Receipt> {
    const destination = await this.#destination(message.to);
    const { content } = message;
    if (content.type === 'reaction') return this.#react(destination, content.target, content.emoji, begin);
    const quotedId =
      message.replyTo === undefined ? undefined : await this.#wholeId(message.replyTo, destination);
    return this.#say(message, destination, quotedId, begin);
  }

  async #say(
    message: SessionMessage,
    { chatId, addresses, person }: Destination,
    quotedId: string | undefined,
    begin: () => void,
  ): Promise<Receipt> {
    const { client, ownSends, timing } = this.#parts;
    const { content, correlator } = message;
    if (content.type === 'reaction') throw new TypeError('A reaction says nothing.');
    if (content.type === 'text')
      await within(timing.askWithinMs, client.showTyping(chatId)).catch(() => undefined);
    begin();
    ownSends.begin(correlator, addresses.map(addressText), content);
    const work =
      content.type === 'text'
        ? client.sendText(chatId, content.text, quotedId)
        : client.sendFile(chatId, content, quotedId);
    const made = plain(
      await within(timing.sendWithinMs, work).catch(error => {
        const refusal = refusalOf(error);
        if (refusal === undefined) throw unknown(messageOf(error));
        ownSends.drop(correlator);
        throw refusal;
      }),
    );
    const externalId = messageIdOf(made?.id);
    if (made === undefined || externalId === undefined) throw unknown('it did not name the message');
    ownSends.name(correlator, externalId);
    this.#parts.index.add(made);
    if (made.ack === -1)
      throw new Rejected('message', 'not_sent', 'WhatsApp could not send this message. Send it again.');
    return { externalId, aliases: [...aliasesOf(person)] };
  }

  async #react(destination: Destination, target: string, emoji: string, begin: () => void): Promise<Receipt> {
    const { client, timing } = this.#parts;
    const whole = await this.#wholeId(target, destination);
    if (whole === undefined)
      throw new Rejected(
        'message',
        'message_gone',
        'WhatsApp Web does not have this message any more, so that it cannot be reacted to.',
      );
    begin();
    await within(timing.sendWithinMs, client.react(whole, emoji)).catch(error => {
      throw unknown(messageOf(error));
    });
    return { externalId: `${target}:reaction`, aliases: [] };
  }

  /** Without an answer in time an answer to a message goes out as a message. */
  async #wholeId(id: string, { addresses }: Destination): Promise<string | undefined> {
    const { index, timing } = this.#parts;
    return within(timing.askWithinMs, index.find(id, addresses)).catch(() => undefined);
  }

  /** A number is asked about first: WhatsApp takes a message to one without an account, and nobody ever reads it. */
  async #destination(to: WebAddress): Promise<Destination> {
    const { people } = this.#parts;
    if (to.kind === 'group') return { chatId: addressText(to), addresses: [to], person: {} };
    const person = await people.person(to);
    const addresses: WebAddress[] = [
      ...(person.phone === undefined ? [] : [{ kind: 'phone' as const, user: person.phone }]),
      ...(person.lid === undefined ? [] : [{ kind: 'lid' as const, user: person.lid }]),
    ];
    if (to.kind === 'lid') return { chatId: addressText(to), addresses, person };
    const chatId = await this.#registeredAs(addressText(to));
    const named = addressOf(chatId);
    return { chatId, addresses: named === undefined ? addresses : [...addresses, named], person };
  }

  async #registeredAs(number: string): Promise<string> {
    const { client, timing } = this.#parts;
    const known = this.#registered.get(number);
    if (known !== undefined) return known;
    let registered: string | undefined;
    try {
      registered = await within(timing.askWithinMs, client.registered(number));
    } catch {
      throw new Unavailable(
        'conversation',
        'number_not_checked',
        'WhatsApp does not tell at the moment whether this number has an account. The message will be tried again.',
      );
    }
    if (registered === undefined)
      throw new Rejected(
        'message',
        'not_on_whatsapp',
        'This number has no WhatsApp account. Check it, or write another way.',
      );
    this.#registered.set(number, registered);
    return registered;
  }
}

const tooLate = () =>
  new Unavailable(
    'channel',
    'busy',
    'WhatsApp Web takes its time at the moment. The message will be tried again.',
    5000,
  );
const unknown = (reason: string) =>
  new OutcomeUnknown(`WhatsApp Web did not confirm the message (${reason}); it may have been sent.`);

/** What the page finds wrong before it hands anything over. */
function refusalOf(error: unknown): Rejected | undefined {
  const said = messageOf(error);
  if (/media-fault|Invalid media type|prepRawMedia|not a valid (?:image|video|audio)/i.test(said))
    return new Rejected(
      'message',
      'bad_file',
      'WhatsApp Web cannot make a message of this file. Send it as another type, or as a document.',
    );
  if (/Too (?:large|big)|exceeds/i.test(said))
    return new Rejected('message', 'too_large', 'The file is too large for WhatsApp. Send a smaller one.');
  return undefined;
}
