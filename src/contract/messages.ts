import { z } from 'zod';
import { fileKind } from './channels.ts';
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
  type: fileKind,
  mimeType: z.string().nullable(),
  filename: z.string().nullable(),
  size: z.number().int().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Seconds. */
  duration: z.number().nullable(),
  /** Spoken, not sent as music or a file. */
  isVoice: z.boolean(),
  /** `waiting` until the file has been fetched from the platform; `unavailable` when it never will be. */
  state: z.enum(['waiting', 'stored', 'unavailable']),
  /** Why it is unavailable, in a sentence for an agent. */
  error: z.string().nullable(),
  /** Signed, and good for a day at least: fetch the message again for a new one. `null` unless stored. */
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

/** An answer that the customer may tap; its id comes back as `metadata.interactive.id`. */
const choice = z.strictObject({
  id: z.string().min(1).max(200),
  title: z.string().trim().min(1).max(80),
  description: z.string().trim().min(1).max(200).optional(),
});
/** What may stand above a template's text: words for its placeholder, an uploaded file, or a place. */
const templateHeader = z.union([
  z.strictObject({ text: z.string().min(1).max(1024) }),
  z.strictObject({ attachmentId: id }),
  z.strictObject({
    location: z.strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().trim().min(1).max(1000),
      address: z.string().trim().min(1).max(1000),
    }),
  }),
]);
export type TemplateHeader = z.infer<typeof templateHeader>;

/** `variables` fill the template's body placeholders `{{1}}`, `{{2}}` … in order. */
export const sendMessageBody = z
  .strictObject({
    type: z.enum(['text', 'template', 'interactive']).default('text'),
    content: z.string().trim().min(1).max(65_536).optional(),
    /** Uploaded files (POST /attachments), in order; content is then their caption. */
    attachments: z.array(id).min(1).max(10).optional(),
    /** Of an interactive message: answers to tap, or choices that open as a list. */
    buttons: z.array(choice).min(1).max(20).optional(),
    list: z
      .strictObject({
        button: z.string().trim().min(1).max(20),
        choices: z.array(choice).min(1).max(50),
      })
      .optional(),
    replyToId: id.optional(),
    /** Further recipients, where the platform has them (mail). */
    cc: z.array(z.email().max(254)).max(50).optional(),
    bcc: z.array(z.email().max(254)).max(50).optional(),
    /** The platform's name of the template and its language. */
    template: z
      .strictObject({
        name: z.string().min(1).max(512),
        language: z.string().min(2).max(20),
        header: templateHeader.optional(),
        /** What each button with a placeholder gives back (reply), or puts at the end of its address (url). */
        buttons: z
          .array(
            z.strictObject({
              index: z.number().int().min(0).max(9),
              kind: z.enum(['reply', 'url']),
              value: z.string().min(1).max(2000),
            }),
          )
          .max(10)
          .optional(),
      })
      .optional(),
    variables: z.array(z.string().max(1024)).max(20).optional(),
    /** Made by the client: the same one again answers 200 with the message that is already there. */
    clientId: z.uuid().optional(),
  })
  .superRefine((body, context) => {
    const fault = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (body.type === 'text' && !body.content && !body.attachments)
      fault('content', 'A text message needs content, or attachments.');
    if (body.type === 'template' && !body.template)
      fault('template', 'A template message needs template {name, language}.');
    if (body.type !== 'template' && body.template)
      fault('template', 'Only a template message has a template.');
    if (body.type === 'interactive') {
      if (!body.content) fault('content', 'An interactive message needs content.');
      if ((body.buttons === undefined) === (body.list === undefined))
        fault('buttons', 'An interactive message needs either buttons or a list.');
    } else {
      if (body.buttons) fault('buttons', 'Only an interactive message has buttons.');
      if (body.list) fault('list', 'Only an interactive message has a list.');
    }
    if (body.attachments && body.type !== 'text')
      fault('attachments', 'Only a text message has attachments; a template takes its file in its header.');
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
/** A mail as its sender laid it out. */
export const getMessageLayout = operation({
  id: 'getMessageLayout',
  method: 'get',
  path: '/messages/:id/layout',
  tag: 'messages',
  summary:
    'The sanitised HTML of a message whose metadata say hasLayout; to be shown in a sandboxed frame. Pictures from other servers come through ours, and only when `pictures` asks for them.',
  access: 'conversations:read',
  params: messageParams,
  query: z.object({ pictures: z.stringbool().default(false) }),
  response: z.object({ html: z.string(), hasRemotePictures: z.boolean() }),
});
export const getMessagePicture = operation({
  id: 'getMessagePicture',
  method: 'get',
  path: '/messages/:id/picture',
  tag: 'messages',
  summary: 'A picture of a mail that lies on another server, fetched by us. The links are in the layout.',
  access: 'public',
  params: messageParams,
  query: z.object({ url: z.string().max(4000), token: z.string().max(200) }),
  response: z.undefined(),
});
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
