import type { Statement } from '../../db/planes.ts';
import { LostRace } from '../../db/session.ts';
import type { Alias, Contact } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';

/** One person on one channel, as the batch knows them; `id` is 0 until they are stored. */
export interface Person {
  id: number;
  customerId: number;
  name: string;
  avatarUrl: string | null;
  isBlocked: boolean;
  readonly channelId: number;
  phone: string | null;
  readonly contact: Contact;
  /** The conversation that a chat message of this person belongs to, when there is one to continue. */
  readonly chatId: number | null;
}

/** A resolved conversation is opened again by a message within this time; later a new one starts. */
export const REOPEN_DAYS = 7;
/** An index lets a contact and thread have one conversation of these at most. */
export const UNRESOLVED = `status IN ('new','open','pending','snoozed')`;
/** Of the conversations of contact and thread `w`: the unresolved one, or the one to open again, of whatever age if so told. */
export const TO_CONTINUE = (contact: string, threadKey: string, isOfAnyAge = 'false') => `
  SELECT id FROM conversations
  WHERE channel_contact_id = ${contact} AND thread_key = ${threadKey}
    AND (${UNRESOLVED}
      OR (status = 'resolved' AND (${isOfAnyAge} OR resolved_at > now() - interval '${REOPEN_DAYS} days')))
  ORDER BY ${UNRESOLVED} DESC, last_message_at DESC LIMIT 1`;

/** Chats, the common case, find their conversation in the same statement. */
const FIND: Statement = {
  name: 'find-people',
  text: `SELECT i.channel_id AS "channelId", i.kind, i.value, i.channel_contact_id AS "contactId",
      cc.customer_id AS "customerId", c.name, c.phone, c.avatar, c.is_blocked AS "isBlocked", v.id AS "chatId"
    FROM unnest($1::bigint[], $2::text[], $3::text[]) AS w (channel_id, kind, value)
    JOIN customer_identities i USING (channel_id, kind, value)
    JOIN channel_contacts cc ON cc.id = i.channel_contact_id
    JOIN customers c ON c.id = cc.customer_id
    LEFT JOIN LATERAL (${TO_CONTINUE('i.channel_contact_id', "''")}) v ON true`,
};

/** One form of an address on a channel. */
export interface Address extends Alias {
  readonly channelId: number;
}
/** An address that is stored, whose it is, and the conversation to continue. */
export interface KnownAddress extends Address {
  readonly chatId: number | null;
  readonly contactId: number;
  readonly customerId: number;
  readonly name: string;
  readonly phone: string | null;
  readonly avatar: string | null;
  readonly isBlocked: boolean;
}

/** Somebody who is perhaps not who had this number before: `address` names them, and is new. */
export interface Doubt {
  readonly person: Person;
  readonly address: Address;
}

export interface AddressRules {
  /** Every form under which the address may be stored, itself too. */
  readonly equivalents: (channelId: number, alias: Alias) => readonly Alias[];
  /** Nobody vouches for what writers on this channel call themselves. */
  readonly isClaim: (channelId: number) => boolean;
}

const keyOf = (channelId: number, alias: Alias) => `${channelId}\n${alias.kind}\n${alias.value}`;

/** One statement for all of them. */
export async function findAddresses(tx: TenantTx, addresses: readonly Address[]): Promise<KnownAddress[]> {
  if (addresses.length === 0) return [];
  return tx.query<KnownAddress>(FIND, [
    addresses.map(address => address.channelId),
    addresses.map(address => address.kind),
    addresses.map(address => address.value),
  ]);
}

/**
 * Finds or makes the people that a batch of facts speaks of. Several addresses may name one person: whichever is known
 * decides, the strongest first; new addresses are added to that person. Two known persons are never merged silently.
 */
export class PeopleResolver {
  readonly #byKey = new Map<string, Person>();
  /** Addresses that `claim` gave to somebody, by their keys. */
  readonly #claimed = new Map<string, Address>();
  readonly #known = new Set<string>();
  readonly #doubts = new Map<string, Doubt>();
  readonly #rules: AddressRules;

  constructor(rules: AddressRules) {
    this.#rules = rules;
  }

