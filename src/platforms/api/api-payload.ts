import { z } from 'zod';
import { isObject, type JsonValue } from '../json.ts';

/**
 * What an integrator posts to `/webhooks/api/:token`: one event, or up to 1,000 under `events`. This is our own
 * protocol, so it is strict: an unknown field is more likely a mistake than a newer version.
 */
const identifier = z.string().trim().min(1).max(200);
const time = z.iso.datetime({ offset: true });
const text = z.string().trim().min(1).max(65_536);

const customer = z.strictObject({
  /** The integrator's own id of the person. */
  id: identifier,
  name: z.string().trim().min(1).max(200).optional(),
  email: z.email().max(254).optional(),
  /** E.164 with `+`. */
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .optional(),
});
export type ApiCustomer = z.infer<typeof customer>;

const attachment = z.strictObject({
  type: z.enum(['image', 'video', 'audio', 'document', 'sticker']),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  mimeType: z.string().max(200).optional(),
  filename: z.string().max(500).optional(),
  size: z.number().int().min(0).optional(),
});
const location = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: z.string().max(500).optional(),
  address: z.string().max(1000).optional(),
});
const interactive = z.strictObject({
  id: identifier,
  title: z.string().trim().min(1).max(500),
  payload: z.unknown().optional(),
});

const content = {
  text: text.optional(),
  attachments: z.array(attachment).min(1).max(20).optional(),
  location: location.optional(),
  interactive: interactive.optional(),
};
function hasContent(event: {
  text?: unknown;
  attachments?: unknown;
  location?: unknown;
  interactive?: unknown;
}): boolean {
  return [event.text, event.attachments, event.location, event.interactive].some(part => part !== undefined);
}
const needsContent = 'Give at least one of text, attachments, location, interactive.';

const message = z
  .strictObject({
    type: z.literal('message'),
    /** Unique for ever: the same id again has no effect. */
    id: identifier,
    /** Separates several threads with one customer. */
    conversation: identifier.optional(),
    customer,
    ...content,
    /** The id of the message that this one answers: theirs, or what the callback answered with. */
    replyTo: identifier.optional(),
    sentAt: time.optional(),
  })
  .refine(hasContent, needsContent);
export type ApiMessage = z.infer<typeof message>;

const receipt = z.strictObject({
  type: z.literal('receipt'),
  /** What the callback answered as `id`, or the `id` that it was given. */
  messageId: identifier,
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  error: z.strictObject({ code: identifier, message: z.string().trim().min(1).max(1000) }).optional(),
  at: time.optional(),
});
export type ApiReceipt = z.infer<typeof receipt>;

const about = { id: identifier, messageId: identifier, customer, at: time.optional() };
const reaction = z.strictObject({ type: z.literal('reaction'), ...about, emoji: z.string().max(32) });
const edit = z
  .strictObject({ type: z.literal('edit'), ...about, ...content })
  .refine(hasContent, needsContent);
const deletion = z.strictObject({ type: z.literal('delete'), ...about });

const event = z.discriminatedUnion('type', [message, receipt, reaction, edit, deletion]);
export type ApiEvent = z.infer<typeof event>;
export type ApiContent = Pick<ApiMessage, 'text' | 'attachments' | 'location' | 'interactive'>;

const batch = z.strictObject({ events: z.array(event).min(1).max(1000) });

/** The events of a body, or the first thing that is wrong with it, by its place. */
export function readApiEvents(body: JsonValue): readonly ApiEvent[] | string {
  const result = isObject(body) && 'events' in body ? batch.safeParse(body) : event.safeParse(body);
  if (result.success) return 'events' in result.data ? result.data.events : [result.data];
  const issue = result.error.issues[0];
  return issue === undefined ? 'unknown' : `${issue.path.map(String).join('.') || 'body'}: ${issue.message}`;
}
