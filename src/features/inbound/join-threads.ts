import type { MessageFact } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import type { Person } from './resolve-people.ts';

interface Answer {
  readonly fact: MessageFact;
  readonly person: Person;
  readonly channelId: number;
}

/**
 * The thread of each message, by its position. One that names messages which it answers belongs to the conversation of
 * the nearest of them that is here and is this very contact's: whoever names a message of somebody else's conversation,
 * having seen or guessed its id, begins one of their own. `answers` are in the platform's order.
 */
export async function joinThreads(tx: TenantTx, answers: readonly Answer[]): Promise<readonly string[]> {
  const keyOf = (person: Person, externalId: string) => `${person.id}\n${externalId}`;
  const asked = answers.flatMap(({ fact, person, channelId }) =>
    (fact.references ?? []).map(externalId => ({ externalId, channelId, contactId: person.id })),
  );
  if (asked.length === 0) return answers.map(({ fact }) => fact.threadKey);
  const rows = await tx.query<{ contactId: number; externalId: string; threadKey: string }>(
    `SELECT w.contact_id AS "contactId", w.external_id AS "externalId", c.thread_key AS "threadKey"
     FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])) AS w (channel_id, external_id, contact_id)
     JOIN messages m ON m.channel_id = w.channel_id AND m.platform_message_id = w.external_id
     JOIN conversations c ON c.id = m.conversation_id AND c.channel_contact_id = w.contact_id`,
    [
      asked.map(want => want.channelId),
      asked.map(want => want.externalId),
      asked.map(want => want.contactId),
    ],
  );
  const known = new Map(rows.map(row => [`${row.contactId}\n${row.externalId}`, row.threadKey]));
  return answers.map(({ fact, person }) => {
    const nearest = (fact.references ?? []).findLast(externalId => known.has(keyOf(person, externalId)));
    const threadKey = nearest === undefined ? fact.threadKey : (known.get(keyOf(person, nearest)) as string);
    // Those behind it in this batch may answer it.
    known.set(keyOf(person, fact.externalId), threadKey);
    return threadKey;
  });
}
