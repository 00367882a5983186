import type { Alias, Contact } from '../inbound-fact.ts';
import { type JsonObject, type JsonValue, objectOf, textOf } from '../json.ts';
import { equivalentAliases, phoneOf } from '../whatsapp/whatsapp-identity.ts';
import { addressOf, type WebAddress } from './web-address.ts';

/**
 * `wa_group` is a group; a person is `lid`, which stays theirs, and `wa_id`, the phone number, which may pass to somebody
 * else: strongest first in that order. Both are told wherever both are known, so that the two make one person.
 */
export const aliasKinds = { group: 'wa_group', lid: 'lid', phone: 'wa_id' } as const;

/** `chat` as a session wrote it. `undefined` when it names nobody. */
export function contactOf(chat: JsonValue | undefined): Contact | undefined {
  const { name: givenName, phone: givenPhone, lid: givenLid, group: givenGroup } = objectOf(chat);
  const name = textOf(givenName)?.trim();
  const named = name === undefined ? {} : { name };
  const group = groupOf(givenGroup);
  if (group !== undefined) return { aliases: [{ kind: aliasKinds.group, value: group }], ...named };
  const lid = digitsOf(givenLid);
  const digits = digitsOf(givenPhone);
  const aliases = aliasesOf({ lid, phone: digits });
  const phone = phoneOf(digits);
  return aliases.length === 0 ? undefined : { aliases, ...named, ...(phone === undefined ? {} : { phone }) };
}

export function aliasesOf(person: {
  readonly lid?: string | undefined;
  readonly phone?: string | undefined;
}): readonly Alias[] {
  return [
    ...(person.lid === undefined ? [] : [{ kind: aliasKinds.lid, value: person.lid }]),
    ...(person.phone === undefined ? [] : [{ kind: aliasKinds.phone, value: person.phone }]),
  ];
}

/** Who of a group wrote, for the message's metadata. */
export function senderOf(author: JsonValue | undefined): JsonObject | undefined {
  const { name: givenName, phone, lid } = objectOf(author);
  const id = digitsOf(phone) ?? digitsOf(lid);
  const name = textOf(givenName)?.trim();
  const sender = { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
  return Object.keys(sender).length === 0 ? undefined : sender;
}

/** Where to write to: the number if it is known, for WhatsApp can be asked about it first. */
export function destinationOf(to: readonly Alias[]): WebAddress | undefined {
  const valueOfKind = (kind: string) => to.find(alias => alias.kind === kind)?.value;
  const group = valueOfKind(aliasKinds.group);
  const phone = valueOfKind(aliasKinds.phone);
  const lid = valueOfKind(aliasKinds.lid);
  if (group !== undefined) return addressOf(`${group}@g.us`);
  return phone === undefined ? addressOf(`${lid}@lid`) : addressOf(`${phone}@c.us`);
}

/** Numbers are written in two ways in Brazil and Mexico here as well. */
export const equivalentWebAliases: (alias: Alias) => readonly Alias[] = equivalentAliases;

function digitsOf(value: JsonValue | undefined): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^\d{1,20}$/.test(text) ? text : undefined;
}
function groupOf(value: JsonValue | undefined): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^\d{1,20}(?:-\d{1,20})?$/.test(text) ? text : undefined;
}
