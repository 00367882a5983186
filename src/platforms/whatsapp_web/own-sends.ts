import { identifierOf, type JsonObject, textOf } from '../json.ts';
import type { SessionContent } from './session-protocol.ts';
import { messageIdOf } from './web-address.ts';

interface Sent {
  readonly correlator: string;
  readonly chatIds: ReadonlySet<string>;
  readonly text: string;
  readonly isFile: boolean;
  readonly at: number;
  externalId?: string;
}

const rememberedMs = 10 * 60_000;
/** Messages that WhatsApp Web writes begin so; those of phones never do. */
const writtenHere = /^3EB0/;

/**
 * WhatsApp gives nothing back that we gave it. But a message that leaves this browser, to that chat and with those words,
 * while or shortly after we sent them, is ours: it is told with its correlator, which settles a send without an answer.
 */
export class OwnSends {
  #sent: Sent[] = [];

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
    });
  }

  /** It has an id now, and nothing else can be it. */
  name(correlator: string, externalId: string): void {
    const sent = this.#sent.find(candidate => candidate.correlator === correlator);
    if (sent) sent.externalId = externalId;
  }

  /** Surely not sent. */
  drop(correlator: string): void {
    this.#sent = this.#sent.filter(sent => sent.correlator !== correlator);
  }

  /** What the message was sent with, if it was sent by us. */
  correlatorOf(message: JsonObject, chatIds: readonly string[]): string | undefined {
    const id = messageIdOf(message.id);
    if (message.fromMe !== true || id === undefined) return undefined;
    this.#forgetOld();
    const text = (textOf(message.body) ?? '').trim();
    const isText = identifierOf(message.type) === 'chat';
    const fits = (sent: Sent) =>
      sent.externalId === undefined
        ? writtenHere.test(id) &&
          sent.isFile !== isText &&
          sent.text === text &&
          chatIds.some(chatId => sent.chatIds.has(chatId))
        : sent.externalId === id;
    const sent = this.#sent.find(candidate => candidate.externalId === id) ?? this.#sent.find(fits);
    if (sent) sent.externalId = id;
    return sent?.correlator;
  }

  #forgetOld(): void {
    const earliest = Date.now() - rememberedMs;
    this.#sent = this.#sent.filter(sent => sent.at >= earliest);
  }
}
