import { LRUCache } from 'lru-cache';
import { within } from '../../kit/within.ts';
import type { ChatBody, PersonBody } from './event-body.ts';
import type { SessionClient } from './session-client.ts';
import { addressOf, addressText, type WebAddress } from './web-address.ts';

const known = 5000;
const unknownForMs = 10 * 60_000;
const namesForMs = 60 * 60_000;

/**
 * Who an address is. The same person may write as a number and as a hidden id, from one message to the next: both are asked
 * for once, so that whatever comes names them by both. Never throws: what WhatsApp does not tell is left out.
 */
export class PeopleBook {
  readonly #client: SessionClient;
  readonly #askWithinMs: number;
  readonly #people = new LRUCache<string, PersonBody>({ max: known });
  readonly #names = new LRUCache<string, { readonly name: string | undefined }>({
    max: known,
    ttl: namesForMs,
  });

  constructor(client: SessionClient, askWithinMs: number) {
    this.#client = client;
    this.#askWithinMs = askWithinMs;
  }

  async person(address: WebAddress): Promise<PersonBody> {
    const id = addressText(address);
    const remembered = this.#people.get(id);
    if (remembered) return remembered;
    const told = await this.#ask(this.#client.lidAndPhone(id));
    const lid = addressOf(told?.lid ?? null);
    const phone = addressOf(told?.phone ?? null);
    const person: PersonBody = {
      ...(phone?.kind === 'phone' && { phone: phone.user }),
      ...(lid?.kind === 'lid' && { lid: lid.user }),
      [address.kind]: address.user,
    };
    const isWhole = person.phone !== undefined && person.lid !== undefined;
    this.#people.set(id, person, isWhole ? {} : { ttl: unknownForMs });
    return person;
  }

  /** `name` is what a person calls themselves in the message at hand; a group's is asked for. */
  async chat(address: WebAddress, name: string | undefined): Promise<ChatBody> {
    if (address.kind === 'group') {
      const title = await this.#groupName(addressText(address));
      return { group: address.user, ...(title === undefined ? {} : { name: title }) };
    }
    return { ...(await this.person(address)), ...(name === undefined ? {} : { name }) };
  }

  async #groupName(id: string): Promise<string | undefined> {
    const remembered = this.#names.get(id);
    if (remembered) return remembered.name;
    const name = await this.#ask(this.#client.chatName(id));
    this.#names.set(id, { name }, name === undefined ? { ttl: unknownForMs } : {});
    return name;
  }

  async #ask<Answer>(question: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await within(this.#askWithinMs, question);
    } catch {
      return undefined;
    }
  }
}
