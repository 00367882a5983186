import type { ConversationCounts, ConversationStatus } from '../../../../src/contract/index.ts';
import { unresolvedStatuses } from '../../../../src/contract/index.ts';

/** What a view asks for. Shown lists are these filters with the agent's own on top. */
export interface ViewFilters {
  readonly status: readonly ConversationStatus[];
  readonly assignee?: 'me' | 'unassigned';
  readonly team?: number;
  readonly channel?: number;
}

/** What stands in a view that holds nothing. */
export interface EmptyWords {
  readonly title: string;
  readonly words: string;
  /** In place of `words` where there is no keyboard. */
  readonly byTouch?: string;
}

export type FixedView = 'mine' | 'unassigned' | 'all' | 'snoozed' | 'resolved';

export const fixedViews: Readonly<
  Record<FixedView, { name: string; filters: ViewFilters; empty: EmptyWords }>
> = {
  mine: {
    name: 'Mine',
    filters: { status: unresolvedStatuses, assignee: 'me' },
    empty: {
      title: 'Nothing waits for you',
      words: 'Take one from Unassigned, or press A in a conversation to assign it to yourself.',
      byTouch: 'Take one from Unassigned: open it and choose Assign to me.',
    },
  },
  unassigned: {
    name: 'Unassigned',
    filters: { status: unresolvedStatuses, assignee: 'unassigned' },
    empty: {
      title: 'Everything has somebody',
      words: 'New conversations that nobody has taken appear here.',
    },
  },
  all: {
    name: 'All open',
    filters: { status: unresolvedStatuses },
    empty: {
      title: 'No open conversations',
      words: 'They appear here as soon as a customer writes to one of your channels.',
    },
  },
  snoozed: {
    name: 'Snoozed',
    filters: { status: ['snoozed'] },
    empty: {
      title: 'Nothing is snoozed',
      words: 'Press S in a conversation to put it aside until a time, or until the customer writes.',
      byTouch: 'Choose Snooze in a conversation to put it aside until a time, or until the customer writes.',
    },
  },
  resolved: {
    name: 'Resolved',
    filters: { status: ['resolved'] },
    empty: {
      title: 'Nothing is resolved yet',
      words: 'Press E in a conversation when it is done. A new message opens it again.',
      byTouch: 'Choose Resolve in a conversation when it is done. A new message opens it again.',
    },
  },
};

export interface View {
  readonly key: string;
  readonly name: string;
  readonly filters: ViewFilters;
  readonly empty: EmptyWords;
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
  const empty = { title: 'No open conversations here', words: 'They appear as soon as one arrives.' };
  return kind === 'team'
    ? { key, name: names.team(id) ?? 'Team', filters: { status: unresolvedStatuses, team: id }, empty }
    : {
        key,
        name: names.channel(id) ?? 'Channel',
        filters: { status: unresolvedStatuses, channel: id },
        empty,
      };
}
