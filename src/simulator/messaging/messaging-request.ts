import { z } from 'zod';
import type { GraphFault } from '../graph/graph-error.ts';
import type { MessagingObject } from './messaging-event.ts';

const quickReply = z.object({
  content_type: z.literal('text'),
  title: z.string().min(1).max(20),
  payload: z.string().min(1).max(1000),
});
const message = z
  .looseObject({
    text: z.string().min(1).optional(),
    attachment: z
      .object({
        type: z.enum(['image', 'video', 'audio', 'file', 'template']),
        payload: z.looseObject({ url: z.url().optional() }),
      })
      .optional(),
    quick_replies: z.array(quickReply).min(1).max(13).optional(),
    metadata: z.string().max(1000).optional(),
  })
  .refine(
    ({ text, attachment }) => (text === undefined) !== (attachment === undefined),
    'a message is a text or an attachment',
  );
const recipient = z.union([z.object({ id: z.string() }), z.object({ user_ref: z.string() })]);
const request = z.object({
  recipient,
  messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG']).optional(),
  tag: z.string().optional(),
  reply_to: z.object({ mid: z.string().min(1) }).optional(),
  message: message.optional(),
  sender_action: z.enum(['react', 'unreact', 'typing_on', 'typing_off', 'mark_seen']).optional(),
  payload: z.object({ message_id: z.string().min(1), reaction: z.string().min(1).optional() }).optional(),
});
export type MessagingRequest = z.infer<typeof request>;

export function recipientOf(body: unknown): string | undefined {
  const read = z.object({ recipient }).safeParse(body);
  if (!read.success) return undefined;
  return 'id' in read.data.recipient ? read.data.recipient.id : read.data.recipient.user_ref;
}

/** What a POST to `/messages` asks for, or the error that Graph gives for what is missing or wrong. */
export function readMessagingRequest(object: MessagingObject, body: unknown): MessagingRequest | GraphFault {
  const read = request.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return wrong(`Invalid parameter ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { message: asked, sender_action: action, payload, messaging_type: type, tag } = read.data;
  if ((asked === undefined) === (action === undefined)) return wrong('Give either message or sender_action.');
  if ((action === 'react' || action === 'unreact') && payload === undefined)
    return wrong('The parameter payload is required.');
  // The heart is the only one that an Instagram account may give.
  if (object === 'instagram' && action === 'react' && payload?.reaction !== 'love')
    return wrong('This reaction is not supported.');
  if ((type === 'MESSAGE_TAG') !== (tag !== undefined)) return wrong('A tag needs the type MESSAGE_TAG.');
  const tooLong = lengthFault(object, asked?.text ?? '');
  return tooLong ?? read.data;
}

/** Messenger counts characters, Instagram bytes. */
function lengthFault(object: MessagingObject, text: string): GraphFault | undefined {
  const [length, maximum] = object === 'page' ? [[...text].length, 2000] : [Buffer.byteLength(text), 1000];
  return length > maximum
    ? wrong(`Length of param message[text] must be less than or equal to ${maximum}`)
    : undefined;
}

function wrong(what: string): GraphFault {
  return { status: 400, code: 100, message: `(#100) ${what}` };
}

export function isFault(read: MessagingRequest | GraphFault): read is GraphFault {
  return 'code' in read;
}

export function nobodyThere(object: MessagingObject): GraphFault {
  return {
    status: 400,
    code: 100,
    subcode: object === 'page' ? 2018001 : 2534014,
    message: '(#100) No matching user found',
  };
}

export function windowClosed(object: MessagingObject): GraphFault {
  return {
    status: 400,
    code: 10,
    subcode: object === 'page' ? 2018278 : 2534022,
    message: '(#10) This message is sent outside of allowed window.',
  };
}

export const fileNotFetched: GraphFault = {
  status: 400,
  code: 100,
  subcode: 2018047,
  message: '(#100) Upload attachment failure.',
};
