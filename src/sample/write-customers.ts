import type { Database } from '../db/planes.ts';
import { blockedCustomers, type CustomerKey, sampleCustomers } from './customers.ts';
import type { ChannelKey } from './dialogue.ts';
import { insertRows, insertWithIds } from './insert-rows.ts';
import type { PlannedConversation } from './plan-conversation.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SampleCompany } from './write-company.ts';

/** Where people say themselves who they are. */
const claims: ReadonlySet<ChannelKey> = new Set(['widget', 'email']);

export interface SamplePeople {
  readonly customerIds: ReadonlyMap<CustomerKey, number>;
  /** By `contactKey`. */
  readonly contactIds: ReadonlyMap<string, number>;
}
export const contactKey = (who: CustomerKey, on: ChannelKey) => `${who} ${on}`;

const DAY = 86_400_000;

/** The customers, and one contact for each channel on which they ever wrote. */
export async function writePeople(
  db: Database,
  conversations: readonly PlannedConversation[],
  { channelIds }: SampleCompany,
  random: SeededRandom,
): Promise<SamplePeople> {
  const customerIds = await writeCustomers(db, conversations, random);
  const contacts = [...firstByContact(conversations).values()];
  const ids = await insertWithIds(
    db,
    'channel_contacts',
    { channel_id: 'bigint', customer_id: 'bigint', created_at: 'timestamptz' },
    contacts.map(({ dialogue: { who, on }, createdAt }) => ({
      channel_id: channelIds[on],
      customer_id: customerIds.get(who) ?? 0,
      created_at: createdAt,
    })),
  );
  await insertRows(
    db,
    'customer_identities',
    {
      channel_contact_id: 'bigint',
      channel_id: 'bigint',
      kind: 'text',
      value: 'text',
      is_verified: 'boolean',
      profile: 'jsonb',
      created_at: 'timestamptz',
    },
    contacts.map(({ dialogue: { who, on }, createdAt }, index) => ({
      channel_contact_id: ids[index] ?? 0,
      channel_id: channelIds[on],
      ...identityOf(who, on, index),
      is_verified: !claims.has(on),
      created_at: createdAt,
    })),
  );
  return {
    customerIds,
    contactIds: new Map(
      contacts.map(({ dialogue: { who, on } }, index) => [contactKey(who, on), ids[index] ?? 0]),
    ),
  };
}

/** Conversations come in the order of their beginning: the first one of a contact is when we met. */
function firstByContact(
  conversations: readonly PlannedConversation[],
): ReadonlyMap<string, PlannedConversation> {
  const first = new Map<string, PlannedConversation>();
  for (const conversation of conversations) {
    const key = contactKey(conversation.dialogue.who, conversation.dialogue.on);
    if (!first.has(key)) first.set(key, conversation);
  }
  return first;
}

async function writeCustomers(
  db: Database,
  conversations: readonly PlannedConversation[],
  random: SeededRandom,
): Promise<Map<CustomerKey, number>> {
  const met = new Map<CustomerKey, Date>();
  for (const { dialogue, createdAt } of conversations)
    if (!met.has(dialogue.who)) met.set(dialogue.who, createdAt);
  const rows = [...met]
    .map(([key, firstSeenAt]) => {
      // Whoever has ordered often has been here for long.
      const daysBefore = (sampleCustomers.get(key)?.orders ?? 0) * random.between(20, 55);
      return { key, createdAt: new Date(firstSeenAt.getTime() - daysBefore * DAY) };
    })
    .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  const ids = await insertWithIds(
    db,
    'customers',
    {
      name: 'text',
      email: 'text',
      phone: 'text',
      locale: 'text',
      timezone: 'text',
      custom_attributes: 'jsonb',
      is_blocked: 'boolean',
      created_at: 'timestamptz',
      updated_at: 'timestamptz',
    },
    rows.map(({ key, createdAt }) => {
      const customer = sampleCustomers.get(key);
      const isKnown = customer !== undefined && customer.city !== 'unknown';
      return {
        name: customer?.name ?? key,
        email: customer?.email ?? null,
        phone: customer?.phone === undefined ? null : `+${customer.phone}`,
        locale: customer?.locale ?? null,
        timezone: isKnown ? customer.timezone : null,
        custom_attributes: isKnown
          ? { plan: customer.plan, orders: customer.orders, city: customer.city }
          : {},
        is_blocked: blockedCustomers.has(key),
        created_at: createdAt,
        updated_at: met.get(key) ?? createdAt,
      };
    }),
  );
  return new Map(rows.map(({ key }, index) => [key, ids[index] ?? 0]));
}

/** The address under which the platform knows them. Throws when a dialogue is set where its customer has none. */
function identityOf(
  who: CustomerKey,
  on: ChannelKey,
  index: number,
): { kind: string; value: string; profile: object } {
  const customer = sampleCustomers.get(who);
  const required = (value: string | undefined) => {
    if (value === undefined) throw new Error(`The sample customer ${who} has no address on ${on}.`);
    return value;
  };
  const number = String(index + 1).padStart(4, '0');
  switch (on) {
    case 'whatsapp':
      return { kind: 'wa_id', value: required(customer?.phone), profile: {} };
    case 'instagram':
      return {
        kind: 'igsid',
        value: `1784000000${number}`,
        profile: { username: customer?.instagram ?? who },
      };
    case 'facebook':
      return { kind: 'psid', value: `2510000000${number}`, profile: {} };
    case 'email':
      return { kind: 'email', value: customer?.email ?? `${who}@mail.example`, profile: {} };
    case 'telegram':
      return { kind: 'user_id', value: `70000${number}`, profile: {} };
    case 'widget':
      return {
        kind: 'visitor_id',
        value: `sample-visitor-${number}`,
        profile: customer?.email === undefined ? {} : { email: customer.email },
      };
    case 'api':
      return { kind: 'customer_id', value: `sample-${number}`, profile: {} };
  }
}
