import type { IdentityFact, InboundFact, ReachFact } from '../../platforms/inbound-fact.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { type MessageRow, messageOf } from '../conversations/index.ts';
import { noteHealth } from './apply-account-facts.ts';
import type { SourcedFact } from './fact-batch.ts';
import { threadKeyOf } from './resolve-conversations.ts';
import type { Doubt, PeopleResolver, Person } from './resolve-people.ts';

export interface FollowedIdentity extends SourcedFact {
  readonly fact: IdentityFact;
  readonly owner: Person;
  /** Somebody else who has one of the new addresses already. */
  readonly holder: Person | undefined;
}

/**
 * A changed number or id: the new addresses are added to the person who had the old ones. An address that already belongs
 * to somebody else stays there: two people are never merged without a person's decision. `undefined`: nobody we know.
 */
export function followIdentity(
  sourced: SourcedFact & { fact: IdentityFact },
  people: PeopleResolver,
): FollowedIdentity | undefined {
  const { fact, channelId } = sourced;
  const owner = people.find(channelId, fact.previous);
  if (!owner) return undefined;
  const holder = people.find(channelId, fact.current);
  people.claim(channelId, owner, fact.current);
  return { ...sourced, owner, holder: holder === owner ? undefined : holder };
}

/**
 * Answers go to the newest address of a kind. One that a person came back to is the newest again; one that they gave up
 * for somebody else's is not theirs any more, and nothing may be sent there.
 */
export async function rankAddresses(tx: TenantTx, identities: readonly FollowedIdentity[]): Promise<void> {
  for (const { fact, channelId, owner, holder } of identities) {
    const isHeld = (kind: string) => fact.current.some(alias => alias.kind === kind);
    const moved = holder
      ? fact.previous.filter(({ kind }) => isHeld(kind))
      : fact.current.filter(({ kind, value }) =>
          fact.previous.some(before => before.kind === kind && before.value !== value),
        );
    if (moved.length === 0) continue;
    const left = await tx.query<{ kind: string; value: string; profile: unknown }>(
      `DELETE FROM customer_identities i USING unnest($3::text[], $4::text[]) AS a (kind, value)
       WHERE i.channel_id = $1 AND i.channel_contact_id = $2 AND i.kind = a.kind AND i.value = a.value
       RETURNING i.kind, i.value, i.profile`,
      [channelId, owner.id, moved.map(({ kind }) => kind), moved.map(({ value }) => value)],
    );
    if (holder) continue;
    await tx.query(
      `INSERT INTO customer_identities (channel_contact_id, channel_id, kind, value, profile)
       SELECT $2, $1, * FROM unnest($3::text[], $4::text[], $5::jsonb[])`,
      [
        channelId,
        owner.id,
        left.map(({ kind }) => kind),
        left.map(({ value }) => value),
        left.map(({ profile }) => JSON.stringify(profile)),
      ],
    );
  }
}

/** A number may pass to somebody else without a word. Where a person has another id all at once, the thread says so. */
export async function tellOfDoubts(
  tx: TenantTx,
  doubts: readonly Doubt[],
  identities: readonly FollowedIdentity[],
  conversations: ReadonlyMap<string, { readonly id: number }>,
): Promise<void> {
  const announced = new Set(identities.flatMap(({ fact }) => fact.current.map(alias => alias.value)));
  const unsure = doubts.filter(({ address }) => !announced.has(address.value));
  if (unsure.length === 0) return;
  const rows = await tx.query<{ id: number; value: string }>(
    `SELECT d.contact_id AS id, d.value FROM unnest($1::bigint[], $2::text[], $3::text[]) AS d (contact_id, kind, value)
     WHERE EXISTS (SELECT FROM customer_identities i
       WHERE i.channel_contact_id = d.contact_id AND i.kind = d.kind AND i.value <> d.value)`,
    [
      unsure.map(({ person }) => person.id),
      unsure.map(({ address }) => address.kind),
      unsure.map(({ address }) => address.value),
    ],
  );
  const changed = new Set(rows.map(({ id, value }) => `${id}\n${value}`));
  for (const { person, address } of unsure) {
    const { channelId, kind, value } = address;
    const conversationId = conversations.get(threadKeyOf(person, ''))?.id ?? person.chatId;
    if (!changed.has(`${person.id}\n${value}`) || conversationId === null) continue;
    const fact = { externalId: `doubt:${kind}:${value}`, at: new Date() };
    const notice = `This may be somebody else now: the number is the one of ${person.name}, but not the account behind it. Check before you tell anything private.`;
    await writeNotice(tx, channelId, conversationId, fact, notice, 'identity');
  }
}

