import type { Reference } from '../../contract/primitives.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import type { LockedConversation } from './conversation-store.ts';
import { type MessageRow, messageOf } from './message.ts';

interface SystemEvent {
  readonly event: 'assigned' | 'unassigned' | 'team' | 'status' | 'priority' | 'tagged';
  readonly by: Reference | null;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** A line in the thread that tells colleagues what was done. It is never sent, counts nowhere and is nobody's last message. */
export async function writeSystemLine(
  tx: TenantTx,
  conversation: Pick<LockedConversation, 'id' | 'channel_id'>,
  event: SystemEvent,
): Promise<void> {
  const [row] = await tx.query<MessageRow>(
    `INSERT INTO messages (conversation_id, channel_id, direction, type, sender_type, status, sent_at, metadata)
     VALUES ($1, $2, 'outbound', 'system', 'system', 'sent', clock_timestamp(), $3)
     RETURNING *, NULL AS user_name`,
    [conversation.id, conversation.channel_id, event],
  );
  if (!row) return;
  tx.emit(
    eventDraft('message.created', `conversation:${conversation.id}`, {
      message: messageOf(row),
      conversation: { id: conversation.id },
    }),
  );
}
