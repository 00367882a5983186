import type { Database } from '../db/planes.ts';
import { agentKeys } from './company.ts';
import type { AgentKey } from './dialogue.ts';
import { insertRows } from './insert-rows.ts';
import type { PlannedConversation } from './plan-conversation.ts';
import type { PlannedMessage } from './plan-message.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SampleCompany } from './write-company.ts';

/** How far each colleague has read. Nobody has read everything, and whoever owns a thread has read most of it. */
export async function writeReads(
  db: Database,
  conversations: readonly PlannedConversation[],
  conversationIds: readonly number[],
  messageIds: ReadonlyMap<PlannedMessage, number>,
  { users }: SampleCompany,
  random: SeededRandom,
): Promise<void> {
  const readers: readonly AgentKey[] = [...agentKeys, 'admin'];
  await insertRows(
    db,
    'conversation_reads',
    {
      conversation_id: 'bigint',
      user_id: 'bigint',
      last_read_message_id: 'bigint',
      read_inbound_count: 'integer',
      read_at: 'timestamptz',
    },
    conversations.flatMap((conversation, index) =>
      readers.flatMap(reader => {
        const count = readCount(conversation, reader, random);
        const lastRead = lastReadOf(conversation, count);
        if (lastRead === undefined) return [];
        return [
          {
            conversation_id: conversationIds[index] ?? 0,
            user_id: users[reader].id,
            last_read_message_id: messageIds.get(lastRead) ?? 0,
            read_inbound_count: count,
            read_at: lastRead.at,
          },
        ];
      }),
    ),
  );
}

/** The inbound messages that somebody has seen; none: they never opened it. */
function readCount(conversation: PlannedConversation, reader: AgentKey, random: SeededRandom): number {
  const { dialogue, inboundCount, unreadCount, waitingSince } = conversation;
  const isTheirs = dialogue.agent === reader;
  const answered = inboundCount - unreadCount;
  if (dialogue.is === 'new') return random.chance(0.3) ? inboundCount : 0;
  if (waitingSince === null) return isTheirs || reader === 'admin' || random.chance(0.6) ? inboundCount : 0;
  if (isTheirs) return random.chance(0.45) ? inboundCount : answered;
  return random.chance(reader === 'admin' ? 0.7 : 0.4) ? answered : 0;
}

/** The newest message before the first inbound one that was not read. */
function lastReadOf({ messages }: PlannedConversation, count: number): PlannedMessage | undefined {
  if (count === 0) return undefined;
  let seen = 0;
  let last: PlannedMessage | undefined;
  for (const message of messages) {
    if (message.author === 'customer') seen += 1;
    if (seen > count) return last;
    if (message.author !== 'system') last = message;
  }
  return last;
}
