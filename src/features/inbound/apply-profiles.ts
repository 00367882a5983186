import type { Platform } from '../../contract/primitives.ts';
import type { ProfileFact } from '../../platforms/inbound-fact.ts';
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

/** Gives people the names that their platform knows, unless somebody has called them otherwise. */
export async function applyProfiles(
  tx: TenantTx,
  facts: readonly (SourcedFact & { fact: ProfileFact })[],
  people: PeopleResolver,
): Promise<void> {
  for (const { fact, channelId } of facts) {
    const person = people.find(channelId, fact.contact.aliases);
    const { name } = fact.contact;
    if (!person || person.id === 0 || name === undefined) continue;
    const [changed] = await tx.query<{ id: number; name: string; avatarUrl: string | null }>(
      `UPDATE customers c SET name = $2, updated_at = now() WHERE c.id = $1 AND c.name <> $2
         AND (c.name IN ('Unknown', c.phone)
           OR EXISTS (SELECT FROM customer_identities i WHERE i.channel_contact_id = $3 AND i.value = c.name))
       RETURNING c.id, c.name, c.avatar AS "avatarUrl"`,
      [person.customerId, name, person.id],
    );
    if (!changed) continue;
    person.name = name;
    await tellOfName(tx, changed);
  }
}

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
