import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listConversations } from '../../../../src/contract/index.ts';
import { useSession, useStore } from '../../app/session.ts';
import { isToldLocally, type ListFilters, queryOf } from './list-filters.ts';
import { type LoadedList, rowsOf } from './list-selection.ts';

/** The first page is wanted soon, the others are wanted ahead of the scrolling. */
const pageSizes = { first: 40, later: 100 };
const judgedByServerMs = 30_000;

export function useConversationList(filters: ListFilters) {
  const { api, desk } = useSession();
  const isLocal = isToldLocally(filters);
  const query = useInfiniteQuery({
    queryKey: ['conversations', filters],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const page = await desk.fetch(
        () =>
          api.call(listConversations, {
            query: {
              ...queryOf(filters),
              limit: pageParam ? pageSizes.later : pageSizes.first,
              cursor: pageParam,
            },
            signal,
          }),
        answer => ({ conversations: answer.items }),
      );
      const last = page.items.at(-1);
      return {
        ids: page.items.map(item => item.id),
        boundary: last ? { id: last.id, lastMessageAt: last.lastMessageAt } : null,
        nextCursor: page.nextCursor,
      };
    },
    getNextPageParam: page => page.nextCursor ?? undefined,
    staleTime: isLocal ? undefined : judgedByServerMs,
    refetchInterval: isLocal ? false : judgedByServerMs,
  });
  const known = useStore(desk.state, state => state.conversations);
  const hopes = useStore(desk.hopes, value => value);
  const pages = query.data?.pages;
  const list = useMemo<LoadedList | null>(() => {
    if (!pages) return null;
    const boundary = pages.findLast(page => page.boundary !== null)?.boundary ?? null;
    return { ids: pages.flatMap(page => page.ids), boundary, hasMore: pages.at(-1)?.nextCursor !== null };
  }, [pages]);
  const rows = useMemo(
    () => (list ? rowsOf(known, hopes, list, filters, desk.viewer) : null),
    [known, hopes, list, filters, desk.viewer],
  );
  return { query, rows };
}
