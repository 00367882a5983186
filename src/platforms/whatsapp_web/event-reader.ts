import { identifierOf, type JsonObject, objectOf, textOf } from '../json.ts';
import { type EventBody, messageBody, reactionBody, writeEvent } from './event-body.ts';
import { chatOf } from './library-object.ts';
import { digestOf, revokedIdOf } from './parse-whatsapp-web.ts';
import { silentTypes } from './parse-whatsapp-web-content.ts';
import type { PeopleBook } from './people-book.ts';
import { addressOf, messageIdOf } from './web-address.ts';

export interface ReadEvent {
  readonly key: string;
  readonly body: Buffer;
}

/** Makes of what WhatsApp Web tells what is delivered. `undefined` for what is nobody's message: status posts, notices. */
export class EventReader {
  readonly #people: PeopleBook;
  readonly #account: () => string;

  constructor(people: PeopleBook, account: () => string) {
    this.#people = people;
    this.#account = account;
  }

  async message(
    message: JsonObject,
    about: { readonly isHistory?: boolean; readonly correlator?: string | undefined } = {},
  ): Promise<ReadEvent | undefined> {
    const id = messageIdOf(message.id);
    if (id === undefined || silentTypes.has(identifierOf(message.type) ?? '')) return undefined;
    const { isHistory, correlator } = about;
    return this.#event(`message:${id}`, message, {
      kind: 'message',
      message: messageBody(message),
      ...(isHistory === true && { isHistory }),
      ...(correlator !== undefined && { correlator }),
    });
  }

  async edit(message: JsonObject): Promise<ReadEvent | undefined> {
    const id = messageIdOf(message.id);
    if (id === undefined || silentTypes.has(identifierOf(message.type) ?? '')) return undefined;
    const at = identifierOf(message.latestEditSenderTimestampMs) ?? '';
    return this.#event(`edit:${id}:${digestOf(textOf(message.body) ?? '', at)}`, message, {
      kind: 'edit',
      message: messageBody(message),
    });
  }

  async revoke(message: JsonObject): Promise<ReadEvent | undefined> {
    const id = revokedIdOf(message);
    if (id === undefined) return undefined;
    return this.#event(`revoke:${id}`, message, { kind: 'revoke', message: messageBody(message) });
  }

  async ack(message: JsonObject, ack: number, correlator?: string): Promise<ReadEvent | undefined> {
    const id = messageIdOf(message.id);
    if (id === undefined || message.fromMe !== true || ack === 0) return undefined;
    const { id: whole = null, type = null } = message;
    return this.#event(`ack:${id}:${ack}`, message, {
      kind: 'ack',
      message: { id: whole, type, fromMe: true },
      ack,
      ...(correlator !== undefined && { correlator }),
    });
  }

  async reaction(reaction: JsonObject): Promise<ReadEvent | undefined> {
    const target = messageIdOf(reaction.msgId);
    const chat = addressOf(objectOf(reaction.msgId).remote);
    if (target === undefined || chat === undefined) return undefined;
    const isOwn = objectOf(reaction.id).fromMe === true;
    const author = chat.kind === 'group' && !isOwn ? addressOf(reaction.senderId) : undefined;
    const what = digestOf(
      isOwn ? 'me' : (author?.user ?? ''),
      identifierOf(reaction.timestamp) ?? '',
      textOf(reaction.reaction) ?? '',
    );
    const body: EventBody = {
      v: 1,
      kind: 'reaction',
      account: this.#account(),
      at: Date.now(),
      chat: await this.#people.chat(chat, undefined),
      ...(author && { author: await this.#people.person(author) }),
      reaction: reactionBody(reaction),
    };
    return { key: `reaction:${target}:${what}`, body: writeEvent(body) };
  }

  async #event(
    key: string,
    message: JsonObject,
    event: Omit<EventBody, 'v' | 'account' | 'at' | 'chat'>,
  ): Promise<ReadEvent | undefined> {
    const address = chatOf(message);
    if (address === undefined) return undefined;
    const isOwn = message.fromMe === true;
    const said = textOf(objectOf(message._data).notifyName)?.trim();
    const name = isOwn || said === undefined ? undefined : said;
    const author = address.kind === 'group' && !isOwn ? addressOf(message.author) : undefined;
    const body: EventBody = {
      v: 1,
      account: this.#account(),
      at: Date.now(),
      chat: await this.#people.chat(address, name),
      ...(author && {
        author: { ...(await this.#people.person(author)), ...(name === undefined ? {} : { name }) },
      }),
      ...event,
    };
    return { key, body: writeEvent(body) };
  }
}
