import type { Database } from '../../src/db/planes.ts';
import { sampleWhatsAppCustomers } from '../../src/sample/customers.ts';

/** Messages up to this length ("Thanks!") may be said in two conversations. */
const SHORT_TEXT = 20;

/** Each statement answers what is wrong: no rows, no violation. `$1` is now. */
const queries: Readonly<Record<string, string>> = {
  'conversation without its counters': `
    WITH tally AS (
      SELECT conversation_id, count(*)::int AS total, count(*) FILTER (WHERE direction = 'inbound')::int AS inbound,
        min(sent_at) AS first_at, max(sent_at) AS last_at, max(sent_at) FILTER (WHERE direction = 'inbound') AS inbound_at,
        min(sent_at) FILTER (WHERE direction = 'outbound') AS answered_at,
        (array_agg(id ORDER BY sent_at DESC, id DESC))[1] AS last_id
      FROM messages WHERE type <> 'system' GROUP BY conversation_id
    )
    SELECT c.id, c.status, c.message_count, t.total FROM conversations c LEFT JOIN tally t ON t.conversation_id = c.id
    WHERE (c.message_count, c.inbound_count, c.last_message_id, c.last_message_at, c.last_inbound_at, c.created_at)
        IS DISTINCT FROM (t.total, t.inbound, t.last_id, t.last_at, t.inbound_at, t.first_at)
      OR c.first_response_at IS DISTINCT FROM t.answered_at`,
  'wrong waiting time': `
    WITH tally AS (
      SELECT m.conversation_id, min(m.sent_at) AS since, count(*)::int AS amount FROM messages m
      JOIN conversations c ON c.id = m.conversation_id AND c.status NOT IN ('resolved','archived')
      WHERE m.direction = 'inbound' AND m.sent_at > coalesce((SELECT max(a.sent_at) FROM messages a
        WHERE a.conversation_id = m.conversation_id AND a.sender_type = 'user'), '-infinity')
      GROUP BY m.conversation_id
    )
    SELECT c.id, c.status, c.waiting_since, c.unread_count FROM conversations c LEFT JOIN tally t ON t.conversation_id = c.id
    WHERE c.waiting_since IS DISTINCT FROM t.since OR c.unread_count <> coalesce(t.amount, 0)`,
  'length of a dialogue': `
    SELECT id, message_count FROM conversations WHERE message_count NOT BETWEEN 2 AND 14`,
  'status that contradicts its times': `
    SELECT id, status FROM conversations
    WHERE (status = 'resolved') > (resolved_at IS NOT NULL) OR (status NOT IN ('resolved','archived') AND resolved_at IS NOT NULL)
      OR (status = 'snoozed') <> (snoozed_until IS NOT NULL) OR snoozed_until <= $1 OR resolved_at < last_message_at
      OR (status = 'new' AND (first_response_at IS NOT NULL OR assigned_to IS NOT NULL))
      OR (status IN ('open','pending','snoozed','resolved') AND assigned_to IS NULL)`,
  'time in the future': `
    SELECT id, 'message' AS what FROM messages WHERE greatest(sent_at, delivered_at, read_at, failed_at, edited_at, deleted_at) > $1
    UNION ALL SELECT id, 'conversation' FROM conversations WHERE greatest(updated_at, resolved_at, last_message_at) > $1
    UNION ALL SELECT id, 'reaction' FROM message_reactions WHERE reacted_at > $1
    UNION ALL SELECT id, 'note' FROM conversation_notes WHERE created_at > $1
    UNION ALL SELECT id, 'read' FROM message_status_updates WHERE status_at > $1`,
  'time before six weeks ago': `
    SELECT id, created_at FROM conversations WHERE created_at < $1::timestamptz - interval '43 days'`,
  'receipts out of order': `
    SELECT id, status FROM messages WHERE delivered_at < sent_at OR read_at < delivered_at
      OR (status = 'read') <> (read_at IS NOT NULL) OR (status = 'failed') <> (error_message IS NOT NULL)`,
  'update before its time': `
    SELECT id FROM conversations WHERE updated_at < last_message_at OR updated_at < resolved_at`,
  'two conversations of one thread at once': `
    SELECT one.id, other.id AS other_id FROM conversations one JOIN conversations other
      ON other.channel_contact_id = one.channel_contact_id AND other.thread_key = one.thread_key AND other.id > one.id
      AND other.created_at <= coalesce(one.resolved_at, one.last_message_at)
      AND one.created_at <= coalesce(other.resolved_at, other.last_message_at)`,
  'words of a customer in two conversations': `
    SELECT left(content, 60) AS content, count(DISTINCT conversation_id)::int AS amount FROM messages
    WHERE direction = 'inbound' AND length(content) > ${SHORT_TEXT}
    GROUP BY content HAVING count(DISTINCT conversation_id) > 1`,
  'whole dialogue told twice': `
    SELECT min(conversation_id) AS id FROM (
      SELECT conversation_id, string_agg(coalesce(content, type), E'\\n' ORDER BY sent_at, id) AS words FROM messages
      WHERE type <> 'system' GROUP BY conversation_id) d GROUP BY words HAVING count(*) > 1`,
  'promise that contradicts the policy': `
    SELECT c.id FROM conversations c JOIN sla_policies p ON p.id = c.sla_policy_id
    WHERE c.sla_first_response_due_at <> c.created_at + p.first_response_time_minutes * interval '1 minute'
      OR c.sla_resolution_due_at <> c.created_at + p.resolution_time_hours * interval '1 hour'
      OR (c.waiting_since IS NOT NULL AND
        c.sla_next_response_due_at <> c.waiting_since + p.next_response_time_minutes * interval '1 minute')
      OR (c.first_response_at > c.sla_first_response_due_at) > c.sla_first_response_breached`,
  'wrong window': `
    SELECT id FROM conversations WHERE window_expires_at IS DISTINCT FROM
      CASE WHEN platform IN ('whatsapp','instagram','facebook') THEN last_inbound_at + interval '24 hours' END`,
  'somebody who read what was not there': `
    SELECT r.conversation_id, r.user_id FROM conversation_reads r
    JOIN messages k ON k.id = r.last_read_message_id
    WHERE k.conversation_id <> r.conversation_id OR r.read_inbound_count <> (SELECT count(*) FROM messages m
      WHERE m.conversation_id = r.conversation_id AND m.direction = 'inbound' AND (m.sent_at, m.id) <= (k.sent_at, k.id))`,
  'quote of another conversation or of something later': `
    SELECT m.id FROM messages m JOIN messages q ON q.id = m.reply_to_id
    WHERE q.conversation_id <> m.conversation_id OR q.sent_at >= m.sent_at`,
  'message of another channel than its conversation': `
    SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.channel_id <> c.channel_id
    UNION ALL SELECT c.id FROM conversations c JOIN channels ch ON ch.id = c.channel_id WHERE ch.platform <> c.platform`,
  'message without its author': `
    SELECT id FROM messages WHERE (sender_type = 'user') <> (user_id IS NOT NULL)
      OR (sender_type = 'customer') <> (direction = 'inbound')
      OR (content IS NULL AND deleted_at IS NULL AND type NOT IN ('system','image','audio','document'))`,
  'system line that names nobody': `
    SELECT id FROM messages WHERE type = 'system' AND (metadata #>> '{by,name}' IS NULL OR metadata #>> '{by,id}' IS NULL
      OR (metadata ->> 'event' = 'assigned' AND metadata #>> '{to,name}' IS NULL)
      OR (metadata ->> 'event' = 'status' AND (metadata ->> 'from' IS NULL OR metadata ->> 'to' IS NULL))
      OR metadata ->> 'event' NOT IN ('assigned','status') OR content IS NOT NULL OR status <> 'sent')`,
  'assignment that is not the newest one': `
    SELECT c.id FROM conversations c LEFT JOIN LATERAL (SELECT assigned_to FROM conversation_assignments a
      WHERE a.conversation_id = c.id AND a.unassigned_at IS NULL) a ON true
    WHERE a.assigned_to IS DISTINCT FROM c.assigned_to`,
  'count that is not the sum': `
    SELECT status FROM (SELECT status, count(*) AS amount FROM conversations GROUP BY status) c
    FULL JOIN (SELECT status, sum(amount) AS amount FROM conversation_counts GROUP BY status) s USING (status)
    WHERE c.amount IS DISTINCT FROM s.amount`,
  'file with bytes': `SELECT id FROM message_attachments WHERE url IS NOT NULL OR platform_media_id IS NOT NULL`,
};

