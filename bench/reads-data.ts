import { type ConnectionTarget, Session } from '../src/db/session.ts';

/** The long thread has so many messages, whatever the tenant's size: pages of it can be compared. */
export const LONG_THREAD = 1000;
export const MESSAGES_EACH = 10;
/** Customers and conversations of these are as many in a small tenant as in a large one. */
export const RARE_WORD = 'Zephyrine';
export const ABSENT_WORD = 'Quixotelle';
export const COMMON_WORD = 'Anna';
export const TAGS = { common: 1, rare: 2 } as const;

const TABLES = [
  'customers',
  'channel_contacts',
  'customer_identities',
  'conversations',
  'messages',
  'conversation_tag',
  'conversation_reads',
];

/** In this order. One conversation in twenty is unresolved, each of a customer of its own; they spread over two years. */
function statements(conversations: number, viewerId: number, channelId: number): readonly string[] {
  const unresolved = conversations / 20;
  const customers = unresolved + conversations / 5;
  return [
    `INSERT INTO users (name, email, password_hash, role_id)
     SELECT 'Agent ' || i, 'agent-' || i || '@bench.example', '-', (SELECT min(id) FROM roles) FROM generate_series(1, 20) i`,
    `INSERT INTO teams (name) SELECT 'Team ' || i FROM generate_series(1, 4) i`,
    `INSERT INTO conversation_tags (name) VALUES ('common'), ('rare')`,
    `INSERT INTO channels (platform, name, external_account_id, sealed_credentials, webhook_token)
     SELECT 'whatsapp', 'WhatsApp ' || i, 'bench-' || i, '', 'bench-' || i FROM generate_series(2, 4) i`,
    `INSERT INTO customers (id, name, email, phone, created_at) OVERRIDING SYSTEM VALUE
     SELECT i, CASE WHEN i <= 20 THEN '${RARE_WORD}' WHEN i % 20 = 7 THEN '${COMMON_WORD}'
         ELSE (ARRAY['Bruno','Carla','Dinis','Elsa','Fabio','Greta','Hugo','Ines'])[i % 8 + 1] END
         || ' ' || substr(md5(i::text), 1, 8), 'customer-' || i || '@mail.example', '+35191' || lpad(i::text, 7, '0'),
       now() - interval '2 years' * (${customers} - i) / ${customers}
     FROM generate_series(1, ${customers}) i`,
    `INSERT INTO channel_contacts (id, channel_id, customer_id) OVERRIDING SYSTEM VALUE
     SELECT id, ${channelId}, id FROM customers`,
    `INSERT INTO customer_identities (channel_contact_id, channel_id, kind, value)
     SELECT id, ${channelId}, 'wa_id', '35191' || lpad(id::text, 7, '0') FROM customers`,
    `INSERT INTO conversations (id, customer_id, channel_id, channel_contact_id, platform, status, assigned_to, team_id,
       last_message_at, last_message_id, last_inbound_at, waiting_since, resolved_at, snoozed_until, message_count,
       inbound_count, unread_count, created_at, subject) OVERRIDING SYSTEM VALUE
     SELECT i, person, channel, person, 'whatsapp', status,
       CASE WHEN status = 'new' THEN NULL WHEN i / 20 % 2 = 0 THEN ${viewerId} ELSE ${viewerId} + 1 + i % 20 END,
       CASE WHEN i / 20 % 5 = 4 THEN NULL ELSE i / 20 % 4 + 1 END,
       at, i * ${MESSAGES_EACH}::bigint, at, CASE WHEN status IN ('new', 'open') THEN at END,
       CASE WHEN i % 20 > 0 THEN at END, CASE WHEN status = 'snoozed' THEN now() + interval '1 day' END,
       ${MESSAGES_EACH}, 5, 5, at - interval '30 minutes', 'Order ' || md5(i::text)
     FROM (
       SELECT i, now() - interval '2 years' * (${conversations} - i) / ${conversations} AS at,
         CASE WHEN i % 20 = 0 THEN i / 20 ELSE ${unresolved} + i % ${conversations / 5} + 1 END AS person,
         CASE WHEN i / 20 % 4 = 0 THEN ${channelId} ELSE (SELECT id FROM channels WHERE webhook_token = 'bench-' || i / 20 % 4 + 1) END
           AS channel,
         CASE WHEN i % 20 > 15 THEN 'archived' WHEN i % 20 > 0 THEN 'resolved'
           ELSE (ARRAY['new','new','new','open','open','open','pending','pending','snoozed','snoozed'])[i / 20 % 10 + 1] END AS status
       FROM generate_series(1, ${conversations}) i
     ) made`,
    `INSERT INTO conversation_tag SELECT id, ${TAGS.common} FROM conversations WHERE id % 19 = 0`,
    `INSERT INTO conversation_tag SELECT id, ${TAGS.rare} FROM conversations WHERE id <= 20 AND id % 2 = 0`,
    `INSERT INTO conversation_reads (conversation_id, user_id, last_read_message_id, read_inbound_count)
     SELECT id, ${viewerId}, last_message_id, 3 FROM conversations WHERE id % 60 = 0`,
    `INSERT INTO messages (id, conversation_id, channel_id, platform_message_id, direction, type, content, user_id, sender_type,
       status, sent_at, created_at) OVERRIDING SYSTEM VALUE
     SELECT (c.id - 1) * ${MESSAGES_EACH} + j, c.id, c.channel_id,
       'wamid.seed.' || lpad(((c.id - 1) * ${MESSAGES_EACH} + j)::text, 10, '0'),
       CASE WHEN j % 2 = 0 THEN 'inbound' ELSE 'outbound' END, 'text',
       'Message ' || j || ' of a conversation about order ' || c.id || ', as long as people write.',
       CASE WHEN j % 2 = 1 THEN ${viewerId} END, CASE WHEN j % 2 = 0 THEN 'customer' ELSE 'user' END, 'delivered',
       c.last_message_at - (${MESSAGES_EACH} - j) * interval '3 minutes', c.last_message_at
     FROM (SELECT id, channel_id, last_message_at FROM conversations ORDER BY id) c, generate_series(1, ${MESSAGES_EACH}) j`,
    `INSERT INTO messages (id, conversation_id, channel_id, direction, type, content, sender_type, status, sent_at)
       OVERRIDING SYSTEM VALUE
     SELECT ${conversations} * ${MESSAGES_EACH}::bigint + j, c.id, c.channel_id, 'inbound', 'text', 'Line ' || j || ' of a long thread.',
       'customer', 'delivered', c.last_message_at + j * interval '1 millisecond'
     FROM conversations c, generate_series(1, ${LONG_THREAD}) j WHERE c.id = ${conversations}`,
    `INSERT INTO conversation_counts (status, assigned_to, team_id, channel_id, amount)
     SELECT status, assigned_to, team_id, channel_id, count(*) FROM conversations GROUP BY 1, 2, 3, 4`,
    ...['customers', 'channel_contacts', 'conversations', 'messages'].map(
      table => `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}) + 1)`,
    ),
  ];
}

