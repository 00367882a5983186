import type { Alias, Contact } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, type JsonValue, objectOf, textOf } from '../json.ts';

/**
 * How WhatsApp names a person: `bsuid` is stable within a business portfolio, `parent_bsuid` over several of them,
 * `wa_id` is the phone number, which may be absent and may pass to somebody else. Strongest first in that order.
 * User names change hands and are never an alias.
 */
export interface Sender {
  readonly waId?: string | undefined;
  readonly bsuid?: string | undefined;
  readonly parentBsuid?: string | undefined;
}

export function aliasesOf(sender: Sender): readonly Alias[] {
  const { bsuid, parentBsuid, waId } = sender;
  return [
    ...(bsuid === undefined ? [] : [{ kind: 'bsuid', value: bsuid }]),
    ...(parentBsuid === undefined ? [] : [{ kind: 'parent_bsuid', value: parentBsuid }]),
    ...(waId === undefined ? [] : [{ kind: 'wa_id', value: waId }]),
  ];
}

/** A group is nobody's address, and no number. */
export function groupAliasOf(groupId: string): Alias {
  return { kind: 'wa_group', value: groupId };
}

/** Digits without `+` and spaces; what is no phone number (a group's id) stays as it is. */
export function waIdOf(value: JsonValue | undefined): string | undefined {
  const text = identifierOf(value);
  const digits = text?.replace(/[\s+()-]/g, '');
  return digits !== undefined && /^\d+$/.test(digits) ? digits : text;
}

const brazil = /^55([1-9]\d)(9?)(\d{8})$/;
const mexico = /^52(1?)([2-9]\d{9})$/;

/**
 * The forms under which one number is known: Brazil with and without the 9 before eight digits, Mexico with and
 * without the 1. Argentina's 9 is not invented: a number without it may be a landline of somebody else.
 */
export function equivalentWaIds(waId: string): readonly string[] {
  const inBrazil = brazil.exec(waId);
  if (inBrazil) return pair(waId, `55${inBrazil[1]}${inBrazil[2] === '9' ? '' : '9'}${inBrazil[3]}`);
  const inMexico = mexico.exec(waId);
  if (inMexico) return pair(waId, `52${inMexico[1] === '1' ? '' : '1'}${inMexico[2]}`);
  return [waId];
}

function pair(given: string, other: string): readonly string[] {
  return [given, other];
}

export function equivalentAliases(alias: Alias): readonly Alias[] {
  return alias.kind === 'wa_id'
    ? equivalentWaIds(alias.value).map(value => ({ kind: alias.kind, value }))
    : [alias];
}

/** E.164 as one would dial it: a Brazilian mobile with its 9, a Mexican number without the 1. */
export function phoneOf(waId: string | undefined): string | undefined {
  if (waId === undefined || !/^[1-9]\d{6,14}$/.test(waId)) return undefined;
  const inBrazil = brazil.exec(waId);
  // Eight digits from 6 up are a mobile from before the ninth digit; from 2 to 5 they are a landline.
  if (inBrazil && inBrazil[2] === '' && /^[6-9]/.test(inBrazil[3] ?? ''))
    return `+55${inBrazil[1]}9${inBrazil[3]}`;
  const inMexico = mexico.exec(waId);
  return inMexico ? `+52${inMexico[2]}` : `+${waId}`;
}

/** `value.contacts[]`, found by any id of the sender. */
export interface AddressBook {
  readonly only: JsonObject | undefined;
  readonly byKey: ReadonlyMap<string, JsonObject>;
}

export function addressBookOf(contacts: readonly JsonObject[]): AddressBook {
  const byKey = new Map<string, JsonObject>();
  for (const contact of contacts) {
    const { bsuid, waId } = senderOfContact(contact);
    if (bsuid !== undefined) byKey.set(`bsuid ${bsuid}`, contact);
    if (waId !== undefined) byKey.set(`wa_id ${waId}`, contact);
  }
  return { only: contacts.length === 1 ? contacts[0] : undefined, byKey };
}

function senderOfContact(contact: JsonObject): Sender {
  return {
    waId: waIdOf(contact.wa_id),
    bsuid: identifierOf(contact.user_id),
    parentBsuid: identifierOf(contact.parent_user_id),
  };
}

/**
 * The person behind a sender, completed from the address book. `undefined` when nothing names anybody.
 * A message that names nobody belongs to the only contact of its webhook.
 */
export function contactOf(sender: Sender, book: AddressBook): Contact | undefined {
  const entry = entryOf(sender, book);
  const known = entry === undefined ? {} : senderOfContact(entry);
  const whole = {
    waId: sender.waId ?? known.waId,
    bsuid: sender.bsuid ?? known.bsuid,
    parentBsuid: sender.parentBsuid ?? known.parentBsuid,
  };
  const aliases = aliasesOf(whole);
  if (aliases.length === 0) return undefined;
  const profile = objectOf(entry?.profile);
  const name = textOf(profile.name)?.trim();
  const username = textOf(profile.username)?.trim();
  const phone = phoneOf(whole.waId);
  return {
    aliases,
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(username === undefined ? {} : { profile: { username } }),
  };
}

function entryOf(sender: Sender, book: AddressBook): JsonObject | undefined {
  if (aliasesOf(sender).length === 0) return book.only;
  const keys = [
    ...(sender.bsuid === undefined ? [] : [`bsuid ${sender.bsuid}`]),
    ...(sender.waId === undefined ? [] : equivalentWaIds(sender.waId).map(waId => `wa_id ${waId}`)),
  ];
  return keys.map(key => book.byKey.get(key)).find(entry => entry !== undefined);
}
