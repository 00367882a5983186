import type { TenantDb } from '../../db/planes.ts';
import type { SimulatedCustomer, ThreadItem, WhatsAppSimulator } from '../../simulator/index.ts';

interface Line {
  waId: string;
  id: string;
  direction: 'inbound' | 'outbound';
  text: string;
  status: string;
  at: Date;
}

/** The sample's are the first that the channel has met: however many are played later, each of those has a phone. */
const MOST_PHONES = 500;

/**
 * Whoever the channel knows has a simulated phone, or what agents write to them could not be delivered. The phones show
 * what was said before, so that windows and quotes hold after a restart.
 */
export async function restorePhones(
  db: TenantDb,
  simulator: WhatsAppSimulator,
  phoneNumberId: string,
): Promise<void> {
  for (const customer of await customersOf(db, phoneNumberId)) simulator.addCustomer(customer);
  const lines = await db.query<Line>(
    `SELECT i.value AS "waId", m.platform_message_id AS id, m.direction, m.status, m.sent_at AS at,
       coalesce(m.content, '[' || CASE WHEN m.deleted_at IS NULL THEN m.type ELSE 'deleted' END || ']') AS text
     FROM customer_identities i
     JOIN conversations c ON c.channel_contact_id = i.channel_contact_id
     JOIN channels ch ON ch.id = c.channel_id AND ch.external_account_id = $2
     JOIN messages m ON m.conversation_id = c.id
     WHERE i.kind = 'wa_id' AND i.value = ANY ($1::text[]) AND m.platform_message_id IS NOT NULL
     ORDER BY m.sent_at, m.id`,
    [simulator.customers.map(customer => customer.waId), phoneNumberId],
  );
  const byCustomer = new Map<string, ThreadItem[]>();
  for (const { waId, id, direction, text, status, at } of lines) {
    const items = byCustomer.get(waId) ?? [];
    const shown = status === 'read' || status === 'delivered' || status === 'failed' ? status : 'sent';
    items.push({ id, direction: direction === 'inbound' ? 'in' : 'out', text, status: shown, at });
    byCustomer.set(waId, items);
  }
  for (const [waId, items] of byCustomer) simulator.restore(waId, items, phoneNumberId);
}

/** Those with an open conversation first: theirs are the phones to try. */
function customersOf(db: TenantDb, phoneNumberId: string): Promise<readonly SimulatedCustomer[]> {
  return db.query<SimulatedCustomer>(
    `SELECT known."waId", known.name FROM (
       SELECT i.id, i.value AS "waId", cu.name, i.channel_contact_id FROM customer_identities i
       JOIN channel_contacts cc ON cc.id = i.channel_contact_id
       JOIN channels ch ON ch.id = cc.channel_id AND ch.external_account_id = $1
       JOIN customers cu ON cu.id = cc.customer_id
       WHERE i.kind = 'wa_id' ORDER BY i.id LIMIT ${MOST_PHONES}
     ) known
     ORDER BY EXISTS (
       SELECT FROM conversations c WHERE c.channel_contact_id = known.channel_contact_id AND c.status = 'open'
     ) DESC, known.id`,
    [phoneNumberId],
  );
}
