import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import {
  type ConversationRow,
  conversationPatch,
  lastMessageOf,
  selectConversation,
} from './conversation.ts';
import { readMessages } from './message-read-model.ts';

/**
 * Before anything that belongs to messages is changed and told: two at once would each tell the other's part as it was, and
 * the later one would be believed.
 */
export async function lockMessages(tx: TenantTx, messageIds: readonly number[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.query('SELECT id FROM messages WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE', [
    messageIds,
  ]);
}

/** `message.updated` for each, with the conversation's last line when the message is its newest. The caller has locked them. */
export async function tellOfMessages(tx: TenantTx, messageIds: readonly number[]): Promise<void> {
  if (messageIds.length === 0) return;
  const messages = await readMessages(tx, messageIds);
  const rows = await tx.query<ConversationRow>(
    `SELECT ${selectConversation('c')} FROM conversations c
     WHERE c.last_message_id = ANY ($1::bigint[]) AND c.id = ANY ($2::bigint[])`,
    [messageIds, messages.map(message => message.conversationId)],
  );
  const byConversation = new Map(rows.map(row => [row.id, row]));
  for (const message of messages) {
    const row = byConversation.get(message.conversationId);
    tx.emit(
      eventDraft('message.updated', `conversation:${message.conversationId}`, {
        message,
        ...(row?.last_message_id === message.id && {
          conversation: { ...conversationPatch(row), lastMessage: lastMessageOf(message) },
        }),
      }),
    );
  }
}
