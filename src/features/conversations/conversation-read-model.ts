import type { z } from 'zod';
import type {
  Conversation,
  ConversationCounts,
  ConversationStatus,
  conversationFilters,
} from '../../contract/conversations.ts';
import type { MessageStatus, MessageType } from '../../contract/messages.ts';
import type { Statement, TenantDb } from '../../db/planes.ts';
import { type ConversationRow, conversationPatch, previewOf, selectConversation } from './conversation.ts';

export type ConversationFilters = z.output<typeof conversationFilters>;
export interface ConversationQuery extends ConversationFilters {
  readonly sort: 'newest' | 'oldest' | 'waiting';
  readonly limit: number;
  /** The sort key of the last row of the page before. Every time is kept in milliseconds, as it travels. */
  readonly after?: { readonly at: Date; readonly id: number };
}

interface ListRow extends ConversationRow {
  platform: Conversation['platform'];
  channel_id: number;
  channel_name: string;
  customer_id: number;
  customer_name: string;
  customer_avatar: string | null;
  assigned_to: number | null;
  assignee_name: string | null;
  team_id: number | null;
  team_name: string | null;
  read_inbound_count: number | null;
  tags: Conversation['tags'];
  preview_id: number | null;
  preview_type: MessageType | null;
  preview_direction: 'inbound' | 'outbound' | null;
  preview_status: MessageStatus | null;
  preview_content: string | null;
  preview_sent_at: Date | null;
  preview_deleted_at: Date | null;
}

const LISTED: readonly ConversationStatus[] = ['new', 'open', 'pending', 'snoozed', 'resolved'];
const UNRESOLVED: readonly ConversationStatus[] = ['new', 'open', 'pending', 'snoozed'];

/**
 * Everything the list shows of the conversations `$2`, in their order. Its joins are planned once for each connection: done
 * anew at every request the planning would cost ten times what the reading does.
 */
const DETAILS: Statement = {
  name: 'conversation-details',
  text: `
  SELECT ${selectConversation('c')}, c.platform, c.channel_id, ch.name AS channel_name, c.customer_id,
    cu.name AS customer_name, cu.avatar AS customer_avatar, c.assigned_to, u.name AS assignee_name, c.team_id,
    t.name AS team_name, r.read_inbound_count, coalesce(tg.tags, '[]'::json) AS tags, m.id AS preview_id,
    m.type AS preview_type, m.direction AS preview_direction, m.status AS preview_status, left(m.content, 400) AS preview_content, m.sent_at AS preview_sent_at,
    m.deleted_at AS preview_deleted_at
  FROM unnest($2::bigint[]) WITH ORDINALITY AS k (id, position)
  JOIN conversations c ON c.id = k.id
  JOIN channels ch ON ch.id = c.channel_id
  JOIN customers cu ON cu.id = c.customer_id
  LEFT JOIN users u ON u.id = c.assigned_to
  LEFT JOIN teams t ON t.id = c.team_id
  LEFT JOIN messages m ON m.id = c.last_message_id
  LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = $1
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', g.id, 'name', g.name, 'color', g.color) ORDER BY g.name) AS tags
    FROM conversation_tag ct JOIN conversation_tags g ON g.id = ct.conversation_tag_id WHERE ct.conversation_id = c.id
  ) tg ON true
  ORDER BY k.position`,
};

