import { z } from 'zod';
import { messageStatus, messageType } from './messages.ts';
import { operation } from './operation.ts';
import { commaList, id, idParam, pageOf, pageQuery, platform, reference, timestamp } from './primitives.ts';

export const conversationStatus = z.enum(['new', 'open', 'pending', 'snoozed', 'resolved', 'archived']);
export type ConversationStatus = z.infer<typeof conversationStatus>;
export const unresolvedStatuses = ['new', 'open', 'pending', 'snoozed'] as const;
export const priority = z.enum(['low', 'normal', 'high', 'urgent']);
export type Priority = z.infer<typeof priority>;

export const slaTarget = z.object({
  kind: z.enum(['first_response', 'next_response', 'resolution']),
  dueAt: timestamp,
  breached: z.boolean(),
});
export const lastMessage = z.object({
  id,
  preview: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  type: messageType,
  /** Of ours: an answer that failed is none. */
  status: messageStatus,
  sentAt: timestamp,
});
export const tag = z.object({ id, name: z.string(), color: z.string() });
export type Tag = z.infer<typeof tag>;

export const conversation = z.object({
  id,
  status: conversationStatus,
  priority,
  subject: z.string().nullable(),
  platform,
  channel: reference,
  customer: reference.extend({ avatarUrl: z.string().nullable() }),
  assignedTo: reference.nullable(),
  team: reference.nullable(),
  lastMessage: lastMessage.nullable(),
  lastMessageAt: timestamp,
  /** For the caller: inbound messages since the caller last read. Always `inboundCount - readInboundCount`. */
  unreadCount: z.number().int(),
  inboundCount: z.number().int(),
  readInboundCount: z.number().int(),
  tags: z.array(tag),
  /** The next promise to keep, if any; `null` when no policy applies. */
  sla: slaTarget.nullable(),
  waitingSince: timestamp.nullable(),
  snoozedUntil: timestamp.nullable(),
  /** Until when free text may be sent; `null` where the platform has no window. In the past: closed. */
  windowExpiresAt: timestamp.nullable(),
  firstResponseAt: timestamp.nullable(),
  resolvedAt: timestamp.nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Conversation = z.infer<typeof conversation>;

export const note = z.object({
  id,
  conversationId: id,
  author: reference.nullable(),
  content: z.string(),
  isPinned: z.boolean(),
  mentions: z.array(reference),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Note = z.infer<typeof note>;

/** `me`, `unassigned`, or a user's id. */
const assigneeFilter = z.union([z.enum(['me', 'unassigned']), idParam]);
export const conversationFilters = z.object({
  status: commaList(conversationStatus).optional(),
  assignee: assigneeFilter.optional(),
  team: idParam.optional(),
  channel: idParam.optional(),
  customer: idParam.optional(),
  platform: platform.optional(),
  tag: idParam.optional(),
  priority: commaList(priority).optional(),
  sla: z.enum(['due', 'breached']).optional(),
  /** Words of the customer's name, phone or e-mail, or of the subject. */
  q: z.string().trim().min(1).max(200).optional(),
});

export const conversationCounts = z.object({
  mine: z.number().int(),
  unassigned: z.number().int(),
  /** All that is not resolved or archived. */
  all: z.number().int(),
  snoozed: z.number().int(),
  resolved: z.number().int(),
  byTeam: z.array(z.object({ id, open: z.number().int() })),
  byChannel: z.array(z.object({ id, open: z.number().int() })),
});
export type ConversationCounts = z.infer<typeof conversationCounts>;

const params = z.object({ id: idParam });
export const listConversations = operation({
  id: 'listConversations',
  method: 'get',
  path: '/conversations',
  tag: 'conversations',
  summary: 'Conversations by last activity, newest first; without a status all but archived.',
  access: 'conversations:read',
  query: conversationFilters
    .extend(pageQuery)
    .extend({ sort: z.enum(['newest', 'oldest', 'waiting']).default('newest') }),
  response: pageOf(conversation),
});
export const countConversations = operation({
  id: 'countConversations',
  method: 'get',
  path: '/conversations/counts',
  tag: 'conversations',
  summary: 'How many unresolved conversations each view holds.',
  access: 'conversations:read',
  response: conversationCounts,
});
export const getConversation = operation({
  id: 'getConversation',
  method: 'get',
  path: '/conversations/:id',
  tag: 'conversations',
  summary: 'One conversation.',
  access: 'conversations:read',
  params,
  response: conversation,
});
export const updateConversation = operation({
  id: 'updateConversation',
  method: 'patch',
  path: '/conversations/:id',
  tag: 'conversations',
  summary: 'Change status, priority, subject, snooze or team.',
  access: 'conversations:write',
  params,
  body: z
    .strictObject({
      status: conversationStatus.exclude(['new', 'archived']).optional(),
      priority: priority.optional(),
      subject: z.string().trim().max(500).nullable().optional(),
      snoozedUntil: timestamp.nullable().optional(),
      teamId: id.nullable().optional(),
    })
    .refine(change => Object.keys(change).length > 0, 'Name at least one field to change.'),
  response: conversation,
});
export const assignConversation = operation({
  id: 'assignConversation',
  method: 'post',
  path: '/conversations/:id/assign',
  tag: 'conversations',
  summary: 'Assign to a user or a team; null takes the assignment away.',
  access: 'conversations:write',
  params,
  body: z
    .strictObject({ userId: id.nullable().optional(), teamId: id.nullable().optional() })
    .refine(body => body.userId !== undefined || body.teamId !== undefined, 'Give userId or teamId.'),
  response: conversation,
});
export const markConversationRead = operation({
  id: 'markConversationRead',
  method: 'post',
  path: '/conversations/:id/read',
  tag: 'conversations',
  summary: 'The caller has read all messages up to lastMessageId (default: the newest).',
  access: 'user',
  params,
  body: z.strictObject({ lastMessageId: id.optional() }).optional(),
  response: conversation,
});
export const listNotes = operation({
  id: 'listNotes',
  method: 'get',
  path: '/conversations/:id/notes',
  tag: 'conversations',
  summary: 'Notes of a conversation, oldest first.',
  access: 'conversations:read',
  params,
  query: z.object(pageQuery),
  response: pageOf(note),
});
export const createNote = operation({
  id: 'createNote',
  method: 'post',
  path: '/conversations/:id/notes',
  tag: 'conversations',
  summary: 'Write a note that only colleagues see.',
  access: 'conversations:write',
  params,
  body: z.strictObject({
    content: z.string().trim().min(1).max(10_000),
    isPinned: z.boolean().default(false),
    mentions: z.array(id).max(50).default([]),
    /** Made by the client: the same one again answers with the note that is already there. */
    clientId: z.uuid().optional(),
  }),
  status: 201,
  response: note,
});
export const setConversationTags = operation({
  id: 'setConversationTags',
  method: 'put',
  path: '/conversations/:id/tags',
  tag: 'conversations',
  summary: 'Replace the tags of a conversation.',
  access: 'conversations:write',
  params,
  body: z.strictObject({ tagIds: z.array(id).max(50) }),
  response: conversation,
});
export const listTags = operation({
  id: 'listTags',
  method: 'get',
  path: '/tags',
  tag: 'tags',
  summary: 'Every tag, by name.',
  access: 'conversations:read',
  query: z.object(pageQuery),
  response: pageOf(tag),
});
const tagBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'A colour is # and six hexadecimal digits.')
    .default('#4c6ef5'),
});
export const createTag = operation({
  id: 'createTag',
  method: 'post',
  path: '/tags',
  tag: 'tags',
  summary: 'Make a tag.',
  access: 'tags:write',
  body: tagBody,
  status: 201,
  response: tag,
});
export const deleteTag = operation({
  id: 'deleteTag',
  method: 'delete',
  path: '/tags/:id',
  tag: 'tags',
  summary: 'Remove a tag from every conversation and delete it.',
  access: 'tags:write',
  params,
  status: 204,
  response: z.undefined(),
});
