import { z } from 'zod';
import { operation } from './operation.ts';
import { id, idParam, reference, timestamp } from './primitives.ts';

export const messageType = z.enum([
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contacts',
  'template',
  'interactive',
  'reaction',
  'story',
  'system',
  'unsupported',
]);
export type MessageType = z.infer<typeof messageType>;
export const messageStatus = z.enum(['pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed']);
export type MessageStatus = z.infer<typeof messageStatus>;
export const senderType = z.enum(['customer', 'user', 'system', 'bot']);

export const attachment = z.object({
  id,
  type: z.enum(['image', 'video', 'audio', 'document', 'sticker']),
  mimeType: z.string().nullable(),
  filename: z.string().nullable(),
  size: z.number().int().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Seconds. */
  duration: z.number().nullable(),
  /** `null` until the file has been fetched from the platform. */
  url: z.string().nullable(),
  thumbnailUrl: z.string().nullable(),
});
export const reaction = z.object({
  emoji: z.string(),
  by: z.enum(['customer', 'user']),
  createdAt: timestamp,
});

export const message = z.object({
  id,
  conversationId: id,
  direction: z.enum(['inbound', 'outbound']),
  type: messageType,
  content: z.string().nullable(),
  status: messageStatus,
  senderType,
  /** The user who wrote it; `null` for customers, for the system, and for what was written outside (a phone). */
  sender: reference.nullable(),
  attachments: z.array(attachment),
  reactions: z.array(reaction),
  replyToId: id.nullable(),
  clientId: z.uuid().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  email: z
    .object({
      subject: z.string(),
      to: z.array(z.string()),
      cc: z.array(z.string()),
      bcc: z.array(z.string()),
    })
    .nullable(),
  /**
   * What the type needs: `location {latitude,longitude,name?,address?}`, `contacts [...]`, `interactive {id,title,payload?}`,
   * `template {name,language,variables}`, `referral {...}`, `system {event,...}`.
   */
  metadata: z.record(z.string(), z.unknown()),
  sentAt: timestamp,
  createdAt: timestamp,
  editedAt: timestamp.nullable(),
  deletedAt: timestamp.nullable(),
});
export type Message = z.infer<typeof message>;

const conversationParams = z.object({ id: idParam });
export const listMessages = operation({
  id: 'listMessages',
  method: 'get',
  path: '/conversations/:id/messages',
  tag: 'messages',
  summary: 'A page of the thread, oldest first; without before or after the newest page.',
  access: 'conversations:read',
  params: conversationParams,
  query: z.object({
    /** Messages older than this one, by (sent_at, id). */
    before: idParam.optional(),
    /** Messages newer than this one. */
    after: idParam.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ items: z.array(message), hasMore: z.boolean() }),
});

/** `variables` fill the template's body placeholders `{{1}}`, `{{2}}` … in order. */
export const sendMessageBody = z
  .strictObject({
    type: z.enum(['text', 'template']).default('text'),
    content: z.string().trim().min(1).max(65_536).optional(),
    replyToId: id.optional(),
    /** The platform's name of the template and its language. */
    template: z
      .strictObject({ name: z.string().min(1).max(512), language: z.string().min(2).max(20) })
      .optional(),
    variables: z.array(z.string().max(1024)).max(20).optional(),
    /** Made by the client: the same one again answers 200 with the message that is already there. */
    clientId: z.uuid().optional(),
  })
  .superRefine((body, context) => {
    if (body.type === 'text' && !body.content)
      context.addIssue({ code: 'custom', path: ['content'], message: 'A text message needs content.' });
    if (body.type === 'template' && !body.template)
      context.addIssue({
        code: 'custom',
        path: ['template'],
        message: 'A template message needs template {name, language}.',
      });
  });
export type SendMessageBody = z.infer<typeof sendMessageBody>;
export const sendMessage = operation({
  id: 'sendMessage',
  method: 'post',
  path: '/conversations/:id/messages',
  tag: 'messages',
  summary: 'Send a message to the customer. The same clientId again: 200 with the same message.',
  access: 'messages:send',
  params: conversationParams,
  body: sendMessageBody,
  status: 201,
  response: message,
});
const messageParams = z.object({ id: idParam });
export const retryMessage = operation({
  id: 'retryMessage',
  method: 'post',
  path: '/messages/:id/retry',
  tag: 'messages',
  summary: 'Try a failed or unknown message again; really calls the platform.',
  access: 'messages:send',
  params: messageParams,
  status: 202,
  response: message,
});
export const reactToMessage = operation({
  id: 'reactToMessage',
  method: 'post',
  path: '/messages/:id/react',
  tag: 'messages',
  summary: 'React to a message; an empty emoji takes the reaction back.',
  access: 'messages:send',
  params: messageParams,
  body: z.strictObject({ emoji: z.string().max(32) }),
  response: message,
});
