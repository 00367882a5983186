import { z } from 'zod';
import { operation } from './operation.ts';
import { timestamp } from './primitives.ts';

/** External routes are called by visitors: they show public ids only. */
const publicId = z.uuid();
const chatParams = z.object({ id: publicId });

export const externalMessage = z.object({
  id: publicId,
  chatId: publicId,
  senderType: z.enum(['customer', 'agent', 'bot', 'system']),
  sender: z.object({ name: z.string(), avatarUrl: z.string().nullable() }).nullable(),
  type: z.string(),
  content: z.string().nullable(),
  attachments: z.array(z.unknown()),
  status: z.string(),
  createdAt: timestamp,
});
export type ExternalMessage = z.infer<typeof externalMessage>;

export const initVisitor = operation({
  id: 'initVisitor',
  method: 'post',
  path: '/external/visitor/init',
  tag: 'external',
  summary: 'Open a visitor session with the public key of a widget channel.',
  access: 'public',
  body: z.strictObject({
    apiKey: z.string().min(1).max(200),
    sessionId: z.string().min(8).max(200),
    name: z.string().trim().min(1).max(200).optional(),
    email: z.email().max(254).optional(),
    visitorToken: z.string().max(4000).optional(),
    identityToken: z.string().max(4000).optional(),
  }),
  response: z.object({
    visitor: z.object({ id: publicId, name: z.string().nullable() }),
    token: z.string(),
    expiresIn: z.number().int(),
  }),
});
export const startChat = operation({
  id: 'startChat',
  method: 'post',
  path: '/external/chat/start',
  tag: 'external',
  summary: 'Start a chat, or find the one that is open.',
  access: 'visitor',
  body: z.strictObject({
    initialMessage: z.string().trim().min(1).max(10_000),
    clientId: z.uuid().optional(),
    pageUrl: z.string().max(2000).optional(),
    referrer: z.string().max(2000).optional(),
    language: z.string().max(20).optional(),
  }),
  status: 201,
  response: z.object({
    chat: z.object({
      id: publicId,
      status: z.string(),
      queue: z.object({ position: z.number().int(), expectedWaitSeconds: z.number().int() }).nullable(),
    }),
  }),
});
export const sendExternalMessage = operation({
  id: 'sendExternalMessage',
  method: 'post',
  path: '/external/chat/:id/messages',
  tag: 'external',
  summary: "Write into the visitor's own chat.",
  access: 'visitor',
  params: chatParams,
  body: z.strictObject({
    type: z.enum(['text']).default('text'),
    content: z.string().trim().min(1).max(10_000),
    clientId: z.uuid().optional(),
  }),
  status: 201,
  response: externalMessage,
});
export const listExternalMessages = operation({
  id: 'listExternalMessages',
  method: 'get',
  path: '/external/chat/:id/messages',
  tag: 'external',
  summary: "Messages of the visitor's own chat, oldest first, after a message id.",
  access: 'visitor',
  params: chatParams,
  query: z.object({
    after: publicId.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ items: z.array(externalMessage), nextCursor: z.string().nullable() }),
});