/** Each answers one number and the least that it has to be. `$1` is now. */
const atLeast: Readonly<Record<string, readonly [least: number, sql: string]>> = {
  conversations: [200, 'SELECT count(*) FROM conversations'],
  customers: [60, 'SELECT count(*) FROM customers'],
  statuses: [6, 'SELECT count(DISTINCT status) FROM conversations'],
  platforms: [7, 'SELECT count(DISTINCT platform) FROM conversations'],
  priorities: [4, 'SELECT count(DISTINCT priority) FROM conversations'],
  'tags in use': [10, 'SELECT count(DISTINCT conversation_tag_id) FROM conversation_tag'],
  'unassigned new': [20, `SELECT count(*) FROM conversations WHERE status = 'new' AND assigned_to IS NULL`],
  'open of the agent who has least': [
    10,
    `SELECT min(amount) FROM (SELECT count(*) AS amount FROM conversations c JOIN users u ON u.id = c.assigned_to
       WHERE c.status = 'open' AND u.email LIKE '%@lumen-oak.example' GROUP BY u.id) a`,
  ],
  'agents with open conversations': [
    4,
    `SELECT count(DISTINCT assigned_to) FROM conversations c JOIN users u ON u.id = c.assigned_to
       WHERE c.status = 'open' AND u.email LIKE '%@lumen-oak.example'`,
  ],
  late: [5, `SELECT count(*) FROM conversations c WHERE ${nextDue()} < $1`],
  'due soon': [
    5,
    `SELECT count(*) FROM conversations c WHERE ${nextDue()} BETWEEN $1 AND $1::timestamptz + interval '15 minutes'`,
  ],
  kept: [
    20,
    `SELECT count(*) FROM conversations WHERE status = 'open' AND waiting_since IS NULL
       AND NOT (sla_first_response_breached OR sla_next_response_breached OR sla_resolution_breached)`,
  ],
  'late once, in history': [
    2,
    `SELECT count(*) FROM conversations WHERE status = 'resolved' AND sla_first_response_breached`,
  ],
  'unread for their agent': [
    5,
    `SELECT count(*) FROM conversations c LEFT JOIN conversation_reads r
       ON r.conversation_id = c.id AND r.user_id = c.assigned_to
     WHERE c.status = 'open' AND coalesce(r.read_inbound_count, 0) < c.inbound_count`,
  ],
  mentions: [5, 'SELECT count(*) FROM mentions'],
  reactions: [8, 'SELECT count(*) FROM message_reactions'],
  'edited messages': [
    2,
    'SELECT count(*) FROM messages m JOIN message_edits e ON e.message_id = m.id WHERE m.edited_at = e.edited_at',
  ],
  'deleted messages': [1, 'SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL AND content IS NULL'],
  'failed messages': [2, `SELECT count(*) FROM messages WHERE status = 'failed'`],
  'unknown messages': [1, `SELECT count(*) FROM messages WHERE status = 'unknown'`],
  'read messages': [50, `SELECT count(*) FROM messages WHERE status = 'read'`],
  quotes: [4, 'SELECT count(*) FROM messages WHERE reply_to_id IS NOT NULL'],
  'message types': [
    8,
    `SELECT count(DISTINCT type) FROM messages
       WHERE type IN ('text','image','audio','document','location','contacts','interactive','system')`,
  ],
  files: [10, 'SELECT count(*) FROM message_attachments'],
  'canned responses': [8, 'SELECT count(*) FROM canned_responses'],
  languages: [6, 'SELECT count(DISTINCT language) FROM conversations'],
  'default promises': [1, 'SELECT count(*) FROM sla_policies WHERE is_default AND is_active'],
  'sample channels': [4, `SELECT count(*) FROM channels WHERE sealed_credentials = '' AND health = 'ok'`],
};

