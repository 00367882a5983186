import { identifierOf, type JsonObject, numberOf, textOf } from '../json.ts';
import type { ProfileFacts } from './profile-archive.ts';
import type { SessionContent } from './session-protocol.ts';
import { messageIdOf } from './web-address.ts';

interface Sent {
  readonly correlator: string;
  readonly chatIds: ReadonlySet<string>;
  readonly text: string;
  readonly isFile: boolean;
  readonly at: number;
  externalId: string | undefined;
  /** It was told of with its id: nothing is needed to know it again. */
  isSettled: boolean;
}

const rememberedMs = 10 * 60_000;
/** Of one with an id: as long as WhatsApp Web may take to bring it out. */
const namedForMs = 24 * 60 * 60_000;
/** WhatsApp gives a message its own time, and clocks differ. */
const clocksDifferMs = 60_000;
/** Messages that WhatsApp Web writes begin so; those of phones never do. */
const writtenHere = /^3EB0/;

/**
 * WhatsApp gives nothing back that we gave it. But a message that leaves this browser, to that chat and with those words,
 * while or shortly after we sent them, is ours: it is told with its correlator, which settles a send without an answer.
 * Of the same words twice it is the newest, for the page tells of a message at once: the older one has most likely never
 * got so far. When the answer to a send shows that it was the other way round, the two change places.
 */
export class OwnSends {
  #sent: Sent[];

  /** `earlier`: what was on its way when the session before this one was closed. */
  constructor(earlier: ProfileFacts['onTheirWay'] = []) {
    const unknowable = { chatIds: new Set<string>(), text: '', isFile: false, isSettled: false };
    this.#sent = earlier.map(send => ({ ...unknowable, ...send }));
  }

  begin(correlator: string, chatIds: readonly string[], content: SessionContent): void {
    if (content.type === 'reaction') return;
    const text = (content.type === 'text' ? content.text : content.caption) ?? '';
    this.#forgetOld();
    this.#sent.push({
      correlator,
      chatIds: new Set(chatIds),
      text: text.trim(),
      isFile: content.type === 'file',
      at: Date.now(),
      externalId: undefined,
      isSettled: false,
    });
  }

  /** It has an id now, and nothing else can be it. */
  name(correlator: string, externalId: string): void {
    const sent = this.#sent.find(candidate => candidate.correlator === correlator);
    if (sent === undefined) return;
    sent.isSettled = true;
    if (sent.externalId === externalId) return;
    const former = sent.externalId;
    const other =
      this.#sent.find(candidate => candidate.externalId === externalId) ??
      (former === undefined ? undefined : this.#sent.findLast(candidate => isTwin(candidate, sent)));
    sent.externalId = externalId;
    if (other) other.externalId = former;
  }

  /** The message with this id was told of. */
  settle(externalId: string): void {
    const sent = this.#sent.find(candidate => candidate.externalId === externalId);
    if (sent) sent.isSettled = true;
  }

  /** What WhatsApp Web shows already, and nobody was told of yet. */
  onTheirWay(): NonNullable<ProfileFacts['onTheirWay']> {
    return this.#sent.flatMap(({ correlator, externalId, at, isSettled }) =>
      externalId === undefined || isSettled ? [] : [{ correlator, externalId, at }],
    );
  }

  /** Surely not sent. */
  drop(correlator: string): void {
    this.#sent = this.#sent.filter(sent => sent.correlator !== correlator);
  }

  /** What the message with this id was sent with, if that is known. */
  named(externalId: string): string | undefined {
    return this.#sent.find(candidate => candidate.externalId === externalId)?.correlator;
  }

  /** What the message was sent with, if it was sent by us; nothing else can be it from then on. */
  correlatorOf(message: JsonObject, chatIds: readonly string[]): string | undefined {
    const id = messageIdOf(message.id);
    if (message.fromMe !== true || id === undefined) return undefined;
    this.#forgetOld();
    const text = (textOf(message.body) ?? '').trim();
    const saidAt = numberOf(message.timestamp);
    const isText = identifierOf(message.type) === 'chat';
    const fits = (sent: Sent) =>
      sent.externalId === undefined &&
      writtenHere.test(id) &&
      sent.isFile !== isText &&
      sent.text === text &&
      (saidAt === undefined || saidAt * 1000 >= sent.at - clocksDifferMs) &&
      chatIds.some(chatId => sent.chatIds.has(chatId));
    const sent = this.#sent.find(candidate => candidate.externalId === id) ?? this.#sent.findLast(fits);
    if (sent) sent.externalId = id;
    return sent?.correlator;
  }

  #forgetOld(): void {
    const now = Date.now();
    this.#sent = this.#sent.filter(
      ({ at, externalId }) => at >= now - (externalId === undefined ? rememberedMs : namedForMs),
    );
  }
}

/** Nobody could tell the one from the other. */
function isTwin(one: Sent, other: Sent): boolean {
  return (
    one.externalId === undefined &&
    one.isFile === other.isFile &&
    one.text === other.text &&
    [...one.chatIds].some(chatId => other.chatIds.has(chatId))
  );
}
