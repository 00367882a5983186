import type { ProductTenant } from './product.ts';

export interface AddedConversation {
  readonly id: number;
  readonly publicId: string;
  readonly customerId: number;
  readonly contactId: number;
  /** In the order of the thread. */
  readonly messageIds: readonly number[];
}
export interface AddedMessage {
  readonly content: string;
  readonly direction?: 'inbound' | 'outbound';
}
export interface AddConversationOptions {
  readonly customer?: string;
  /** Only one conversation of a contact is unresolved at a time. */
  readonly contact?: { readonly contactId: number; readonly customerId: number };
  readonly channel?: { readonly id: number; readonly platform: string };
  readonly visitorId?: string;
  readonly status?: 'new' | 'open' | 'pending' | 'resolved' | 'archived';
  readonly messages?: readonly AddedMessage[];
  /** When the last message was sent; those before are a second apart. */
  readonly at?: Date;
}

/** A conversation as it stands after its messages arrived, written straight into the tenant's database. */
export async function addConversation(
  tenant: ProductTenant,
  options: AddConversationOptions = {},
): Promise<AddedConversation> {
  const channel = options.channel ?? tenant.whatsapp;
  const { customerId, contactId } = options.contact ?? (await addContact(tenant, channel.id, options));
  const messages = options.messages ?? [{ content: 'Hello?' }];
  const at = (index: number) =>
    new Date((options.at ?? new Date()).getTime() - (messages.length - 1 - index) * 1000);
  const inbound = messages.filter(message => message.direction !== 'outbound').length;
  const [conversation] = await tenant.query<{ id: number; publicId: string }>(
    `INSERT INTO conversations (customer_id, channel_id, channel_contact_id, platform, status, last_message_at,
       message_count, inbound_count, unread_count, waiting_since, resolved_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10) RETURNING id, public_id AS "publicId"`,
    [
      customerId,
      channel.id,
      contactId,
      channel.platform,
      options.status ?? 'new',
      at(messages.length - 1),
      messages.length,
      inbound,
      messages.at(-1)?.direction === 'outbound' ? null : at(messages.length - 1),
      options.status === 'resolved' ? new Date() : null,
    ],
  );
  const { id, publicId } = conversation as { id: number; publicId: string };
  const rows = await tenant.query<{ id: number }>(
    `INSERT INTO messages (conversation_id, channel_id, platform_message_id, direction, type, content, sender_type, status,
       sent_at)
     SELECT $1, $2, gen_random_uuid()::text, m.direction, 'text', m.content,
       CASE m.direction WHEN 'inbound' THEN 'customer' ELSE 'bot' END, 'delivered', m.sent_at
     FROM unnest($3::text[], $4::text[], $5::timestamptz[]) WITH ORDINALITY AS m (direction, content, sent_at, place)
     ORDER BY m.place RETURNING id`,
    [
      id,
      channel.id,
      messages.map(message => message.direction ?? 'inbound'),
      messages.map(message => message.content),
      messages.map((_, index) => at(index)),
    ],
  );
  const messageIds = rows.map(row => row.id);
  await tenant.query('UPDATE conversations SET last_message_id = $2 WHERE id = $1', [id, messageIds.at(-1)]);
  return { id, publicId, customerId, contactId, messageIds };
}

async function addContact(
  { query }: ProductTenant,
  channelId: number,
  { customer = 'Carla Customer', visitorId }: AddConversationOptions,
): Promise<{ customerId: number; contactId: number }> {
  const [row] = await query<{ customerId: number; contactId: number }>(
    `WITH customer AS (INSERT INTO customers (name) VALUES ($1) RETURNING id),
       contact AS (INSERT INTO channel_contacts (channel_id, customer_id) SELECT $2, id FROM customer
         RETURNING id, customer_id),
       identity AS (INSERT INTO customer_identities (channel_contact_id, channel_id, kind, value)
         SELECT id, $2, $3, $4 FROM contact WHERE $4::text IS NOT NULL)
     SELECT id AS "contactId", customer_id AS "customerId" FROM contact`,
    [customer, channelId, 'visitor_id', visitorId ?? null],
  );
  return row as { customerId: number; contactId: number };
}
