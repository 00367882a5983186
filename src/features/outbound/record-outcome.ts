import type { MessageStatus } from '../../contract/messages.ts';
import { violatedConstraint } from '../../db/session.ts';
import { backoffMs } from '../../kit/backoff.ts';
import { Rejected, type SentReceipt, type Unavailable } from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { channelRemoved, setHealth } from '../channels/index.ts';
import { lockMessages, statusRankSql, tellOfMessages } from '../conversations/index.ts';
import { noteHealth } from '../inbound/index.ts';
import { type ClaimedSend, takeLostClaims } from './send-store.ts';

const LEAST_ATTEMPTS = 8;
const HOUR_MS = 3_600_000;
/** What a channel waits for passes; what is about one conversation holds up all that stands behind it. */
const TRIED_FOR_MS: Readonly<Record<Unavailable['scope'], number>> = {
  channel: 4 * HOUR_MS,
  conversation: HOUR_MS / 4,
};
const LONGEST_GAP_MS = { least: 5 * 60_000, most: 30 * 60_000 };

interface StatusRow {
  id: number;
  conversation_id: number;
  status: MessageStatus;
  error_code: string | null;
  error_message: string | null;
}

/** Raises a message's status (a receipt may have been faster), keeps the update, and tells. */
async function raise(
  tx: TenantTx,
  messageId: number,
  status: 'pending' | 'sent' | 'failed' | 'unknown' | 'delivered' | 'read',
  fault: { code: string; message: string } | null,
  externalId?: string,
): Promise<void> {
  const rule =
    status === 'pending'
      ? `m.status = 'sending'`
      : `${statusRankSql('$2::text')} > ${statusRankSql('m.status')}`;
  const [row] = await tx.query<StatusRow>(
    `UPDATE messages m SET status = CASE WHEN ${rule} THEN $2 ELSE m.status END,
       error_code = CASE WHEN ${rule} THEN $3 ELSE m.error_code END,
       error_message = CASE WHEN ${rule} THEN $4 ELSE m.error_message END,
       failed_at = CASE WHEN $2 = 'failed' THEN now() ELSE m.failed_at END,
       delivered_at = CASE WHEN $2 IN ('delivered','read') THEN coalesce(m.delivered_at, now()) ELSE m.delivered_at END,
       read_at = CASE WHEN $2 = 'read' THEN coalesce(m.read_at, now()) ELSE m.read_at END,
       platform_message_id = coalesce(m.platform_message_id, $5), updated_at = clock_timestamp()
     WHERE m.id = $1 RETURNING m.id, m.conversation_id, m.status, m.error_code, m.error_message`,
    [messageId, status, fault?.code ?? null, fault?.message ?? null, externalId ?? null],
  );
  await tx.query(
    `INSERT INTO message_status_updates (message_id, status, status_at, metadata) VALUES ($1, $2, now(), $3)`,
    [messageId, status, { by: 'send', ...(fault && { fault }) }],
  );
  if (!row) return;
  tx.emit(
    eventDraft('message.status', `conversation:${row.conversation_id}`, {
      messageId: row.id,
      conversationId: row.conversation_id,
      status: row.status,
      error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    }),
  );
}

const finish = (tx: TenantTx, send: ClaimedSend) =>
  tx.query('DELETE FROM message_sends WHERE id = $1', [send.id]);

/**
 * How far this person has got and read, when that reaches to messages of now: a watermark may be faster than the answer
 * to the very message that it means. Locked until the commit, so that one that moves at this moment is seen here, or sees
 * the message. Lock order: the contact, then its messages.
 */
async function reachOf(
  tx: TenantTx,
  conversationId: number,
  thereAt: Date,
): Promise<'delivered' | 'read' | undefined> {
  const [row] = await tx.query<{ isDelivered: boolean; isRead: boolean }>(
    `SELECT coalesce(cc.delivered_up_to >= $2, false) AS "isDelivered", coalesce(cc.read_up_to >= $2, false) AS "isRead"
     FROM conversations c JOIN channel_contacts cc ON cc.id = c.channel_contact_id WHERE c.id = $1 FOR SHARE OF cc`,
    [conversationId, thereAt],
  );
  if (row?.isRead) return 'read';
  return row?.isDelivered ? 'delivered' : undefined;
}

