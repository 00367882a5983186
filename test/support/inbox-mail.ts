import { type AddedConversation, addConversation } from './conversation-rows.ts';
import type { ProductTenant } from './product.ts';

/** What a mail's head and text say of it, as its metadata keep it. */
export interface MailFacts {
  readonly from?: { readonly address: string; readonly name?: string };
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly isVerified?: boolean | null;
  readonly isAutomatic?: boolean;
  readonly automaticReason?: string;
  readonly quotedFrom?: number;
}
export interface AddedMail extends MailFacts {
  readonly text: string;
  readonly subject?: string;
  readonly direction?: 'inbound' | 'outbound';
  /** Sanitised already, as it is stored. */
  readonly layout?: string;
}
export interface MailConversation extends AddedConversation {
  readonly channelId: number;
}

export const OWN_ADDRESS = 'help@lamps.example';

/** A mailbox that can be written from as far as the app knows; it has no route, so that nobody opens it. */
export async function addMailbox({ query }: ProductTenant, name = 'Help'): Promise<number> {
  const [row] = await query<{ id: number }>(
    `INSERT INTO channels (platform, name, settings, sealed_credentials, webhook_token, health)
     VALUES ('email', $1, $2, 'sealed', gen_random_uuid()::text, 'ok') RETURNING id`,
    [name, { address: OWN_ADDRESS }],
  );
  return (row as { id: number }).id;
}

/** A thread of mails as it stands after they arrived. */
export async function addMailConversation(
  tenant: ProductTenant,
  channelId: number,
  customer: { readonly name: string; readonly address: string },
  subject: string,
  mails: readonly AddedMail[],
): Promise<MailConversation> {
  const added = await addConversation(tenant, {
    customer: customer.name,
    channel: { id: channelId, platform: 'email' },
    status: 'open',
    messages: mails.map(({ text, direction = 'inbound' }) => ({ content: text, direction })),
  });
  await tenant.query('UPDATE conversations SET subject = $2 WHERE id = $1', [added.id, subject]);
  await tenant.query(
    `INSERT INTO customer_identities (channel_contact_id, channel_id, kind, value) VALUES ($1, $2, 'email', $3)`,
    [added.contactId, channelId, customer.address],
  );
  for (const [index, { text: _, subject: own = subject, direction, layout, ...facts }] of mails.entries()) {
    const isOut = direction === 'outbound';
    const head = {
      subject: own,
      ...(isOut ? {} : { from: { address: customer.address, name: customer.name } }),
      to: isOut ? [customer.address] : [OWN_ADDRESS],
      cc: [],
      ...facts,
    };
    const messageId = added.messageIds[index];
    await tenant.query('UPDATE messages SET metadata = $2 WHERE id = $1', [
      messageId,
      { email: head, ...(layout !== undefined && { hasLayout: true }) },
    ]);
    if (layout !== undefined)
      await tenant.query('INSERT INTO message_layouts (message_id, html) VALUES ($1, $2)', [
        messageId,
        layout,
      ]);
  }
  return { ...added, channelId };
}
