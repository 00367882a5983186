import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../json.ts';
import { plain } from './library-object.ts';
import type { SessionClient } from './session-client.ts';
import { addressText, messageIdOf, type WebAddress, wholeMessageIdOf } from './web-address.ts';

const remembered = 10_000;
const searched = 100;

/** A message is named to WhatsApp Web by its whole id: direction, chat and author belong to it. We keep the middle only. */
export class MessageIndex {
  readonly #client: SessionClient;
  readonly #whole = new LRUCache<string, string>({ max: remembered });

  constructor(client: SessionClient) {
    this.#client = client;
  }

  add(message: JsonObject): void {
    const id = messageIdOf(message.id);
    const whole = wholeMessageIdOf(message.id);
    if (id !== undefined && whole !== undefined) this.#whole.set(id, whole);
  }

  /** `undefined` when WhatsApp Web does not have the message (any more). `chats`: the addresses that its chat may go by. */
  async find(id: string, chats: readonly WebAddress[]): Promise<string | undefined> {
    const known = this.#whole.get(id);
    if (known !== undefined) return known;
    const persons = chats.filter(chat => chat.kind !== 'group');
    for (const chat of persons)
      for (const isOwn of [false, true]) {
        const candidate = `${isOwn}_${addressText(chat)}_${id}`;
        if (await this.#client.hasMessage(candidate)) return candidate;
      }
    for (const chat of chats) {
      const messages = await this.#client.messages(addressText(chat), searched);
      for (const message of messages) {
        const whole = wholeMessageIdOf(plain(message)?.id);
        if (whole !== undefined && messageIdOf(whole) === id) return whole;
      }
    }
    return undefined;
  }
}
