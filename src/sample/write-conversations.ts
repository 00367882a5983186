import type { Database } from '../db/planes.ts';
import { OWNER } from './company.ts';
import { insertRows, insertWithIds } from './insert-rows.ts';
import type { PlannedConversation } from './plan-conversation.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SampleCompany } from './write-company.ts';
import { contactKey, type SamplePeople } from './write-customers.ts';

const pages = [
  '/',
  '/lamps/alma',
  '/lamps/aurora',
  '/furniture/oriente',
  '/delivery',
  '/account/orders',
] as const;

/** The conversations with their tags, notes and assignments, in the order of their beginning. Returns their ids. */
export async function writeConversations(
  db: Database,
  conversations: readonly PlannedConversation[],
  company: SampleCompany,
  people: SamplePeople,
  random: SeededRandom,
): Promise<number[]> {
  const ids = await insertWithIds(
    db,
    'conversations',
    {
      customer_id: 'bigint',
      channel_id: 'bigint',
      channel_contact_id: 'bigint',
      thread_key: 'text',
      platform: 'text',
      status: 'text',
      priority: 'text',
      subject: 'text',
      assigned_to: 'bigint',
      team_id: 'bigint',
      last_message_at: 'timestamptz',
      last_inbound_at: 'timestamptz',
      waiting_since: 'timestamptz',
      first_response_at: 'timestamptz',
      resolved_at: 'timestamptz',
      snoozed_until: 'timestamptz',
      window_expires_at: 'timestamptz',
      message_count: 'integer',
      inbound_count: 'integer',
      unread_count: 'integer',
      page_url: 'text',
      language: 'text',
      sla_policy_id: 'bigint',
      sla_first_response_due_at: 'timestamptz',
      sla_first_response_breached: 'boolean',
      sla_next_response_due_at: 'timestamptz',
      sla_next_response_breached: 'boolean',
      sla_resolution_due_at: 'timestamptz',
      sla_resolution_breached: 'boolean',
      created_at: 'timestamptz',
      updated_at: 'timestamptz',
    },
    conversations.map(conversation => rowOf(conversation, company, people, random)),
  );
  await insertRows(
    db,
    'conversation_participants',
    { conversation_id: 'bigint', channel_contact_id: 'bigint', joined_at: 'timestamptz' },
    conversations.map(({ dialogue, createdAt }, index) => ({
      conversation_id: ids[index] ?? 0,
      channel_contact_id: people.contactIds.get(contactKey(dialogue.who, dialogue.on)) ?? 0,
      joined_at: createdAt,
    })),
  );
  await insertRows(
    db,
    'conversation_tag',
    { conversation_id: 'bigint', conversation_tag_id: 'bigint' },
    conversations.flatMap(({ dialogue }, index) =>
      (dialogue.tags ?? []).map(name => ({
        conversation_id: ids[index] ?? 0,
        conversation_tag_id: company.tagIds.get(name) ?? 0,
      })),
    ),
  );
  await writeNotes(db, conversations, ids, company);
  await writeAssignments(db, conversations, ids, company);
  return ids;
}

