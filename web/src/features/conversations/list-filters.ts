import {
  type Conversation,
  type ConversationStatus,
  conversationStatus,
  type Platform,
  type Priority,
  platform,
  priority,
} from '../../../../src/contract/index.ts';
import type { ViewFilters } from '../views/view-definitions.ts';

/** What the agent narrows a view with; kept in the address, so that it can be shared and survives a reload. */
export interface OwnFilters {
  readonly status?: ConversationStatus;
  readonly priority?: Priority;
  readonly tag?: number;
  readonly platform?: Platform;
  readonly channel?: number;
  readonly sla?: 'due' | 'breached';
  readonly q?: string;
}

export interface ListFilters extends ViewFilters {
  readonly priority?: Priority;
  readonly tag?: number;
  readonly platform?: Platform;
  readonly sla?: 'due' | 'breached';
  readonly q?: string;
}

function among<T extends string>(options: readonly T[], value: string | null): T | undefined {
  return options.find(option => option === value);
}

function idOf(value: string | null): number | undefined {
  return value && /^\d+$/.test(value) ? Number(value) : undefined;
}

export function ownFiltersOf(search: URLSearchParams): OwnFilters {
  return {
    status: among(conversationStatus.options, search.get('status')),
    priority: among(priority.options, search.get('priority')),
    tag: idOf(search.get('tag')),
    platform: among(platform.options, search.get('platform')),
    channel: idOf(search.get('channel')),
    sla: among(['due', 'breached'] as const, search.get('sla')),
    q: search.get('q')?.trim() || undefined,
  };
}

export function searchOf(filters: OwnFilters): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters))
    if (value !== undefined && value !== '') search.set(name, String(value));
  return search;
}

/** How many filters are on, the words of the search not counted. */
export function countOf({ q: _, ...filters }: OwnFilters): number {
  return Object.values(filters).filter(value => value !== undefined).length;
}

export function combined(view: ViewFilters, own: OwnFilters): ListFilters {
  const { status, channel, ...rest } = own;
  return { ...view, ...rest, status: status ? [status] : view.status, channel: view.channel ?? channel };
}

export function queryOf(filters: ListFilters) {
  return { ...filters, status: filters.status.join(',') };
}

/** Words and promises are judged by the server alone; everything else can be told from the conversation itself. */
export function isToldLocally(filters: ListFilters): boolean {
  return filters.q === undefined && filters.sla === undefined;
}

export function belongs(conversation: Conversation, filters: ListFilters, viewer: number): boolean {
  if (!filters.status.includes(conversation.status)) return false;
  if (filters.assignee === 'me' && conversation.assignedTo?.id !== viewer) return false;
  if (filters.assignee === 'unassigned' && conversation.assignedTo !== null) return false;
  if (filters.team !== undefined && conversation.team?.id !== filters.team) return false;
  if (filters.channel !== undefined && conversation.channel.id !== filters.channel) return false;
  if (filters.platform !== undefined && conversation.platform !== filters.platform) return false;
  if (filters.priority !== undefined && conversation.priority !== filters.priority) return false;
  return filters.tag === undefined || conversation.tags.some(tag => tag.id === filters.tag);
}
