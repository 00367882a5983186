import { z } from 'zod';
import type { GraphFault } from '../graph/graph-error.ts';

/** Characters as people count them, not UTF-16 units. */
function atMost(maximum: number, name: string) {
  return z
    .string()
    .min(1)
    .refine(text => [...text].length <= maximum, `Param ${name} must be at most ${maximum} characters long.`);
}

const file = z
  .object({
    id: z.string().optional(),
    link: z.url().optional(),
    caption: atMost(1024, 'caption').optional(),
    filename: z.string().optional(),
  })
  .refine(({ id, link }) => (id === undefined) !== (link === undefined), 'Give either id or link.');
const place = z.object({
  latitude: z.coerce.number().min(-90).max(90),
  longitude: z.coerce.number().min(-180).max(180),
  name: z.string().min(1),
  address: z.string().min(1),
});
const parameter = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  location: place.optional(),
});
const template = z.object({
  name: z.string().min(1),
  language: z.object({ code: z.string().min(1) }),
  components: z.array(z.object({ type: z.string(), parameters: z.array(parameter).optional() })).optional(),
});

/** What is under the words: buttons, or a list that opens. */
const action = z.looseObject({
  buttons: z
    .array(z.looseObject({ reply: z.looseObject({ title: z.string().min(1) }).optional() }))
    .optional(),
  sections: z
    .array(z.looseObject({ rows: z.array(z.looseObject({ title: z.string().min(1) })).optional() }))
    .optional(),
});

const common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.enum(['individual', 'group']).optional(),
  /** A number, or the id of a group. */
  to: z.string().min(1).optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/)
    .optional(),
  context: z.object({ message_id: z.string().min(1) }).optional(),
  biz_opaque_callback_data: atMost(512, 'biz_opaque_callback_data').optional(),
};

const message = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('text'),
    text: z.object({ body: atMost(4096, "text['body']"), preview_url: z.boolean().optional() }),
  }),
  z.object({ ...common, type: z.literal('template'), template }),
  z.object({
    ...common,
    type: z.literal('reaction'),
    reaction: z.object({ message_id: z.string().min(1), emoji: z.string() }),
  }),
  z.object({ ...common, type: z.literal('image'), image: file }),
  z.object({ ...common, type: z.literal('video'), video: file }),
  z.object({ ...common, type: z.literal('audio'), audio: file }),
  z.object({ ...common, type: z.literal('document'), document: file }),
  z.object({ ...common, type: z.literal('sticker'), sticker: file }),
  z.object({
    ...common,
    type: z.literal('location'),
    location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }),
  }),
  z.object({ ...common, type: z.literal('contacts'), contacts: z.array(z.unknown()).min(1) }),
  z.object({
    ...common,
    type: z.literal('interactive'),
    interactive: z.object({
      type: z.string(),
      body: z.object({ text: atMost(1024, 'body') }).optional(),
      action: action.optional(),
    }),
  }),
]);
export type GraphMessage = z.infer<typeof message>;

const number = /^\+?[\d ()-]{5,30}$/;

const readMark = z.object({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string().min(1),
  typing_indicator: z.object({ type: z.literal('text') }).optional(),
});
export type GraphReadMark = z.infer<typeof readMark>;

export type GraphRequest =
  | { readonly kind: 'message'; readonly message: GraphMessage }
  | { readonly kind: 'readMark'; readonly readMark: GraphReadMark }
  | { readonly kind: 'refused'; readonly fault: GraphFault };

/** What a POST to `/messages` asks for, with the errors that Graph gives for what is missing or wrong. */
export function readGraphRequest(body: unknown): GraphRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refused(100, '(#100) Invalid parameter', 'The body is not a JSON object.');
  if (!('messaging_product' in body))
    return refused(100, '(#100) The parameter messaging_product is required.');
  if ('status' in body) {
    const read = readMark.safeParse(body);
    return read.success ? { kind: 'readMark', readMark: read.data } : refusedBy(read.error, body);
  }
  const read = message.safeParse('type' in body ? body : { ...body, type: 'text' });
  if (!read.success) return refusedBy(read.error, body);
  const { to, recipient, recipient_type: type } = read.data;
  if (to === undefined && (recipient === undefined || type === 'group'))
    return refused(100, '(#100) The parameter to is required.');
  if (to !== undefined && type !== 'group' && !number.test(to))
    return refused(131009, '(#131009) Parameter value is not valid', 'to: this is no phone number');
  return { kind: 'message', message: read.data };
}

function refusedBy(error: z.ZodError, body: object): GraphRequest {
  const issue = error.issues[0];
  const name = issue?.path.join('.') ?? '';
  if (name === 'type') return refused(100, '(#100) Param type must be one of the supported types.');
  const isMissing = valueAt(body, issue?.path ?? []) === undefined;
  if (isMissing) return refused(131008, '(#131008) Required parameter is missing', `${name} is missing.`);
  if (issue?.code === 'custom' || issue?.code === 'too_small') return refused(100, `(#100) ${issue.message}`);
  return refused(131009, '(#131009) Parameter value is not valid', `${name}: ${issue?.message ?? ''}`);
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    body,
  );
}

function refused(code: number, message: string, details?: string): GraphRequest {
  return {
    kind: 'refused',
    fault: { status: 400, code, message, ...(details === undefined ? {} : { details }) },
  };
}
