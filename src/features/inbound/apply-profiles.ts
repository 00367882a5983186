import type { Platform } from '../../contract/primitives.ts';
import type { Contact, ProfileFact } from '../../platforms/inbound-fact.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import type { SourcedFact } from './fact-batch.ts';
import type { PeopleResolver, Person } from './resolve-people.ts';

/** Rows that agents may be looking at. */
const MOST_TOLD = 50;

/** What to ask the platform for, of people who are new and whose messages do not say their names. */
export function namesToAsk(
  fresh: readonly Person[],
  channels: ReadonlyMap<number, { readonly platform: Platform }>,
): { channelId: number; what: string }[] {
  return fresh.flatMap(({ channelId, contact }) => {
    const platform = channels.get(channelId)?.platform;
    if (contact.name !== undefined || platform === undefined) return [];
    const what = requireAdapter(platform).whoIs?.(contact);
    return what === undefined ? [] : [{ channelId, what }];
  });
}

/** What messages tell of people who were known before, but not by name or number: the chats of a phone that joined. */
export async function applyNews(
  tx: TenantTx,
  messages: readonly { readonly person: Person; readonly fact: { readonly contact: Contact } }[],
): Promise<void> {
  for (const { person, fact } of messages) {
    const { name, phone } = fact.contact;
    if (!bringsNews(person, fact.contact)) continue;
    if (name !== undefined) await rename(tx, person, name);
    if (phone === undefined || person.phone !== null) continue;
    await tx.query('UPDATE customers SET phone = $2, updated_at = now() WHERE id = $1 AND phone IS NULL', [
      person.customerId,
      phone,
    ]);
    person.phone = phone;
  }
}

/** Whether a message of somebody who is stored says a name or a number that we may lack. */
export function bringsNews(person: Person, { aliases, name, phone }: Contact): boolean {
  if (person.id === 0) return false;
  if (phone !== undefined && person.phone === null) return true;
  if (name === undefined || name === person.name) return false;
  const stopgaps = ['Unknown', person.phone, ...aliases.flatMap(({ value }) => [value, shortName(value)])];
  return stopgaps.includes(person.name);
}

/** Gives people the names that their platform knows. */
export async function applyProfiles(
  tx: TenantTx,
  facts: readonly (SourcedFact & { fact: ProfileFact })[],
  people: PeopleResolver,
): Promise<void> {
  for (const { fact, channelId } of facts) {
    const person = people.find(channelId, fact.contact.aliases);
    if (person && person.id > 0) await rename(tx, person, fact.contact.name);
  }
}

/** Unless somebody has called them otherwise: only what stands for a name gives way to one. */
async function rename(tx: TenantTx, person: Person, name: string): Promise<void> {
  const [changed] = await tx.query<{ id: number; name: string; avatarUrl: string | null }>(
    `UPDATE customers c SET name = $2, updated_at = now() WHERE c.id = $1 AND c.name <> $2
       AND (c.name IN ('Unknown', c.phone) OR EXISTS (SELECT FROM customer_identities i
         WHERE i.channel_contact_id = $3 AND c.name IN (i.value, 'Contact ' || left(i.value, 8))))
     RETURNING c.id, c.name, c.avatar AS "avatarUrl"`,
    [person.customerId, name, person.id],
  );
  if (!changed) return;
  person.name = name;
  await tellOfName(tx, changed);
}

/** For platforms whose ids are too long to be read out. */
const shortName = (value: string) => `Contact ${value.slice(0, 8)}`;

async function tellOfName(
  tx: TenantTx,
  customer: { id: number; name: string; avatarUrl: string | null },
): Promise<void> {
  const conversations = await tx.query<{ id: number }>(
    'SELECT id FROM conversations WHERE customer_id = $1 ORDER BY last_message_at DESC LIMIT $2',
    [customer.id, MOST_TOLD],
  );
  for (const { id } of conversations)
    tx.emit(eventDraft('conversation.updated', `conversation:${id}`, { conversation: { id, customer } }));
}
