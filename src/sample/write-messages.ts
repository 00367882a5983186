import type { Database } from '../db/planes.ts';
import type { AgentKey, ChannelKey } from './dialogue.ts';
import { insertRows, insertWithIds, updateRows } from './insert-rows.ts';
import type { PlannedConversation } from './plan-conversation.ts';
import type { PlannedMessage } from './plan-message.ts';
import type { SampleCompany } from './write-company.ts';

interface PlacedMessage {
  readonly message: PlannedMessage;
  readonly conversation: PlannedConversation;
  readonly conversationId: number;
}

/** All messages in the order of their times, and what hangs on them. Returns the ids of the new rows. */
export async function writeMessages(
  db: Database,
  conversations: readonly PlannedConversation[],
  conversationIds: readonly number[],
  company: SampleCompany,
): Promise<ReadonlyMap<PlannedMessage, number>> {
  const placed = conversations
    .flatMap((conversation, index) =>
      conversation.messages.map(message => ({
        message,
        conversation,
        conversationId: conversationIds[index] ?? 0,
      })),
    )
    .sort((one, other) => one.message.at.getTime() - other.message.at.getTime());
  const ids = await insertWithIds(
    db,
    'messages',
    {
      conversation_id: 'bigint',
      channel_id: 'bigint',
      platform_message_id: 'text',
      direction: 'text',
      type: 'text',
      content: 'text',
      user_id: 'bigint',
      sender_type: 'text',
      status: 'text',
      delivered_at: 'timestamptz',
      read_at: 'timestamptz',
      failed_at: 'timestamptz',
      error_code: 'text',
      error_message: 'text',
      edited_at: 'timestamptz',
      deleted_at: 'timestamptz',
      platform_timestamp: 'timestamptz',
      sent_at: 'timestamptz',
      metadata: 'jsonb',
      created_at: 'timestamptz',
      updated_at: 'timestamptz',
    },
    placed.map((entry, index) => rowOf(entry, index, company)),
  );
  const idOf = new Map(placed.map(({ message }, index) => [message, ids[index] ?? 0]));
  await writeExtras(db, idOf, company);
  await updateRows(db, 'messages', { reply_to_id: 'bigint' }, quotesOf(conversations, idOf));
  await updateRows(
    db,
    'conversations',
    { last_message_id: 'bigint' },
    conversations.map(({ last }, index) => ({
      id: conversationIds[index] ?? 0,
      last_message_id: idOf.get(last) ?? 0,
    })),
  );
  await touchChannels(db, placed, company);
  return idOf;
}

const senderOf = ({ author }: PlannedMessage): AgentKey | null =>
  author === 'customer' || author === 'system' ? null : author;

function rowOf(
  { message, conversation, conversationId }: PlacedMessage,
  index: number,
  company: SampleCompany,
) {
  const { author, at, system, status } = message;
  const { on } = conversation.dialogue;
  const sender = senderOf(message);
  const isOnPlatform = author !== 'system' && status !== 'failed';
  return {
    conversation_id: conversationId,
    channel_id: company.channelIds[on],
    platform_message_id: isOnPlatform ? platformId(on, index) : null,
    direction: author === 'customer' ? 'inbound' : 'outbound',
    type: message.type,
    content: message.content,
    user_id: sender && company.users[sender].id,
    sender_type: author === 'customer' ? 'customer' : author === 'system' ? 'system' : 'user',
    status,
    delivered_at: message.deliveredAt,
    read_at: message.readAt,
    failed_at: message.failedAt,
    error_code: message.error?.code ?? null,
    error_message: message.error?.message ?? null,
    edited_at: message.edit?.at ?? null,
    deleted_at: message.deletedAt,
    platform_timestamp: isOnPlatform ? at : null,
    sent_at: at,
    metadata: system ? { ...system, ...peopleOf(message, company) } : message.metadata,
    created_at: at,
    updated_at: latestOf(message),
  };
}

const platformId = (on: ChannelKey, index: number) =>
  `${on === 'whatsapp' ? 'wamid.' : ''}sample-${String(index + 1).padStart(5, '0')}`;

function latestOf({ at, deliveredAt, readAt, failedAt, edit, deletedAt }: PlannedMessage): Date {
  const times = [at, deliveredAt, readAt, failedAt, edit?.at, deletedAt].map(time => time?.getTime() ?? 0);
  return new Date(Math.max(...times));
}

function peopleOf({ system }: PlannedMessage, { users }: SampleCompany) {
  if (system === null) return {};
  return system.event === 'assigned'
    ? { by: users[system.by], to: users[system.to] }
    : { by: users[system.by] };
}