  /** The addresses with every form under which they may be stored, each once. */
  formsOf(wanted: readonly { channelId: number; aliases: readonly Alias[] }[]): Address[] {
    const forms = new Map<string, Address>();
    for (const { channelId, aliases } of wanted)
      for (const alias of aliases)
        for (const form of this.#rules.equivalents(channelId, alias))
          forms.set(keyOf(channelId, form), { channelId, ...form });
    return [...forms.values()];
  }

  /** Takes what the database says of addresses. */
  know(addresses: readonly KnownAddress[]): void {
    const byContact = new Map<number, Person>();
    for (const address of addresses) {
      const person = byContact.get(address.contactId) ?? {
        id: address.contactId,
        customerId: address.customerId,
        name: address.name,
        avatarUrl: address.avatar,
        isBlocked: address.isBlocked,
        channelId: address.channelId,
        phone: address.phone,
        contact: { aliases: [] },
        chatId: address.chatId,
      };
      byContact.set(address.contactId, person);
      const key = keyOf(address.channelId, address);
      this.#byKey.set(key, person);
      this.#known.add(key);
    }
  }

  /** Whether each of these addresses is stored already. */
  knowsAll(channelId: number, aliases: readonly Alias[]): boolean {
    return aliases.every(alias => this.#known.has(keyOf(channelId, alias)));
  }

  /** The contact whose address it is; 0: nobody's. */
  contactOf(address: Address): number {
    return this.#byKey.get(keyOf(address.channelId, address))?.id ?? 0;
  }

  find(channelId: number, aliases: readonly Alias[]): Person | undefined {
    for (const alias of aliases)
      for (const form of this.#rules.equivalents(channelId, alias)) {
        const person = this.#byKey.get(keyOf(channelId, form));
        if (person) return person;
      }
    return undefined;
  }

  /** The person of a fact; one that is not known yet is stored by `store`. */
  resolve(channelId: number, contact: Contact): Person {
    const found = this.find(channelId, contact.aliases);
    // The last one is the weakest: a number, where there is one.
    const stronger = contact.aliases.slice(0, -1);
    const [strongest] = stronger;
    const isByNumberOnly = contact.phone !== undefined && this.find(channelId, stronger) === undefined;
    if (found && found.id > 0 && strongest && isByNumberOnly)
      this.#doubts.set(keyOf(channelId, strongest), { person: found, address: { channelId, ...strongest } });
    const person = found ?? {
      id: 0,
      customerId: 0,
      name: contact.name ?? contact.phone ?? contact.aliases[0]?.value ?? 'Unknown',
      avatarUrl: null,
      isBlocked: false,
      channelId,
      phone: contact.phone ?? null,
      contact,
      chatId: null,
    };
    this.claim(channelId, person, contact.aliases);
    return person;
  }

  /** People who were known by their number only, and came with another address that is stronger and new. */
  doubts(): readonly Doubt[] {
    return [...this.#doubts.values()];
  }

  /** Gives `person` those of the addresses that nobody has. */
  claim(channelId: number, person: Person, aliases: readonly Alias[]): void {
    for (const alias of aliases) {
      const key = keyOf(channelId, alias);
      if (this.#byKey.has(key)) continue;
      this.#byKey.set(key, person);
      this.#claimed.set(key, { channelId, ...alias });
    }
  }

  /** Stores new people and new addresses; resolves with the new people. Throws LostRace. */
  async store(tx: TenantTx): Promise<readonly Person[]> {
    const fresh = [...new Set(this.#byKey.values())].filter(person => person.id === 0);
    if (fresh.length > 0) await storePeople(tx, fresh);
    const missing = [...this.#claimed].filter(([key]) => !this.#known.has(key));
    if (missing.length === 0) return fresh;
    const parts = missing.map(([key, address]) => ({ ...address, person: this.#byKey.get(key) as Person }));
    const stored = await tx.query(
      `INSERT INTO customer_identities (channel_contact_id, channel_id, kind, value, profile, is_verified)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::boolean[])
       ON CONFLICT (channel_id, kind, value) DO NOTHING RETURNING id`,
      [
        parts.map(part => part.person.id),
        parts.map(part => part.channelId),
        parts.map(part => part.kind),
        parts.map(part => part.value),
        parts.map(part => JSON.stringify(part.person.contact.profile ?? {})),
        parts.map(part => !this.#rules.isClaim(part.channelId)),
      ],
    );
    if (stored.length < parts.length) throw new LostRace('An address was stored by somebody else meanwhile.');
    for (const [key] of missing) this.#known.add(key);
    return fresh;
  }
}

async function storePeople(tx: TenantTx, people: readonly Person[]): Promise<void> {
  const customers = await tx.query<{ id: number }>(
    `INSERT INTO customers (name, phone)
     SELECT name, phone FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS p (name, phone, n) ORDER BY n
     RETURNING id`,
    [people.map(person => person.name), people.map(person => person.phone)],
  );
  const contacts = await tx.query<{ id: number }>(
    `INSERT INTO channel_contacts (channel_id, customer_id)
     SELECT channel_id, customer_id FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS p (channel_id, customer_id, n)
     ORDER BY n RETURNING id`,
    [people.map(person => person.channelId), customers.map(customer => customer.id)],
  );
  people.forEach((person, index) => {
    person.customerId = customers[index]?.id ?? 0;
    person.id = contacts[index]?.id ?? 0;
  });
}