/** When the next promise of conversation `c` is due; null when none runs. */
function nextDue(): string {
  return `(CASE WHEN c.status IN ('resolved','archived') THEN NULL ELSE least(c.sla_resolution_due_at,
    CASE WHEN c.first_response_at IS NULL THEN c.sla_first_response_due_at
      WHEN c.waiting_since IS NOT NULL THEN c.sla_next_response_due_at END) END)`;
}

/** What is wrong with the sample in this database, in sentences; nothing when all is well. */
export async function checkSample(db: Database, now = new Date()): Promise<string[]> {
  const violations: string[] = [];
  for (const [name, sql] of Object.entries(queries)) {
    const rows = await db.query(sql, sql.includes('$1') ? [now] : []);
    violations.push(...rows.map(row => `${name}: ${JSON.stringify(row)}`));
  }
  for (const [name, [least, sql]] of Object.entries(atLeast)) {
    const [row] = await db.query<Record<string, unknown>>(sql, sql.includes('$1') ? [now] : []);
    const amount = Number(Object.values(row ?? {})[0] ?? 0);
    if (amount < least) violations.push(`${name}: ${amount}, at least ${least} were expected`);
  }
  const open = await db.query<{ value: string; name: string }>(
    `SELECT DISTINCT i.value, cu.name FROM customer_identities i
     JOIN conversations c ON c.channel_contact_id = i.channel_contact_id AND c.status = 'open'
     JOIN customers cu ON cu.id = c.customer_id WHERE i.kind = 'wa_id'`,
  );
  for (const { waId, name } of sampleWhatsAppCustomers)
    if (!open.some(row => row.value === waId && row.name === name))
      violations.push(`customer of the simulator without an open conversation: ${name} (${waId})`);
  return violations;
}