export function conversationOf(row: ListRow): Conversation {
  const reference = (id: number | null, name: string | null) =>
    id === null ? null : { id, name: name ?? '' };
  const readInboundCount = Math.min(row.read_inbound_count ?? 0, row.inbound_count);
  return {
    ...(conversationPatch(row) as Conversation),
    platform: row.platform,
    channel: { id: row.channel_id, name: row.channel_name },
    customer: { id: row.customer_id, name: row.customer_name, avatarUrl: row.customer_avatar },
    assignedTo: reference(row.assigned_to, row.assignee_name),
    team: reference(row.team_id, row.team_name),
    tags: row.tags,
    lastMessage:
      row.preview_id === null ||
      row.preview_type === null ||
      row.preview_direction === null ||
      row.preview_status === null ||
      row.preview_sent_at === null
        ? null
        : {
            id: row.preview_id,
            preview: previewOf({
              type: row.preview_type,
              content: row.preview_content,
              deletedAt: row.preview_deleted_at,
            }),
            direction: row.preview_direction,
            type: row.preview_type,
            status: row.preview_status,
            sentAt: row.preview_sent_at.toISOString(),
          },
    readInboundCount,
    unreadCount: row.inbound_count - readInboundCount,
  };
}

/**
 * A page of conversations and the sort keys of its rows. Each status is read in index order and the few rows are merged,
 * so that the cost does not grow with the number of conversations. `q` first finds what it means (customers by their
 * trigram index).
 */
export async function listConversations(
  db: TenantDb,
  viewerId: number | null,
  query: ConversationQuery,
): Promise<{ conversation: Conversation; at: Date }[]> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const column = query.sort === 'waiting' ? 'waiting_since' : 'last_message_at';
  const direction = query.sort === 'newest' ? 'DESC' : 'ASC';
  const conditions: string[] = [];
  if (query.sort === 'waiting') conditions.push('c.waiting_since IS NOT NULL');
  if (query.assignee === 'unassigned') conditions.push('c.assigned_to IS NULL');
  else if (query.assignee === 'me') conditions.push(`c.assigned_to = ${bind(viewerId)}`);
  else if (query.assignee !== undefined) conditions.push(`c.assigned_to = ${bind(query.assignee)}`);
  if (query.team !== undefined) conditions.push(`c.team_id = ${bind(query.team)}`);
  if (query.channel !== undefined) conditions.push(`c.channel_id = ${bind(query.channel)}`);
  if (query.customer !== undefined) conditions.push(`c.customer_id = ${bind(query.customer)}`);
  if (query.platform !== undefined) conditions.push(`c.platform = ${bind(query.platform)}`);
  if (query.priority !== undefined) conditions.push(`c.priority = ANY (${bind(query.priority)}::text[])`);
  if (query.tag !== undefined)
    conditions.push(
      `EXISTS (SELECT FROM conversation_tag ct WHERE ct.conversation_id = c.id AND ct.conversation_tag_id = ${bind(query.tag)})`,
    );
  if (query.sla !== undefined) conditions.push(slaCondition(query.sla));
  if (query.after) {
    const mark = `(${bind(query.after.at)}::timestamptz, ${bind(query.after.id)}::bigint)`;
    conditions.push(`(c.${column}, c.id) ${direction === 'DESC' ? '<' : '>'} ${mark}`);
  }
  const wanted = query.status ?? (query.sort === 'waiting' || query.sla ? UNRESOLVED : LISTED);
  const statuses = bind([...new Set(wanted)]);
  const limit = bind(query.limit + 1);
  const page = (status: string) => `SELECT c.id, c.${column} AS at FROM conversations c
    WHERE c.status = ${status} ${conditions.map(condition => `AND ${condition}`).join(' ')}
    ORDER BY c.${column} ${direction}, c.id ${direction} LIMIT ${limit}`;
  let text = `SELECT p.id, p.at FROM unnest(${statuses}::text[]) AS s (status)
    CROSS JOIN LATERAL (${page('s.status')}) p ORDER BY p.at ${direction}, p.id ${direction} LIMIT ${limit}`;
  if (query.q !== undefined) {
    // What is found is few: it is looked at once, not once for each status.
    conditions.push('c.id = ANY (ARRAY(SELECT id FROM found))');
    const found = matching(bind(likePattern(query.q)));
    text = `WITH found AS MATERIALIZED (${found}) ${page(`ANY (${statuses}::text[])`)}`;
  }
  const keys = await db.query<{ id: number; at: Date }>(text, values);
  const atOf = new Map(keys.map(key => [key.id, key.at]));
  const rows = await db.query<ListRow>(DETAILS, [viewerId, keys.map(key => key.id)]);
  return rows.map(row => ({
    conversation: conversationOf(row),
    at: atOf.get(row.id) ?? row.last_message_at,
  }));
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
/** Ids of conversations whose customer or subject holds the words; of very many customers the first 500. */
function matching(pattern: string): string {
  return `SELECT id FROM conversations WHERE customer_id = ANY (ARRAY(SELECT cu.id FROM customers cu
      WHERE (cu.name || ' ' || coalesce(cu.email::text, '') || ' ' || coalesce(cu.phone, '')) ILIKE ${pattern} LIMIT 500))
    UNION SELECT id FROM conversations WHERE subject ILIKE ${pattern}`;
}

