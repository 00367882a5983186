import type { MessageStatus } from '../../contract/messages.ts';
import type { Statement } from '../../db/planes.ts';
import type { ReceiptFact } from '../../platforms/inbound-fact.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { statusRankSql } from '../conversations/index.ts';
import type { SourcedFact } from './fact-batch.ts';
import { holdForTarget } from './held-fact-store.ts';
import { givenCorrelator, type Targets } from './message-targets.ts';

interface Changed {
  id: number;
  conversation_id: number;
  status: MessageStatus;
  error_code: string | null;
  error_message: string | null;
}

/**
 * A receipt that was given before (the same message, status, time and id) is none: Meta repeats old news, and after a retry
 * they would be false. Lock order as everywhere: message_sends, then messages, each by id.
 */
const APPLY: Statement = {
  name: 'apply-receipts',
  text: `
  WITH receipt AS (
    SELECT DISTINCT ON (message_id, status, at, given_id) * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[],
      $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
      AS r (message_id, status, at, code, title, external_id, given_id, metadata)
    WHERE NOT EXISTS (SELECT FROM message_status_updates u WHERE u.message_id = r.message_id AND u.status = r.status
      AND u.status_at = r.at AND u.metadata ->> 'externalId' = r.given_id)
  ), current AS (
    -- A failure from before the attempt that waits or is under way is one of an earlier attempt: kept, and no more. So is
    -- that it was sent, if it failed after that; when nobody knew what became of it, it is the news that ends the wait.
    SELECT * FROM receipt r WHERE status NOT IN ('failed', 'sent') OR NOT EXISTS (SELECT FROM message_sends s
      WHERE s.message_id = r.message_id AND s.kind = 'message' AND date_trunc('second', s.created_at) > r.at
        AND (r.status = 'failed' OR 'failed' = (SELECT u.metadata ->> 'before' FROM message_status_updates u
          WHERE u.message_id = r.message_id AND u.metadata ->> 'by' = 'retry' ORDER BY u.id DESC LIMIT 1)))
  ), highest AS (
    SELECT DISTINCT ON (message_id) * FROM current ORDER BY message_id, ${statusRankSql('status')} DESC, at DESC
  ), times AS (
    SELECT message_id, min(at) FILTER (WHERE status = 'delivered') AS delivered_at,
      min(at) FILTER (WHERE status = 'read') AS read_at, min(at) FILTER (WHERE status = 'failed') AS failed_at
    FROM current GROUP BY message_id
  ), sends AS (
    SELECT s.id FROM message_sends s JOIN highest h ON h.message_id = s.message_id
    WHERE s.kind = 'message' ORDER BY s.id FOR UPDATE OF s
  ), locked AS (
    SELECT m.id, m.status FROM messages m JOIN highest h ON h.message_id = m.id
    WHERE (SELECT count(*) FROM sends) >= 0 ORDER BY m.id FOR UPDATE OF m
  ), updated AS (
    UPDATE messages m SET
      status = CASE WHEN ${statusRankSql('h.status')} > ${statusRankSql('m.status')} THEN h.status ELSE m.status END,
      platform_message_id = coalesce(m.platform_message_id, h.external_id),
      delivered_at = coalesce(m.delivered_at, t.delivered_at), read_at = coalesce(m.read_at, t.read_at),
      failed_at = coalesce(m.failed_at, t.failed_at),
      error_code = CASE WHEN h.status = 'failed' AND ${statusRankSql('h.status')} > ${statusRankSql('m.status')} THEN h.code
        WHEN h.status IN ('delivered','read') OR ${statusRankSql('h.status')} > ${statusRankSql('m.status')} THEN NULL
        ELSE m.error_code END,
      error_message = CASE WHEN h.status = 'failed' AND ${statusRankSql('h.status')} > ${statusRankSql('m.status')} THEN h.title
        WHEN h.status IN ('delivered','read') OR ${statusRankSql('h.status')} > ${statusRankSql('m.status')} THEN NULL
        ELSE m.error_message END,
      updated_at = clock_timestamp()
    FROM highest h JOIN times t USING (message_id) JOIN locked l ON l.id = h.message_id
    WHERE m.id = h.message_id
    RETURNING m.id, m.conversation_id, m.status, m.error_code, m.error_message, l.status AS before
  ), finished AS (
    -- The platform has it: whatever our own send still thinks, it is not to be sent again.
    DELETE FROM message_sends s USING sends WHERE s.id = sends.id
  ), kept AS (
    INSERT INTO message_status_updates (message_id, status, status_at, metadata)
    SELECT message_id, status, at, metadata FROM receipt ORDER BY message_id, at
  )
  SELECT * FROM updated WHERE status <> before ORDER BY id`,
};

/**
 * Receipts move messages up the ladder, whatever their order; each one is kept. One for a message that we do not know
 * (our own send has not committed, or it was sent elsewhere) is held. Resolves with whether one was.
 */
export async function applyReceipts(
  tx: TenantTx,
  receipts: readonly (SourcedFact & { fact: ReceiptFact })[],
  targets: Targets,
): Promise<boolean> {
  if (receipts.length === 0) return false;
  const found: { messageId: number; fact: ReceiptFact; externalId: string | null }[] = [];
  const unknown: Parameters<typeof holdForTarget>[1][number][] = [];
  for (const { fact, channelId, deliveryId, factIndex } of receipts) {
    const target = targets.find(channelId, fact.externalId, givenCorrelator(fact));
    if (!target) unknown.push({ deliveryId, factIndex, channelId, targetExternalId: fact.externalId });
    else if (target.direction === 'outbound')
      found.push({
        messageId: target.id,
        fact,
        // Without a correlator of its own it was found by ours, which is not the platform's id.
        externalId: fact.correlator === undefined ? null : fact.externalId,
      });
  }
  await holdForTarget(tx, unknown, 'receipt');
  if (found.length === 0) return unknown.length > 0;
  const changed = await tx.query<Changed>(APPLY, [
    found.map(entry => entry.messageId),
    found.map(entry => entry.fact.status),
    found.map(entry => entry.fact.at),
    found.map(entry => entry.fact.fault?.code ?? null),
    found.map(entry => entry.fact.fault?.title ?? null),
    found.map(entry => entry.externalId),
    found.map(entry => entry.fact.externalId),
    found.map(({ fact }) =>
      JSON.stringify({ ...fact.metadata, fault: fact.fault, externalId: fact.externalId }),
    ),
  ]);
  for (const row of changed)
    tx.emit(
      eventDraft('message.status', `conversation:${row.conversation_id}`, {
        messageId: row.id,
        conversationId: row.conversation_id,
        status: row.status,
        error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
      }),
    );
  return unknown.length > 0;
}
