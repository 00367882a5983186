import { z } from 'zod';
import { operation } from './operation.ts';
import { id, idParam, pageOf, pageQuery, platform, timestamp } from './primitives.ts';

export const fileKind = z.enum(['image', 'video', 'audio', 'document', 'sticker']);
export type FileKind = z.infer<typeof fileKind>;
/** What files of one kind a platform takes. */
export const fileRule = z.object({
  maximumBytes: z.number().int(),
  /** `image/png`, `audio/*` or `*\/*`. */
  mimeTypes: z.array(z.string()),
  /** It goes without words, although others may have some. */
  isWordless: z.boolean().optional(),
});

/** What a channel's platform can do: the composer offers only this. */
export const abilities = z.object({
  send: z.array(z.enum(['text', 'template', 'interactive'])),
  maximumTextLength: z.number().int(),
  /** What `maximumTextLength` counts: UTF-16 units, or bytes of UTF-8. */
  textUnit: z.enum(['characters', 'bytes']),
  /** The kinds of files that may be sent, each with its rule; none: no files at all. */
  files: z.partialRecord(fileKind, fileRule),
  /** Most files in one message. */
  maximumFiles: z.number().int(),
  /** Words that may go with files; 0: they go alone. */
  maximumCaptionLength: z.number().int(),
  /** Answers that the customer may tap, under a text. */
  buttons: z
    .object({
      maximum: z.number().int(),
      maximumTitleLength: z.number().int(),
      maximumTextLength: z.number().int(),
    })
    .nullable(),
  /** Choices that open as a list. */
  list: z
    .object({
      maximum: z.number().int(),
      maximumTitleLength: z.number().int(),
      maximumDescriptionLength: z.number().int(),
      maximumTextLength: z.number().int(),
    })
    .nullable(),
  reply: z.boolean(),
  /** Copies to others (`cc`, `bcc`), as with mail. */
  copies: z.boolean(),
  react: z.boolean(),
  /** The only emoji a reaction may be; `null`: any. */
  reactions: z.array(z.string()).nullable(),
  typing: z.boolean(),
  readReceipts: z.boolean(),
  /** The platform's own codes for refusals that another try of the same message meets again: `message.error.code`. */
  finalErrors: z.array(z.string()),
  /** Its codes for words that came after the window had closed. */
  windowErrors: z.array(z.string()),
  /** Hours after the customer's last message in which free text may be sent; `null`: no window. */
  windowHours: z.number().nullable(),
  /** Hours after the customer's last message in which a person's own words may still be sent; `null`: no longer than the window. */
  humanAgentHours: z.number().nullable(),
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
  /** Whether the platform can be asked for what was said while we were away. */
  canRecall: z.boolean(),
  /** Where the platform delivers to; `null` for those that do not deliver. */
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

/** How a channel stands: what the platform says, and what we see of it. */
export const channelHealth = z.object({
  health: channel.shape.health,
  healthMessage: z.string().nullable(),
  isActive: z.boolean(),
  /** When the platform was asked last; `null`: never, or it cannot be asked. */
  checkedAt: timestamp.nullable(),
  /** The account's name there: a number, a page, a bot. */
  accountName: z.string().nullable(),
  tokenExpiresAt: timestamp.nullable(),
  /** Whether the platform says that it delivers to our address; `null` where it does not say. */
  isSubscribed: z.boolean().nullable(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  lastInboundAt: timestamp.nullable(),
  lastOutboundAt: timestamp.nullable(),
  /** Messages of ours in the last 24 hours that went out, and that failed. */
  sentLastDay: z.number().int(),
  failedLastDay: z.number().int(),
  /** Messages of ours that wait to be sent now. */
  waiting: z.number().int(),
  /** What the platform told of the account lately, the newest first. */
  events: z.array(
    z.object({
      severity: z.enum(['info', 'warning', 'stop']),
      topic: z.string(),
      message: z.string(),
      at: timestamp,
    }),
  ),
});
export type ChannelHealth = z.infer<typeof channelHealth>;

/** What a device is paired by, for platforms that are used through one. */
export const channelPairing = z.object({
  health: channel.shape.health,
  healthMessage: z.string().nullable(),
  accountName: z.string().nullable(),
  /** To be shown as a QR code; `null`: none at this moment. */
  code: z.string().nullable(),
  expiresAt: timestamp.nullable(),
});
export type ChannelPairing = z.infer<typeof channelPairing>;

const params = z.object({ id: idParam });
export const getChannelPairing = operation({
  id: 'getChannelPairing',
  method: 'get',
  path: '/channels/:id/pairing',
  tag: 'channels',
  summary: 'The code that the device has to read now.',
  access: 'channels:write',
  params,
  response: channelPairing,
});
export const pairChannel = operation({
  id: 'pairChannel',
  method: 'post',
  path: '/channels/:id/pairing',
  tag: 'channels',
  summary:
    'Connect to the device, or ask for a code to pair it with; `restore` brings the last session back.',
  access: 'channels:write',
  params,
  body: z.strictObject({ restore: z.boolean().default(false) }),
  status: 202,
  response: channelPairing,
});
export const getChannelHealth = operation({
  id: 'getChannelHealth',
  method: 'get',
  path: '/channels/:id/health',
  tag: 'channels',
  summary: 'How a channel stands: traffic, errors, what the platform said last.',
  access: 'channels:read',
  params,
  response: channelHealth,
});
export const checkChannel = operation({
  id: 'checkChannel',
  method: 'post',
  path: '/channels/:id/check',
  tag: 'channels',
  summary: 'Set the webhook up anew where the platform lets us, and ask the platform how the account stands.',
  access: 'channels:write',
  params,
  response: channelHealth,
});
export const recallChannel = operation({
  id: 'recallChannel',
  method: 'post',
  path: '/channels/:id/recall',
  tag: 'channels',
  summary:
    'Fetch from the platform what was said since then, as after an outage. What is here already stays as it is.',
  access: 'channels:write',
  params,
  body: z.strictObject({ since: timestamp }),
  status: 202,
  response: z.object({ asked: z.number().int() }),
});
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
  summary:
    'Rename, pause or resume a channel, or change settings of it: those that are named, the rest stays.',
  access: 'channels:write',
  params,
  body: z
    .strictObject({
      name: z.string().trim().min(1).max(200).optional(),
      isActive: z.boolean().optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
    })
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
