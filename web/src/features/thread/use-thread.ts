import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listMessages, listNotes, type Message, type Note } from '../../../../src/contract/index.ts';
import { everyPage } from '../../api/resources.ts';
import { useSession, useStore } from '../../app/session.ts';
import type { OutgoingMessage } from '../../realtime/outbox.ts';
import { threadItems } from './thread-items.ts';

const pageSize = 50;
const noMessages: readonly Message[] = [];
const noNotes: readonly Note[] = [];

/** A conversation's thread: the newest page first, older ones on demand, everything new by events. */
export function useThread(id: number) {
  const { api, desk } = useSession();
  const query = useInfiniteQuery({
    queryKey: ['thread', id],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const page = await desk.fetch(
        () =>
          api.call(listMessages, { params: { id }, query: { before: pageParam, limit: pageSize }, signal }),
        answer => ({ messages: answer.items }),
      );
      return { oldest: page.items[0] ?? null, hasMore: page.hasMore };
    },
    getNextPageParam: page => (page.hasMore ? page.oldest?.id : undefined),
  });
  const notesQuery = useQuery({
    queryKey: ['notes', id],
    queryFn: async () => {
      await desk.fetch(
        () => everyPage(page => api.call(listNotes, { params: { id }, query: page })),
        notes => ({ notes }),
      );
      return true;
    },
  });
  const messages = useStore(desk.state, state => state.messages[id]) ?? noMessages;
  const notes = useStore(desk.state, state => state.notes[id]) ?? noNotes;
  const allOutgoing = useStore(desk.outbox.store, value => value);
  const pages = query.data?.pages;
  const items = useMemo(() => {
    if (!pages) return null;
    const outgoing: OutgoingMessage[] = allOutgoing.filter(item => item.conversationId === id);
    const oldest = pages.findLast(page => page.oldest !== null)?.oldest ?? null;
    return threadItems({ messages, notes, outgoing, oldest, hasMore: query.hasNextPage });
  }, [pages, messages, notes, allOutgoing, id, query.hasNextPage]);
  return { query, notesQuery, items, messages };
}

export type Thread = ReturnType<typeof useThread>;
