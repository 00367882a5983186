import { z } from 'zod';
import { operation } from './operation.ts';
import { idParam, timestamp } from './primitives.ts';

/** A message that the platform has approved beforehand, and that may be sent at any time. */
export const messageTemplate = z.object({
  name: z.string(),
  language: z.string(),
  status: z.enum(['approved', 'pending', 'rejected', 'paused', 'disabled']),
  /** `MARKETING`, `UTILITY` …, as the platform calls it. */
  category: z.string().nullable(),
  /** Why it was rejected or paused. */
  reason: z.string().nullable(),
  header: z
    .object({
      kind: z.enum(['text', 'image', 'video', 'document', 'location']),
      /** With its placeholder, of a text. */
      text: z.string().nullable(),
      hasVariable: z.boolean(),
    })
    .nullable(),
  /** With its placeholders: `Hello {{1}}`, or `Hello {{first_name}}`. */
  body: z.string(),
  /** What stands between the braces, in the order in which values are given. */
  variables: z.array(z.string()),
  footer: z.string().nullable(),
  buttons: z.array(
    z.object({
      kind: z.enum(['reply', 'url', 'phone', 'other']),
      title: z.string(),
      /** A value is given when it is sent: what the button gives back, or the end of its address. */
      hasVariable: z.boolean(),
    }),
  ),
});
export type MessageTemplate = z.infer<typeof messageTemplate>;

export const listTemplates = operation({
  id: 'listTemplates',
  method: 'get',
  path: '/channels/:id/templates',
  tag: 'channels',
  summary:
    'The templates of a channel, as the platform told of them last; those that can be sent first, by name.',
  access: 'channels:read',
  params: z.object({ id: idParam }),
  response: z.object({
    /** All of them, at most 1,000: whoever writes looks for one by its words. */
    templates: z.array(messageTemplate),
    /** `null`: the platform was not asked yet, or has none to be asked for. */
    syncedAt: timestamp.nullable(),
  }),
});
export const syncTemplates = operation({
  id: 'syncTemplates',
  method: 'post',
  path: '/channels/:id/templates/sync',
  tag: 'channels',
  summary: 'Ask the platform for the templates now.',
  access: 'messages:send',
  params: z.object({ id: idParam }),
  response: listTemplates.response,
});
