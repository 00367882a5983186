import type { IdentityFact, InboundFact, ReachFact } from '../../platforms/inbound-fact.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { type MessageRow, messageOf } from '../conversations/index.ts';
import { noteHealth } from './apply-account-facts.ts';
import type { SourcedFact } from './fact-batch.ts';
import { threadKeyOf } from './resolve-conversations.ts';
import type { PeopleResolver, Person } from './resolve-people.ts';

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

/** Tells in the chat that somebody can be written to no longer, or again. */
export async function tellOfReach(
  tx: TenantTx,
  facts: readonly (SourcedFact & { fact: ReachFact })[],
  people: PeopleResolver,
): Promise<void> {
  for (const { fact, channelId } of facts) {
    const conversationId = people.find(channelId, fact.contact.aliases)?.chatId;
    if (typeof conversationId === 'number')
      await writeNotice(tx, channelId, conversationId, fact, fact.notice, 'reach');
  }
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
