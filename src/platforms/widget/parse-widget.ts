import { z } from 'zod';
import { UnreadableDelivery } from '../adapter.ts';
import type { InboundFact } from '../inbound-fact.ts';
import { parseJson } from '../json.ts';

/** What our own external routes store as a delivery. */
export const widgetMessage = z.strictObject({
  type: z.literal('message'),
  /** Made by the route; the same for a repetition of the same `clientId`. */
  id: z.string().min(1).max(200),
  /** The chat that it belongs to. Without it: the visitor's only one. */
  chatId: z.string().min(1).max(200).optional(),
  visitor: z.strictObject({
    id: z.string().min(1).max(200),
    name: z.string().min(1).max(200).optional(),
    email: z.email().max(254).optional(),
  }),
  text: z.string().min(1).max(10_000),
  clientId: z.uuid().optional(),
  sentAt: z.iso.datetime({ offset: true }),
});
export type WidgetMessage = z.infer<typeof widgetMessage>;

/** Throws UnreadableDelivery. Name and e-mail are the visitor's claims: they open nobody's history. */
export function parseWidget(body: Buffer): readonly InboundFact[] {
  const result = widgetMessage.safeParse(parseJson(body));
  if (!result.success) throw new UnreadableDelivery('The body is not a message of the widget.');
  const { id, chatId, visitor, text, clientId, sentAt } = result.data;
  return [
    {
      kind: 'message',
      accountId: '',
      at: new Date(sentAt),
      direction: 'inbound',
      externalId: id,
      contact: {
        aliases: [{ kind: 'visitor_id', value: visitor.id }],
        ...(visitor.name === undefined ? {} : { name: visitor.name }),
        ...(visitor.email === undefined ? {} : { profile: { email: visitor.email } }),
      },
      content: { type: 'text', text, ...(clientId === undefined ? {} : { metadata: { clientId } }) },
      threadKey: chatId ?? '',
      opensWindow: true,
    },
  ];
}