/** Tells of the changes: in the chat, where there is one, and as the channel's health when two people share an address. */
export async function tellOfIdentities(
  tx: TenantTx,
  identities: readonly FollowedIdentity[],
  conversations: ReadonlyMap<string, { readonly id: number }>,
): Promise<void> {
  for (const { fact, channelId, owner, holder } of identities) {
    const conversationId = conversations.get(threadKeyOf(owner, ''))?.id ?? owner.chatId;
    if (fact.notice !== undefined && conversationId !== null)
      await writeNotice(tx, channelId, conversationId, fact, fact.notice, 'identity');
    if (holder)
      await noteHealth(tx, channelId, {
        externalId: fact.externalId,
        severity: 'warning',
        topic: 'identity',
        message: `${owner.name} now writes from an address that belongs to ${holder.name}. Check whether they are one person.`,
        details: { customerIds: [owner.customerId, holder.customerId] },
      });
  }
}

/** Tells in the chat that somebody can be written to no longer, or again, and for how long. */
export async function tellOfReach(
  tx: TenantTx,
  facts: readonly (SourcedFact & { fact: ReachFact })[],
  people: PeopleResolver,
  channels: ReadonlyMap<number, { readonly windowHours: number | null }>,
): Promise<void> {
  for (const { fact, channelId } of facts) {
    const person = people.find(channelId, fact.contact.aliases);
    if (!person || person.id === 0) continue;
    const windowHours = (fact.opensWindow && channels.get(channelId)?.windowHours) || 0;
    const conversationId = person.chatId ?? (windowHours > 0 ? await lastChatOf(tx, person.id) : undefined);
    if (conversationId === undefined) continue;
    await writeNotice(tx, channelId, conversationId, fact, fact.notice, 'reach');
    if (windowHours > 0) await openWindow(tx, conversationId, fact.at, windowHours);
  }
}

async function lastChatOf(tx: TenantTx, contactId: number): Promise<number | undefined> {
  const [row] = await tx.query<{ id: number }>(
    `SELECT id FROM conversations WHERE channel_contact_id = $1 AND thread_key = '' AND status <> 'archived'
     ORDER BY last_message_at DESC LIMIT 1`,
    [contactId],
  );
  return row?.id;
}

async function openWindow(tx: TenantTx, conversationId: number, at: Date, hours: number): Promise<void> {
  const [opened] = await tx.query<{ until: Date; updated: Date }>(
    `UPDATE conversations SET window_expires_at = $2::timestamptz + interval '1 hour' * $3, updated_at = clock_timestamp()
     WHERE id = $1 AND (window_expires_at IS NULL OR window_expires_at < $2::timestamptz + interval '1 hour' * $3)
     RETURNING window_expires_at AS until, updated_at AS updated`,
    [conversationId, at, hours],
  );
  if (opened)
    tx.emit(
      eventDraft('conversation.updated', `conversation:${conversationId}`, {
        conversation: {
          id: conversationId,
          windowExpiresAt: opened.until.toISOString(),
          updatedAt: opened.updated.toISOString(),
        },
      }),
    );
}

/** A line like those of colleagues: it counts nowhere, opens nothing and is nobody's last message. */
async function writeNotice(
  tx: TenantTx,
  channelId: number,
  conversationId: number,
  fact: Pick<InboundFact, 'externalId' | 'at'>,
  notice: string,
  event: 'identity' | 'reach',
): Promise<void> {
  const [row] = await tx.query<MessageRow>(
    `INSERT INTO messages (conversation_id, channel_id, platform_message_id, direction, type, content, sender_type, status,
       platform_timestamp, sent_at, metadata)
     VALUES ($1, $2, $3, 'outbound', 'system', $4, 'system', 'sent', $5::timestamptz, least($5::timestamptz, now()), $6)
     ON CONFLICT (channel_id, platform_message_id) DO NOTHING RETURNING *, NULL AS user_name`,
    [conversationId, channelId, fact.externalId, notice, fact.at, { event, by: null }],
  );
  if (row)
    tx.emit(
      eventDraft('message.created', `conversation:${conversationId}`, {
        message: messageOf(row),
        conversation: { id: conversationId },
      }),
    );
}
