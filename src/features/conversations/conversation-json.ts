/** A time as JavaScript writes it; NULL stays NULL. */
export const isoSql = (time: string) =>
  `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const isoOrNull = (time: string) => `coalesce('"' || ${isoSql(time)} || '"', 'null')`;

/**
 * The members of `conversationPatch(row)` as JSON, without the braces, for a statement that writes its own event. Text,
 * because building jsonb member by member costs Postgres five times as much as reading it once. A test holds the two
 * together.
 */
export function conversationPatchSql(alias: string): string {
  const c = (column: string) => `${alias}.${column}`;
  const promises = `(VALUES
      ('first_response', CASE WHEN ${c('first_response_at')} IS NULL THEN ${c('sla_first_response_due_at')} END),
      ('next_response', CASE WHEN ${c('first_response_at')} IS NOT NULL AND ${c('waiting_since')} IS NOT NULL
        THEN ${c('sla_next_response_due_at')} END),
      ('resolution', ${c('sla_resolution_due_at')}))`;
  const promise = `CASE
    WHEN ${c('resolved_at')} IS NOT NULL OR ${c('status')} IN ('resolved', 'archived')
      OR num_nonnulls(${c('sla_first_response_due_at')}, ${c('sla_next_response_due_at')}, ${c('sla_resolution_due_at')}) = 0
    THEN 'null'
    ELSE coalesce((
      SELECT '{"kind":"' || kind || '","dueAt":"' || ${isoSql('due')} || '","breached":' || (due < now())::text || '}'
      FROM ${promises} AS promise (kind, due) WHERE due IS NOT NULL ORDER BY due LIMIT 1), 'null') END`;
  return `'"id":' || ${c('id')} || ',"status":"' || ${c('status')} || '","priority":"' || ${c('priority')}
    || '","subject":' || coalesce(to_json(${c('subject')})::text, 'null')
    || ',"lastMessageAt":"' || ${isoSql(c('last_message_at'))} || '","inboundCount":' || ${c('inbound_count')}
    || ',"waitingSince":' || ${isoOrNull(c('waiting_since'))} || ',"firstResponseAt":' || ${isoOrNull(c('first_response_at'))}
    || ',"resolvedAt":' || ${isoOrNull(c('resolved_at'))} || ',"snoozedUntil":' || ${isoOrNull(c('snoozed_until'))}
    || ',"windowExpiresAt":' || ${isoOrNull(c('window_expires_at'))} || ',"sla":' || ${promise}
    || ',"createdAt":"' || ${isoSql(c('created_at'))} || '","updatedAt":"' || ${isoSql(c('updated_at'))} || '"'`;
}
