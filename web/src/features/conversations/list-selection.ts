import type { Conversation, ConversationPatch } from '../../../../src/contract/index.ts';
import { belongs, isToldLocally, type ListFilters } from './list-filters.ts';

type Known = Readonly<Record<number, Conversation>>;
type Hopes = Readonly<Record<number, Partial<ConversationPatch>>>;

/** The last row that the server has listed; below it there may be rows that nobody here knows yet. */
export interface Boundary {
  readonly lastMessageAt: string;
  readonly id: number;
}

export interface LoadedList {
  readonly ids: readonly number[];
  readonly boundary: Boundary | null;
  readonly hasMore: boolean;
}

function isNewer(a: Boundary, b: Boundary): boolean {
  return a.lastMessageAt === b.lastMessageAt ? a.id > b.id : a.lastMessageAt > b.lastMessageAt;
}

/** The viewer's unconfirmed changes on top of the truth. */
export function hoped(conversation: Conversation, hopes: Hopes): Conversation {
  const hope = hopes[conversation.id];
  return hope ? { ...conversation, ...hope } : conversation;
}

/**
 * The rows of a list, newest first: what the server listed, less what has left, plus what has come since. Above the
 * boundary everything that belongs is known, because every change arrives as an event.
 */
export function rowsOf(
  known: Known,
  hopes: Hopes,
  list: LoadedList,
  filters: ListFilters,
  viewer: number,
): readonly Conversation[] {
  const isLocal = isToldLocally(filters);
  const candidates = isLocal ? Object.values(known) : list.ids.flatMap(id => known[id] ?? []);
  const { boundary, hasMore } = list;
  const rows: Conversation[] = [];
  for (const candidate of candidates) {
    if (isLocal && hasMore && boundary && isNewer(boundary, candidate)) continue;
    const conversation = hoped(candidate, hopes);
    if (belongs(conversation, filters, viewer)) rows.push(conversation);
  }
  return rows.sort((a, b) => (isNewer(a, b) ? -1 : 1));
}