/** As `nextPromise`: what is resolved has no promise left to keep. */
function slaCondition(wanted: 'due' | 'breached'): string {
  const due = `least(CASE WHEN c.first_response_at IS NULL THEN c.sla_first_response_due_at END,
    CASE WHEN c.first_response_at IS NOT NULL AND c.waiting_since IS NOT NULL THEN c.sla_next_response_due_at END,
    c.sla_resolution_due_at)`;
  const time = wanted === 'breached' ? '< now()' : `BETWEEN now() AND now() + interval '1 hour'`;
  return `c.resolved_at IS NULL AND c.status NOT IN ('resolved', 'archived') AND ${due} ${time}`;
}

export async function readConversation(
  db: TenantDb,
  viewerId: number | null,
  id: number,
): Promise<Conversation | undefined> {
  const [row] = await db.query<ListRow>(DETAILS, [viewerId, [id]]);
  return row && conversationOf(row);
}

interface CountRow {
  status: ConversationStatus;
  assigned_to: number | null;
  team_id: number | null;
  channel_id: number;
  amount: number;
}
/** Sums over kept counts, not over conversations: the same cost at ten conversations and at a million. */
export async function countConversations(db: TenantDb, viewerId: number | null): Promise<ConversationCounts> {
  const rows = await db.query<CountRow>(
    `SELECT status, assigned_to, team_id, channel_id, sum(amount)::int AS amount FROM conversation_counts
     GROUP BY status, assigned_to, team_id, channel_id HAVING sum(amount) <> 0`,
  );
  const open = rows.filter(row => UNRESOLVED.includes(row.status));
  const sum = (of: readonly CountRow[]) => of.reduce((total, row) => total + row.amount, 0);
  const group = (key: 'team_id' | 'channel_id') => {
    const totals = new Map<number, number>();
    for (const row of open) {
      const id = row[key];
      if (id !== null) totals.set(id, (totals.get(id) ?? 0) + row.amount);
    }
    return [...totals].map(([id, amount]) => ({ id, open: amount }));
  };
  return {
    mine: sum(open.filter(row => row.assigned_to !== null && row.assigned_to === viewerId)),
    unassigned: sum(open.filter(row => row.assigned_to === null)),
    all: sum(open),
    snoozed: sum(open.filter(row => row.status === 'snoozed')),
    resolved: sum(rows.filter(row => row.status === 'resolved')),
    byTeam: group('team_id'),
    byChannel: group('channel_id'),
  };
}

/** Folds the appended changes into one row for each combination; readers see the same sums before and after. */
export async function foldCounts(db: TenantDb): Promise<void> {
  await db.query(
    `WITH gone AS (DELETE FROM conversation_counts RETURNING status, assigned_to, team_id, channel_id, amount)
     INSERT INTO conversation_counts (status, assigned_to, team_id, channel_id, amount)
     SELECT status, assigned_to, team_id, channel_id, sum(amount)::int FROM gone
     GROUP BY status, assigned_to, team_id, channel_id HAVING sum(amount) <> 0`,
  );
}
