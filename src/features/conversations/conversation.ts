import type { ConversationStatus } from '../../contract/conversations.ts';
import type { ConversationPatch } from '../../contract/events.ts';
import type { Message, MessageType } from '../../contract/messages.ts';

/** The columns of `conversations` that writers return and events carry. */
export interface ConversationRow {
  id: number;
  status: ConversationStatus;
  priority: 'low' | 'normal' | 'high' | 'urgent';
  subject: string | null;
  last_message_at: Date;
  last_message_id: number | null;
  inbound_count: number;
  waiting_since: Date | null;
  first_response_at: Date | null;
  resolved_at: Date | null;
  snoozed_until: Date | null;
  window_expires_at: Date | null;
  sla_first_response_due_at: Date | null;
  sla_next_response_due_at: Date | null;
  sla_resolution_due_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export const conversationColumns = [
  'id',
  'status',
  'priority',
  'subject',
  'last_message_at',
  'last_message_id',
  'inbound_count',
  'waiting_since',
  'first_response_at',
  'resolved_at',
  'snoozed_until',
  'window_expires_at',
  'sla_first_response_due_at',
  'sla_next_response_due_at',
  'sla_resolution_due_at',
  'created_at',
  'updated_at',
] as const;
/** `c.id, c.status, …` for a statement in which conversations are called `alias`. */
export function selectConversation(alias: string): string {
  return conversationColumns.map(column => `${alias}.${column}`).join(', ');
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** The promise to keep next: the earliest due of those that still run. */
export function nextPromise(row: ConversationRow, now: Date): ConversationPatch['sla'] {
  if (row.resolved_at !== null || row.status === 'resolved' || row.status === 'archived') return null;
  const response =
    row.first_response_at === null
      ? { kind: 'first_response' as const, dueAt: row.sla_first_response_due_at }
      : { kind: 'next_response' as const, dueAt: row.waiting_since && row.sla_next_response_due_at };
  const running = [response, { kind: 'resolution' as const, dueAt: row.sla_resolution_due_at }].flatMap(
    ({ kind, dueAt }) => (dueAt ? [{ kind, dueAt }] : []),
  );
  running.sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime());
  const [first] = running;
  return first ? { kind: first.kind, dueAt: first.dueAt.toISOString(), breached: first.dueAt < now } : null;
}

/** What an event says of a conversation whose row is `row`; names of people and tags only where the caller adds them. */
export function conversationPatch(row: ConversationRow, now = new Date()): ConversationPatch {
  return {
    id: row.id,
    status: row.status,
    priority: row.priority,
    subject: row.subject,
    lastMessageAt: row.last_message_at.toISOString(),
    inboundCount: row.inbound_count,
    waitingSince: iso(row.waiting_since),
    firstResponseAt: iso(row.first_response_at),
    resolvedAt: iso(row.resolved_at),
    snoozedUntil: iso(row.snoozed_until),
    windowExpiresAt: iso(row.window_expires_at),
    sla: nextPromise(row, now),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const PREVIEW_LENGTH = 200;
const labels: Partial<Record<MessageType, string>> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  template: 'Template',
  interactive: 'Answer',
  story: 'Story',
  unsupported: 'Unsupported message',
};

/** One line that stands for a message in lists. */
export function previewOf(message: {
  type: MessageType;
  content: string | null;
  deletedAt: unknown;
}): string {
  if (message.deletedAt) return 'Message deleted';
  const words = message.content?.replace(/\s+/g, ' ').trim();
  if (!words) return labels[message.type] ?? 'Message';
  // Not through the middle of a pair: half of one is no text, and no JSON column takes it.
  return words.slice(0, PREVIEW_LENGTH).replace(/[\ud800-\udbff]$/, '');
}

export function lastMessageOf(message: Message): NonNullable<ConversationPatch['lastMessage']> {
  return {
    id: message.id,
    preview: previewOf(message),
    direction: message.direction,
    type: message.type,
    status: message.status,
    sentAt: message.sentAt,
  };
}