/** `thereAt`: no later than the moment from which on the customer could read it. */
export async function recordSent(
  scope: TenantScope,
  send: ClaimedSend,
  receipt: SentReceipt,
  thereAt: Date,
): Promise<void> {
  const record = (externalId: string | undefined) =>
    scope.transaction(async tx => {
      await finish(tx, send);
      if (send.kind === 'message') {
        const reached = await reachOf(tx, send.conversationId, thereAt);
        await raise(tx, send.messageId, 'sent', null, externalId);
        if (reached) await raise(tx, send.messageId, reached, null);
      }
      await tx.query(
        `UPDATE channels SET last_outbound_at = now() WHERE id = $1
           AND (last_outbound_at IS NULL OR last_outbound_at < now() - interval '10 seconds')`,
        [send.channelId],
      );
      await keepAliases(tx, send, receipt);
      await noteRefusedCopies(tx, send, receipt);
    });
  try {
    await record(receipt.externalId);
  } catch (error) {
    // The platform gave an id that another message has: keep ours as sent, without it.
    if (!violatedConstraint(error)) throw error;
    await record(undefined);
  }
}

/** Other addresses of the recipient that the answer told us (Brazil without the 9). */
async function keepAliases(tx: TenantTx, send: ClaimedSend, receipt: SentReceipt): Promise<void> {
  if (receipt.aliases.length === 0) return;
  await tx.query(
    `INSERT INTO customer_identities (channel_contact_id, channel_id, kind, value)
     SELECT c.channel_contact_id, c.channel_id, a.kind, a.value
     FROM conversations c, unnest($2::text[], $3::text[]) AS a (kind, value) WHERE c.id = $1
     ON CONFLICT (channel_id, kind, value) DO NOTHING`,
    [
      send.conversationId,
      receipt.aliases.map(alias => alias.kind),
      receipt.aliases.map(alias => alias.value),
    ],
  );
}

/** The customer has the message, so it is sent; the channel says who has not, as when a report tells that later. */
async function noteRefusedCopies(
  tx: TenantTx,
  { channelId }: ClaimedSend,
  { externalId, refusedCopies = [] }: SentReceipt,
): Promise<void> {
  for (const { address, reason } of refusedCopies)
    await noteHealth(tx, channelId, {
      externalId: `failed_copy:${externalId}:${address}`,
      severity: 'info',
      topic: 'failed_copy',
      message: `A copy did not arrive. ${reason}`,
      details: { messageId: externalId, recipients: [{ address }] },
    });
}

/** The platform said no: this message fails; an account that is refused stops its channel, which keeps its outbox. */
export async function recordRejected(scope: TenantScope, send: ClaimedSend, error: Rejected): Promise<void> {
  await scope.transaction(async tx => {
    if (error.scope === 'reauthorise' || error.scope === 'account') {
      await tx.query(
        `UPDATE message_sends SET claimed_until = NULL, attempt = greatest(attempt - 1, 0), tried_since = NULL,
           next_attempt_at = now() WHERE id = $1`,
        [send.id],
      );
      if (send.kind === 'message')
        await raise(tx, send.messageId, 'pending', { code: error.code, message: error.message });
      await setHealth(
        tx,
        send.channelId,
        error.scope === 'account' ? 'stopped' : 'reauthorise',
        error.message,
      );
      return endIfRemoved(tx, send);
    }
    await finish(tx, send);
    if (send.kind === 'message')
      await raise(tx, send.messageId, 'failed', { code: error.code, message: error.message });
    else await takeReactionBack(tx, send);
  });
}

async function takeReactionBack(tx: TenantTx, send: ClaimedSend): Promise<void> {
  await lockMessages(tx, [send.messageId]);
  await tx.query(`DELETE FROM message_reactions WHERE message_id = $1 AND side = 'user' AND emoji = $2`, [
    send.messageId,
    send.emoji,
  ]);
  await tellOfMessages(tx, [send.messageId]);
}

