import type { Abilities } from '../../contract/channels.ts';
import type { Platform } from '../../contract/primitives.ts';
import { Conflict, NotFound, ValidationError } from '../../kit/errors.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { sendingAbilitiesOf } from '../channels/index.ts';
import { tellOfMessages } from '../conversations/index.ts';

interface Actionable {
  id: number;
  conversation_id: number;
  channel_id: number;
  platform: Platform;
  settings: Record<string, unknown>;
  sealed_credentials: string;
  direction: 'inbound' | 'outbound';
  type: string;
  status: string;
  platform_message_id: string | null;
  is_removed: boolean;
}

async function lockMessage(tx: TenantTx, id: number): Promise<Actionable> {
  const [row] = await tx.query<Actionable>(
    `SELECT m.id, m.conversation_id, m.channel_id, ch.platform, ch.settings, ch.sealed_credentials, m.direction, m.type, m.status,
       m.platform_message_id, ch.removed_at IS NOT NULL AS is_removed
     FROM messages m JOIN channels ch ON ch.id = m.channel_id WHERE m.id = $1 AND m.deleted_at IS NULL
     FOR UPDATE OF m FOR SHARE OF ch`,
    [id],
  );
  if (!row || row.type === 'system') throw new NotFound('There is no such message.');
  return row;
}

function requireConnected({ is_removed }: Actionable): void {
  if (is_removed) throw new Conflict('The channel was removed; nothing can be sent.', 'channel_removed');
}

/** A new attempt that really calls the platform. Throws NotFound, Conflict. */
export async function retryMessage(tx: TenantTx, messageId: number): Promise<void> {
  const message = await lockMessage(tx, messageId);
  if (message.direction !== 'outbound' || (message.status !== 'failed' && message.status !== 'unknown'))
    throw new Conflict('Only a failed or unknown message can be tried again.', 'not_retryable');
  requireConnected(message);
  await tx.query(
    `UPDATE messages SET status = 'pending', error_code = NULL, error_message = NULL, failed_at = NULL,
       platform_message_id = NULL, updated_at = clock_timestamp() WHERE id = $1`,
    [messageId],
  );
  await tx.query(
    `INSERT INTO message_sends (message_id, conversation_id, channel_id, kind) VALUES ($1, $2, $3, 'message')
     ON CONFLICT DO NOTHING`,
    [messageId, message.conversation_id, message.channel_id],
  );
  await tx.query(
    `INSERT INTO message_status_updates (message_id, status, status_at, metadata) VALUES ($1, 'pending', now(), $2)`,
    [messageId, { by: 'retry', before: message.status }],
  );
  tx.emit(
    eventDraft('message.status', `conversation:${message.conversation_id}`, {
      messageId,
      conversationId: message.conversation_id,
      status: 'pending',
      error: null,
    }),
  );
}

const graphemes = new Intl.Segmenter();
const emojiParts = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|^[0-9#*]\uFE0F?\u20E3$/u;
/** Some write a heart with the mark that makes it red, some without. */
const bare = (emoji: string) => emoji.replaceAll('\uFE0F', '');

/** Throws ValidationError. */
function checkReaction(emoji: string, { react, reactions }: Abilities): void {
  if (!react) throw new ValidationError('This channel has no reactions.');
  if (emoji === '') return;
  if ([...graphemes.segment(emoji)].length !== 1 || !emojiParts.test(emoji))
    throw new ValidationError('emoji: give one emoji, or nothing to take the reaction back.');
  if (reactions && !reactions.some(known => bare(known) === bare(emoji)))
    throw new ValidationError(`emoji: this channel takes ${reactions.join(' ')}.`);
}

/** Shows the reaction at once and queues it; one that the platform refuses is taken back. */
export async function reactTo(
  tx: TenantTx,
  userId: number | null,
  messageId: number,
  emoji: string,
): Promise<void> {
  const message = await lockMessage(tx, messageId);
  requireConnected(message);
  checkReaction(emoji, sendingAbilitiesOf(message));
  if (message.platform_message_id === null)
    throw new Conflict('This message has not reached the platform yet.', 'not_sent');
  if (emoji === '')
    await tx.query(`DELETE FROM message_reactions WHERE message_id = $1 AND side = 'user'`, [messageId]);
  else
    await tx.query(
      `INSERT INTO message_reactions (message_id, side, user_id, emoji, reacted_at) VALUES ($1, 'user', $2, $3, now())
       ON CONFLICT (message_id, side) DO UPDATE SET emoji = excluded.emoji, user_id = excluded.user_id,
         reacted_at = excluded.reacted_at`,
      [messageId, userId, emoji],
    );
  await tx.query(
    `INSERT INTO message_sends (message_id, conversation_id, channel_id, kind, emoji) VALUES ($1, $2, $3, 'reaction', $4)`,
    [messageId, message.conversation_id, message.channel_id, emoji],
  );
  await tellOfMessages(tx, [messageId]);
}
