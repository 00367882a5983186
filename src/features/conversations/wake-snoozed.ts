import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { type ConversationRow, conversationPatch, selectConversation } from './conversation.ts';
import { writeSystemLine } from './system-line.ts';

/** Opens conversations whose time has come. Returns when the next one wakes, in milliseconds; undefined when none sleeps. */
export async function wakeSnoozed(scope: TenantScope): Promise<number | undefined> {
  await scope.transaction(async tx => {
    const rows = await tx.query<ConversationRow & { channel_id: number }>(
      `UPDATE conversations c SET status = 'open', snoozed_until = NULL, updated_at = clock_timestamp()
       WHERE status = 'snoozed' AND snoozed_until <= now() RETURNING ${selectConversation('c')}, c.channel_id`,
    );
    for (const row of rows) {
      await writeSystemLine(tx, row, { event: 'status', from: 'snoozed', to: 'open', by: null });
      tx.emit(
        eventDraft('conversation.updated', `conversation:${row.id}`, {
          conversation: conversationPatch(row),
        }),
      );
    }
  });
  const [next] = await scope.db.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM min(snoozed_until) - now()) * 1000)::float8 AS ms FROM conversations WHERE status = 'snoozed'`,
  );
  // A timer cannot wait longer than 2^31 ms; the sweep comes by long before.
  return next?.ms == null ? undefined : Math.min(Math.max(next.ms, 50), 3_600_000);
}