/**
 * Fills an empty tenant by a few statements: indexes that guard nothing are dropped meanwhile and made again, triggers
 * and foreign keys sleep. Returns the seconds that it took.
 */
export async function fillTenantBySql(
  superuser: ConnectionTarget,
  database: string,
  given: { conversations: number; viewerId: number; channelId: number },
): Promise<number> {
  const startedAt = performance.now();
  const session = await Session.connect({ ...superuser, database }, 'bench');
  try {
    await session.query('SET session_replication_role = replica');
    await session.query(`SET maintenance_work_mem = '1GB'`);
    await session.query(`SET work_mem = '256MB'`);
    const indexes = await session.query<{ name: string; definition: string }>(
      `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
       FROM pg_index i WHERE i.indrelid = ANY ($1::regclass[])
         AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
      [TABLES],
    );
    for (const { name } of indexes) await session.query(`DROP INDEX ${name}`);
    await session.query('BEGIN');
    for (const statement of statements(given.conversations, given.viewerId, given.channelId))
      await session.query(statement);
    await session.query('COMMIT');
    for (const { definition } of indexes) await session.query(definition);
    for (const table of TABLES) await session.query(`VACUUM ANALYZE ${table}`);
    await session.query('VACUUM ANALYZE conversation_counts');
    await session.query('CHECKPOINT');
  } finally {
    await session.close();
  }
  return (performance.now() - startedAt) / 1000;
}
