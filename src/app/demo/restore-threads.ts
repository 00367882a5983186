import type { TenantDb } from '../../db/planes.ts';
import type { ThreadItem, WhatsAppSimulator } from '../../simulator/index.ts';

interface Line {
  waId: string;
  id: string;
  direction: 'inbound' | 'outbound';
  text: string;
  status: string;
  at: Date;
}

/** After a restart the simulated phones show what was said before, so that windows and quotes hold. */
export async function restoreThreads(
  db: TenantDb,
  simulator: WhatsAppSimulator,
  phoneNumberId: string,
): Promise<void> {
  const lines = await db.query<Line>(
    `SELECT i.value AS "waId", m.platform_message_id AS id, m.direction, m.content AS text, m.status, m.sent_at AS at
     FROM customer_identities i
     JOIN conversations c ON c.channel_contact_id = i.channel_contact_id
     JOIN channels ch ON ch.id = c.channel_id AND ch.external_account_id = $2
     JOIN messages m ON m.conversation_id = c.id
     WHERE i.kind = 'wa_id' AND i.value = ANY ($1::text[]) AND m.platform_message_id IS NOT NULL AND m.content IS NOT NULL
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
