import { z } from 'zod';
import { operation } from './operation.ts';
import { id, idParam, pageOf, pageQuery, platform, timestamp } from './primitives.ts';

/** What a channel's platform can do: the composer offers only this. */
export const abilities = z.object({
  send: z.array(z.enum(['text', 'template'])),
  maximumTextLength: z.number().int(),
  reply: z.boolean(),
  react: z.boolean(),
  typing: z.boolean(),
  readReceipts: z.boolean(),
  /** Hours after the customer's last message in which free text may be sent; `null`: no window. */
  windowHours: z.number().nullable(),
});
export type Abilities = z.infer<typeof abilities>;

export const channel = z.object({
  id,
  platform,
  name: z.string(),
  externalAccountId: z.string().nullable(),
  health: z.enum(['ok', 'warning', 'reauthorise', 'stopped', 'unknown']),
  healthMessage: z.string().nullable(),
  isActive: z.boolean(),
  abilities,
  /** Never holds a secret: credentials are sealed and are not read back. */
  settings: z.record(z.string(), z.unknown()),
  webhookUrl: z.string().nullable(),
  widgetKey: z.string().nullable(),
  lastInboundAt: timestamp.nullable(),
  lastOutboundAt: timestamp.nullable(),
  createdAt: timestamp,
});
export type Channel = z.infer<typeof channel>;
/** Shown once, when the channel is made: what the platform's console wants to know. */
export const createdChannel = channel.extend({
  verifyToken: z.string().nullable(),
  secret: z.string().nullable(),
});

const params = z.object({ id: idParam });
export const listChannels = operation({
  id: 'listChannels',
  method: 'get',
  path: '/channels',
  tag: 'channels',
  summary: 'Connected accounts.',
  access: 'channels:read',
  query: z.object(pageQuery),
  response: pageOf(channel),
});
export const getChannel = operation({
  id: 'getChannel',
  method: 'get',
  path: '/channels/:id',
  tag: 'channels',
  summary: 'One connected account.',
  access: 'channels:read',
  params,
  response: channel,
});
export const createChannel = operation({
  id: 'createChannel',
  method: 'post',
  path: '/channels',
  tag: 'channels',
  summary: 'Connect an account; settings as in `channel add`.',
  access: 'channels:write',
  body: z.strictObject({
    platform,
    name: z.string().trim().min(1).max(200),
    settings: z.record(z.string(), z.unknown()),
  }),
  status: 201,
  response: createdChannel,
});
export const updateChannel = operation({
  id: 'updateChannel',
  method: 'patch',
  path: '/channels/:id',
  tag: 'channels',
  summary: 'Rename, pause or resume a channel.',
  access: 'channels:write',
  params,
  body: z
    .strictObject({ name: z.string().trim().min(1).max(200).optional(), isActive: z.boolean().optional() })
    .refine(change => Object.keys(change).length > 0, 'Name at least one field to change.'),
  response: channel,
});
export const deleteChannel = operation({
  id: 'deleteChannel',
  method: 'delete',
  path: '/channels/:id',
  tag: 'channels',
  summary: 'Disconnect an account; its conversations stay.',
  access: 'channels:write',
  params,
  status: 204,
  response: z.undefined(),
});
