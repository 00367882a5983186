import type { MessageStatus } from '../../contract/messages.ts';
import type { Statement } from '../../db/planes.ts';
import type { WatermarkFact } from '../../platforms/inbound-fact.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { statusRankSql } from '../conversations/index.ts';
import type { SourcedFact } from './fact-batch.ts';
import type { PeopleResolver } from './resolve-people.ts';

/** The platform's clock and ours may differ so much. */
const SKEW = `interval '1 second'`;
/** When the platform had the message: its own time where an echo told it, else when we recorded its answer. */
const SENT_AT = `coalesce(m.platform_timestamp,
  (SELECT min(u.status_at) FROM message_status_updates u WHERE u.message_id = m.id AND u.status = 'sent'))`;

/** Lock order: the contact, then its messages by id. Old news moves nothing: the contact remembers how far it was. */
const MOVE: Statement = {
  name: 'move-to-watermark',
  text: `
  WITH contact AS (
    UPDATE channel_contacts SET
      delivered_up_to = CASE WHEN $2 = 'delivered' THEN $3 ELSE delivered_up_to END,
      read_up_to = CASE WHEN $2 = 'read' THEN $3 ELSE read_up_to END
    WHERE id = $1 AND (CASE WHEN $2 = 'read' THEN read_up_to ELSE delivered_up_to END IS NULL
      OR CASE WHEN $2 = 'read' THEN read_up_to ELSE delivered_up_to END < $3)
    RETURNING id
  ), reached AS (
    SELECT m.id FROM contact JOIN conversations c ON c.channel_contact_id = contact.id
    JOIN messages m ON m.conversation_id = c.id
    WHERE m.direction = 'outbound' AND m.type <> 'system' AND m.status IN ('sent','delivered')
      AND ${statusRankSql('$2::text')} > ${statusRankSql('m.status')} AND ${SENT_AT} <= $3::timestamptz + ${SKEW}
    ORDER BY m.id FOR UPDATE OF m
  ), kept AS (
    INSERT INTO message_status_updates (message_id, status, status_at, metadata)
    SELECT id, $2, $3, jsonb_build_object('by', 'watermark') FROM reached
  )
  UPDATE messages m SET status = $2,
    delivered_at = coalesce(m.delivered_at, $3), read_at = CASE WHEN $2 = 'read' THEN coalesce(m.read_at, $3) ELSE m.read_at END,
    updated_at = clock_timestamp()
  FROM reached WHERE m.id = reached.id
  RETURNING m.id, m.conversation_id AS "conversationId", m.status`,
};

/** One fact, many messages: all that this person was sent until then has come so far. */
export async function applyWatermarks(
  tx: TenantTx,
  watermarks: readonly (SourcedFact & { fact: WatermarkFact })[],
  people: PeopleResolver,
): Promise<void> {
  for (const { fact, channelId } of watermarks) {
    const person = people.find(channelId, fact.contact.aliases);
    if (!person) continue;
    const moved = await tx.query<{ id: number; conversationId: number; status: MessageStatus }>(MOVE, [
      person.id,
      fact.status,
      fact.upTo,
    ]);
    for (const { id, conversationId, status } of moved.sort((one, other) => one.id - other.id))
      tx.emit(
        eventDraft('message.status', `conversation:${conversationId}`, {
          messageId: id,
          conversationId,
          status,
          error: null,
        }),
      );
  }
}