function rowOf(
  conversation: PlannedConversation,
  { users, teamIds, channelIds, slaPolicyId }: SampleCompany,
  people: SamplePeople,
  random: SeededRandom,
) {
  const { dialogue, sla } = conversation;
  const { who, on } = dialogue;
  return {
    customer_id: people.customerIds.get(who) ?? 0,
    channel_id: channelIds[on],
    channel_contact_id: people.contactIds.get(contactKey(who, on)) ?? 0,
    thread_key: conversation.threadKey,
    platform: on,
    status: dialogue.is,
    priority: dialogue.priority ?? 'normal',
    subject: dialogue.subject ?? null,
    assigned_to: dialogue.agent ? users[dialogue.agent].id : null,
    team_id: conversation.team && teamIds[conversation.team],
    last_message_at: conversation.last.at,
    last_inbound_at: conversation.lastInboundAt,
    waiting_since: conversation.waitingSince,
    first_response_at: conversation.firstResponseAt,
    resolved_at: conversation.resolvedAt,
    snoozed_until: conversation.snoozedUntil,
    window_expires_at: conversation.windowExpiresAt,
    message_count: conversation.messageCount,
    inbound_count: conversation.inboundCount,
    unread_count: conversation.unreadCount,
    page_url: on === 'widget' ? `https://shop.example${random.pick(pages)}` : null,
    language: dialogue.language ?? 'en',
    sla_policy_id: slaPolicyId,
    sla_first_response_due_at: sla.firstDueAt,
    sla_first_response_breached: sla.firstBreached,
    sla_next_response_due_at: sla.nextDueAt,
    sla_next_response_breached: sla.nextBreached,
    sla_resolution_due_at: sla.resolutionDueAt,
    sla_resolution_breached: sla.resolutionBreached,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
  };
}

async function writeNotes(
  db: Database,
  conversations: readonly PlannedConversation[],
  conversationIds: readonly number[],
  { users }: SampleCompany,
): Promise<void> {
  const notes = conversations.flatMap((conversation, index) =>
    conversation.notes.map(note => ({ ...note, conversationId: conversationIds[index] ?? 0 })),
  );
  const ids = await insertWithIds(
    db,
    'conversation_notes',
    {
      conversation_id: 'bigint',
      user_id: 'bigint',
      content: 'text',
      created_at: 'timestamptz',
      updated_at: 'timestamptz',
    },
    notes.map(note => ({
      conversation_id: note.conversationId,
      user_id: users[note.author].id,
      content: note.content.replace(OWNER, `@${users.admin.name}`),
      created_at: note.at,
      updated_at: note.at,
    })),
  );
  await insertRows(
    db,
    'mentions',
    { note_id: 'bigint', conversation_id: 'bigint', user_id: 'bigint', created_at: 'timestamptz' },
    notes.flatMap((note, index) =>
      note.mentions.map(agent => ({
        note_id: ids[index] ?? 0,
        conversation_id: note.conversationId,
        user_id: users[agent].id,
        created_at: note.at,
      })),
    ),
  );
}

async function writeAssignments(
  db: Database,
  conversations: readonly PlannedConversation[],
  conversationIds: readonly number[],
  { users, teamIds }: SampleCompany,
): Promise<void> {
  const assignments = conversations.flatMap(({ assignments: steps, team }, index) =>
    steps.map(step => ({
      ...step,
      conversation_id: conversationIds[index] ?? 0,
      team_id: team && teamIds[team],
    })),
  );
  await insertRows(
    db,
    'conversation_assignments',
    {
      conversation_id: 'bigint',
      assigned_to: 'bigint',
      team_id: 'bigint',
      assigned_by: 'bigint',
      assignment_type: 'text',
      assigned_at: 'timestamptz',
      unassigned_at: 'timestamptz',
    },
    assignments.map(({ conversation_id, team_id, to, by, from, at, until }) => ({
      conversation_id,
      assigned_to: users[to].id,
      team_id,
      assigned_by: users[by].id,
      assignment_type: from === null ? 'manual' : 'transfer',
      assigned_at: at,
      unassigned_at: until,
    })),
  );
  await insertRows(
    db,
    'conversation_transfers',
    {
      conversation_id: 'bigint',
      from_user_id: 'bigint',
      to_user_id: 'bigint',
      transferred_by: 'bigint',
      transferred_at: 'timestamptz',
    },
    assignments.flatMap(({ conversation_id, to, by, from, at }) =>
      from === null
        ? []
        : [
            {
              conversation_id,
              from_user_id: users[from].id,
              to_user_id: users[to].id,
              transferred_by: users[by].id,
              transferred_at: at,
            },
          ],
    ),
  );
}
