import type { Alias, Contact } from '../inbound-fact.ts';
import { type JsonObject, type JsonValue, textOf } from '../json.ts';
import { type ChatPlace, connectionOf, digitsOf, isGroup } from './telegram-payload.ts';

/**
 * `telegram_id` is a person in their chat with the bot, `telegram_chat` a group, and `telegram_business` a person in
 * their chat with a business account that the bot speaks for: the same person there is in another thread.
 * User names change hands and are never an alias.
 */
const kinds = { person: 'telegram_id', group: 'telegram_chat', business: 'telegram_business' } as const;

export function aliasOf({ connectionId, chatId }: ChatPlace): Alias {
  if (connectionId !== undefined) return { kind: kinds.business, value: `${connectionId}:${chatId}` };
  return { kind: isGroup(chatId) ? kinds.group : kinds.person, value: chatId };
}

/** Where to write to; of a group that has moved, where it is now. */
export function chatPlaceOf(to: readonly Alias[]): ChatPlace | undefined {
  const valuesOf = (kind: string) => to.filter(alias => alias.kind === kind).map(alias => alias.value);
  const [person] = valuesOf(kinds.person);
  if (person !== undefined) return { chatId: person };
  const [connectionId, chatId] = valuesOf(kinds.business)[0]?.split(':') ?? [];
  if (chatId !== undefined) return { connectionId, chatId };
  const groups = valuesOf(kinds.group);
  // A group becomes a supergroup once, and never the other way; their ids have thirteen digits.
  const group = groups.find(id => /^-100\d{10}/.test(id)) ?? groups[0];
  return group === undefined ? undefined : { chatId: group };
}

/** What a message, a tap or a reaction says of where it came from and who did it. */
export interface Origin extends ChatPlace {
  readonly contact: Contact;
  /** Who of a group it was. */
  readonly sender?: Readonly<Record<string, string>>;
}

/** `undefined` for channels, where nobody can be answered, and for what names no chat. */
export function originOf(chat: JsonObject, from: JsonObject, connection?: JsonValue): Origin | undefined {
  const chatId = digitsOf(chat.id);
  if (chatId === undefined || chat.type === 'channel') return undefined;
  const place = { chatId, connectionId: connectionOf(connection) };
  const aliases = [aliasOf(place)];
  if (isGroup(chatId)) {
    const name = textOf(chat.title)?.trim();
    const sender = senderOf(from);
    return {
      ...place,
      contact: { aliases, ...(name === undefined ? {} : { name }) },
      ...(Object.keys(sender).length === 0 ? {} : { sender }),
    };
  }
  const person = digitsOf(from.id) === chatId ? { ...chat, ...from } : chat;
  return { ...place, contact: { aliases, ...describe(person) } };
}

function describe(person: JsonObject): Omit<Contact, 'aliases'> {
  const name = nameOf(person);
  const username = textOf(person.username)?.trim();
  const languageCode = textOf(person.language_code)?.trim();
  const profile = {
    ...(username === undefined ? {} : { username }),
    ...(languageCode === undefined ? {} : { languageCode }),
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(Object.keys(profile).length === 0 ? {} : { profile }),
  };
}

/** Channels and groups may write in a group under their own name. */
function senderOf(from: JsonObject): Readonly<Record<string, string>> {
  const id = digitsOf(from.id);
  const name = nameOf(from);
  const username = textOf(from.username)?.trim();
  return {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(username === undefined ? {} : { username }),
  };
}

function nameOf(person: JsonObject): string | undefined {
  const parts = [person.first_name, person.last_name].map(part => textOf(part)?.trim());
  const name = parts.filter(part => part !== undefined).join(' ');
  return name === '' ? textOf(person.title)?.trim() : name;
}
