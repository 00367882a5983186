import type { TenantTx } from '../../tenancy/tenants.ts';
import { type ConversationRow, selectConversation } from '../conversations/index.ts';
import { type Person, TO_CONTINUE } from './resolve-people.ts';

export interface Thread {
  readonly person: Person;
  readonly threadKey: string;
  readonly platform: string;
  /** Of its first message. */
  readonly subject: string | null;
  /** The time of the thread's first message in this batch. */
  readonly startsAt: Date;
  /** Old threads handed over at onboarding start resolved: nobody has to answer them. */
  readonly isHistory: boolean;
}
export interface ResolvedThread {
  readonly id: number;
  /** The whole row, when the conversation was made just now. */
  readonly created?: ConversationRow;
}
export const threadKeyOf = (person: Person, threadKey: string) => `${person.id}\n${threadKey}`;

interface FoundThread {
  readonly contactId: number;
  readonly threadKey: string;
  readonly id: number;
}
/** A chat's was found with its person; an old thread is handed over in pieces, and goes on where its last piece went. */
async function findThreads(tx: TenantTx, threads: readonly Thread[]): Promise<FoundThread[]> {
  const asked = threads.filter(thread => thread.threadKey !== '' || thread.isHistory);
  if (asked.length === 0) return [];
  return tx.query<FoundThread>(
    `SELECT w.contact_id AS "contactId", w.thread_key AS "threadKey", c.id
     FROM unnest($1::bigint[], $2::text[], $3::bool[]) AS w (contact_id, thread_key, is_history)
     CROSS JOIN LATERAL (${TO_CONTINUE('w.contact_id', 'w.thread_key', 'w.is_history')}) c`,
    [
      asked.map(thread => thread.person.id),
      asked.map(thread => thread.threadKey),
      asked.map(thread => thread.isHistory),
    ],
  );
}

/** Finds the conversation of each thread, or makes it. The partial unique index stands behind the claim "one unresolved". */
export async function resolveConversations(
  tx: TenantTx,
  threads: ReadonlyMap<string, Thread>,
): Promise<Map<string, ResolvedThread>> {
  const resolved = new Map<string, ResolvedThread>();
  const wanted = [...threads.values()];
  for (const { person, threadKey } of wanted)
    if (threadKey === '' && person.chatId !== null)
      resolved.set(threadKeyOf(person, ''), { id: person.chatId });
  const isKnown = ({ person, threadKey }: Thread) =>
    person.id > 0 && !resolved.has(threadKeyOf(person, threadKey));
  for (const row of await findThreads(tx, wanted.filter(isKnown)))
    resolved.set(`${row.contactId}\n${row.threadKey}`, { id: row.id });
  const missing = wanted.filter(thread => !resolved.has(threadKeyOf(thread.person, thread.threadKey)));
  if (missing.length === 0) return resolved;
  const created = await tx.query<ConversationRow>(
    `INSERT INTO conversations AS c (customer_id, channel_id, channel_contact_id, thread_key, platform, subject, status,
       resolved_at, last_message_at, sla_policy_id, sla_first_response_due_at, sla_resolution_due_at)
     SELECT t.customer_id, t.channel_id, t.contact_id, t.thread_key, t.platform, t.subject,
       CASE WHEN t.is_history THEN 'resolved' ELSE 'new' END, CASE WHEN t.is_history THEN t.starts_at END, t.starts_at,
       p.id, t.starts_at + p.first_response_time_minutes * interval '1 minute',
       t.starts_at + p.resolution_time_hours * interval '1 hour'
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
         $8::bool[])
       WITH ORDINALITY AS t (customer_id, channel_id, contact_id, thread_key, platform, subject, starts_at, is_history, n)
     LEFT JOIN sla_policies p ON p.is_default AND p.is_active AND NOT t.is_history
     ORDER BY t.n
     RETURNING ${selectConversation('c')}`,
    [
      missing.map(thread => thread.person.customerId),
      missing.map(thread => thread.person.channelId),
      missing.map(thread => thread.person.id),
      missing.map(thread => thread.threadKey),
      missing.map(thread => thread.platform),
      missing.map(thread => thread.subject?.slice(0, 500) ?? null),
      missing.map(thread => thread.startsAt),
      missing.map(thread => thread.isHistory),
    ],
  );
  missing.forEach((thread, index) => {
    const row = created[index] as ConversationRow;
    resolved.set(threadKeyOf(thread.person, thread.threadKey), { id: row.id, created: row });
  });
  await tx.query(
    `INSERT INTO conversation_participants (conversation_id, channel_contact_id)
     SELECT * FROM unnest($1::bigint[], $2::bigint[])`,
    [created.map(row => row.id), missing.map(thread => thread.person.id)],
  );
  return resolved;
}
