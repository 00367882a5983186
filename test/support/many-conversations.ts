import type { ProductTenant } from './product.ts';

/** Conversations of as many customers (`Person 1` is the newest), a minute apart. */
export async function addManyConversations(tenant: ProductTenant, count: number): Promise<void> {
  await tenant.query(
    `WITH people AS (
       INSERT INTO customers (name) SELECT 'Person ' || n FROM generate_series(1, $2::int) n RETURNING id, name
     ), contacts AS (
       INSERT INTO channel_contacts (channel_id, customer_id) SELECT $1, id FROM people RETURNING id, customer_id
     )
     INSERT INTO conversations (customer_id, channel_id, channel_contact_id, platform, last_message_at)
     SELECT p.id, $1, c.id, 'whatsapp', now() - substr(p.name, 8)::int * interval '1 minute'
     FROM people p JOIN contacts c ON c.customer_id = p.id`,
    [tenant.whatsapp.id, count],
  );
  await tenant.query('ANALYZE conversations, customers, channel_contacts');
}
