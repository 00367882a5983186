import type { ConversationCounts, ConversationStatus } from '../../../../src/contract/index.ts';
import { unresolvedStatuses } from '../../../../src/contract/index.ts';

/** What a view asks for. Shown lists are these filters with the agent's own on top. */
export interface ViewFilters {
  readonly status: readonly ConversationStatus[];
  readonly assignee?: 'me' | 'unassigned';
  readonly team?: number;
  readonly channel?: number;
}

export type FixedView = 'mine' | 'unassigned' | 'all' | 'snoozed' | 'resolved';

export const fixedViews: Readonly<
  Record<FixedView, { name: string; filters: ViewFilters; empty: [string, string] }>
> = {
  mine: {
    name: 'Mine',
    filters: { status: unresolvedStatuses, assignee: 'me' },
    empty: [
      'Nothing waits for you',
      'Take one from Unassigned, or press A in a conversation to assign it to yourself.',
    ],
  },
  unassigned: {
    name: 'Unassigned',
    filters: { status: unresolvedStatuses, assignee: 'unassigned' },
    empty: ['Everything has somebody', 'New conversations that nobody has taken appear here.'],
  },
  all: {
    name: 'All open',
    filters: { status: unresolvedStatuses },
    empty: [
      'No open conversations',
      'They appear here as soon as a customer writes to one of your channels.',
    ],
  },
  snoozed: {
    name: 'Snoozed',
    filters: { status: ['snoozed'] },
    empty: [
      'Nothing is snoozed',
      'Press S in a conversation to put it aside until a time, or until the customer writes.',
    ],
  },
  resolved: {
    name: 'Resolved',
    filters: { status: ['resolved'] },
    empty: [
      'Nothing is resolved yet',
      'Press E in a conversation when it is done. A new message opens it again.',
    ],
  },
};

export interface View {
  readonly key: string;
  readonly name: string;
  readonly filters: ViewFilters;
  readonly empty: readonly [string, string];
}

function isFixed(key: string): key is FixedView {
  return key in fixedViews;
}

function partsOf(key: string): { kind: 'team' | 'channel'; id: number } | null {
  const [, kind, digits] = /^(team|channel)-(\d+)$/.exec(key) ?? [];
  if (!kind || !digits) return null;
  return { kind: kind === 'team' ? 'team' : 'channel', id: Number(digits) };
}

/** How many conversations a view holds; `undefined`: not known yet. */
export function countOfView(counts: ConversationCounts | undefined, key: string): number | undefined {
  if (!counts) return undefined;
  if (isFixed(key)) return counts[key];
  const parts = partsOf(key);
  if (!parts) return undefined;
  const list = parts.kind === 'team' ? counts.byTeam : counts.byChannel;
  return list.find(item => item.id === parts.id)?.open ?? 0;
}

/** The view that a part of the address names (`mine`, `team-3`, `channel-2`); `null`: no such view. */
export function viewOf(
  key: string,
  names: { team(id: number): string | undefined; channel(id: number): string | undefined },
): View | null {
  if (isFixed(key)) return { key, ...fixedViews[key] };
  const parts = partsOf(key);
  if (!parts) return null;
  const { kind, id } = parts;
  const empty = ['No open conversations here', 'They appear as soon as one arrives.'] as const;
  return kind === 'team'
    ? { key, name: names.team(id) ?? 'Team', filters: { status: unresolvedStatuses, team: id }, empty }
    : {
        key,
        name: names.channel(id) ?? 'Channel',
        filters: { status: unresolvedStatuses, channel: id },
        empty,
      };
}