/** Not now: again with growing gaps, or after the time that the platform named; when that lasts too long, it fails. */
export async function recordUnavailable(
  scope: TenantScope,
  send: ClaimedSend,
  error: Unavailable,
): Promise<void> {
  const triedMs = Date.now() - send.triedSince.getTime();
  const maximumMs = Math.min(LONGEST_GAP_MS.most, Math.max(LONGEST_GAP_MS.least, triedMs / 8));
  const delayMs = error.retryAfterMs ?? backoffMs(send.attempt, { baseMs: 1000, maximumMs }, Math.random);
  const isNotConnected = error.code === 'not_connected';
  const { triedForHours } = requireAdapter(send.platform);
  const limitMs = triedForHours === undefined ? TRIED_FOR_MS[error.scope] : triedForHours * HOUR_MS;
  if (send.attempt >= LEAST_ATTEMPTS && triedMs >= limitMs && !isNotConnected)
    return recordRejected(scope, send, new Rejected('message', error.code, error.message));
  await scope.transaction(async tx => {
    await tx.query(
      `UPDATE message_sends SET claimed_until = NULL, next_attempt_at = now() + $2 * interval '1 millisecond',
         -- A line that is not open yet has refused nothing.
         attempt = attempt - $3, tried_since = CASE WHEN $3 = 1 THEN NULL ELSE tried_since END WHERE id = $1`,
      [send.id, delayMs, isNotConnected ? 1 : 0],
    );
    // It waits as before: there is nothing to tell, every few seconds anew. The channel says that it is not connected.
    if (send.kind === 'message' && isNotConnected)
      await tx.query(
        `UPDATE messages SET status = 'pending', updated_at = clock_timestamp() WHERE id = $1 AND status = 'sending'`,
        [send.messageId],
      );
    else if (send.kind === 'message')
      await raise(tx, send.messageId, 'pending', { code: error.code, message: error.message });
    if (error.scope === 'channel')
      await tx.query(
        `UPDATE channels SET paused_until = greatest(paused_until, now() + $2 * interval '1 millisecond') WHERE id = $1`,
        [send.channelId, delayMs],
      );
    await endIfRemoved(tx, send);
  });
}

/**
 * What would wait for a channel that was removed while it was being sent is over. Locked until the commit: a removal at
 * this moment comes before and is seen here, or comes after and ends what waits itself. Lock order: the message, then its
 * channel.
 */
async function endIfRemoved(tx: TenantTx, send: ClaimedSend): Promise<void> {
  const [channel] = await tx.query<{ isRemoved: boolean }>(
    'SELECT removed_at IS NOT NULL AS "isRemoved" FROM channels WHERE id = $1 FOR SHARE',
    [send.channelId],
  );
  if (!channel?.isRemoved) return;
  await finish(tx, send);
  if (send.kind === 'message') await raise(tx, send.messageId, 'failed', channelRemoved);
  else await takeReactionBack(tx, send);
}

export const unknownOutcome = {
  code: 'outcome_unknown',
  message: 'The platform did not answer. It may have been delivered; wait for a tick, or send it again.',
};

/** Nobody knows whether it went: never sent again by itself; a receipt with our correlator settles it. */
export async function recordUnknown(scope: TenantScope, send: ClaimedSend): Promise<void> {
  await scope.transaction(async tx => {
    await finish(tx, send);
    if (send.kind === 'message') await raise(tx, send.messageId, 'unknown', unknownOutcome);
  });
}

/** What a worker that died had claimed becomes unknown. */
export async function recordLostClaims(scope: TenantScope): Promise<number> {
  return scope.transaction(async tx => {
    const lost = await takeLostClaims(tx);
    for (const { messageId, kind } of lost)
      if (kind === 'message') await raise(tx, messageId, 'unknown', unknownOutcome);
    return lost.length;
  });
}