/** A quote names a line of the dialogue as written; notes and handovers count there and are no messages. */
function quotesOf(conversations: readonly PlannedConversation[], idOf: ReadonlyMap<PlannedMessage, number>) {
  return conversations.flatMap(({ dialogue, messages }) => {
    const written = messages.filter(message => message.author !== 'system');
    const isMessage = dialogue.lines.map(line =>
      typeof line === 'string' ? !line.startsWith('n ') : 'c' in line || 'a' in line,
    );
    return written.flatMap(message => {
      if (message.quotes === null) return [];
      const quoted = written[isMessage.slice(0, message.quotes).filter(Boolean).length];
      if (quoted === undefined || quoted.at >= message.at)
        throw new Error(`A dialogue of ${dialogue.who} quotes what was not said yet.`);
      return [{ id: idOf.get(message) ?? 0, reply_to_id: idOf.get(quoted) ?? 0 }];
    });
  });
}

/** Files, reactions, edits and receipts. */
async function writeExtras(
  db: Database,
  idOf: ReadonlyMap<PlannedMessage, number>,
  { users }: SampleCompany,
): Promise<void> {
  const entries = [...idOf];
  await insertRows(
    db,
    'message_attachments',
    {
      message_id: 'bigint',
      type: 'text',
      mime_type: 'text',
      filename: 'text',
      file_size: 'bigint',
      duration: 'numeric',
      state: 'text',
      error: 'text',
      created_at: 'timestamptz',
    },
    entries.flatMap(([{ attachment: file, at }, message_id]) =>
      file === null
        ? []
        : [
            {
              message_id,
              type: file.type,
              mime_type: file.mimeType,
              filename: file.filename,
              file_size: file.bytes,
              duration: file.seconds,
              state: 'unavailable',
              error: 'The sample comes without its files.',
              created_at: at,
            },
          ],
    ),
  );
  await insertRows(
    db,
    'message_reactions',
    {
      message_id: 'bigint',
      side: 'text',
      user_id: 'bigint',
      emoji: 'text',
      reacted_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    entries.flatMap(([{ reaction }, message_id]) =>
      reaction === null
        ? []
        : [
            {
              message_id,
              side: reaction.by === null ? 'customer' : 'user',
              user_id: reaction.by && users[reaction.by].id,
              emoji: reaction.emoji,
              reacted_at: reaction.at,
              created_at: reaction.at,
            },
          ],
    ),
  );
  await insertRows(
    db,
    'message_edits',
    {
      message_id: 'bigint',
      previous_content: 'text',
      edited_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    entries.flatMap(([{ edit }, message_id]) =>
      edit === null
        ? []
        : [{ message_id, previous_content: edit.previous, edited_at: edit.at, created_at: edit.at }],
    ),
  );
  await insertRows(
    db,
    'message_status_updates',
    {
      message_id: 'bigint',
      status: 'text',
      status_at: 'timestamptz',
      metadata: 'jsonb',
      created_at: 'timestamptz',
    },
    entries.flatMap(([message, message_id]) =>
      receiptsOf(message).map(([status, at, metadata]) => ({
        message_id,
        status,
        status_at: at,
        metadata,
        created_at: at,
      })),
    ),
  );
}

function receiptsOf(message: PlannedMessage): [status: string, at: Date, metadata: object][] {
  if (senderOf(message) === null) return [];
  const { failedAt, deliveredAt, readAt, error } = message;
  const sent: [string, Date, object] = ['sent', new Date(message.at.getTime() + 400), {}];
  if (failedAt) return [['failed', failedAt, { fault: { code: error?.code, title: error?.message } }]];
  return [
    sent,
    ...(deliveredAt ? [['delivered', deliveredAt, {}] satisfies [string, Date, object]] : []),
    ...(readAt ? [['read', readAt, {}] satisfies [string, Date, object]] : []),
  ];
}

async function touchChannels(
  db: Database,
  placed: readonly PlacedMessage[],
  company: SampleCompany,
): Promise<void> {
  const newest = new Map<ChannelKey, { inbound: Date | null; outbound: Date | null }>();
  for (const { message, conversation } of placed) {
    const { on } = conversation.dialogue;
    const entry = newest.get(on) ?? { inbound: null, outbound: null };
    if (message.author === 'customer') entry.inbound = message.at;
    else if (message.author !== 'system') entry.outbound = message.at;
    newest.set(on, entry);
  }
  await updateRows(
    db,
    'channels',
    { last_inbound_at: 'timestamptz', last_outbound_at: 'timestamptz' },
    [...newest].map(([on, { inbound, outbound }]) => ({
      id: company.channelIds[on],
      last_inbound_at: inbound,
      last_outbound_at: outbound,
    })),
  );
}
