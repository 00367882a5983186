import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import {
  type Channel,
  type ConversationCounts,
  countConversations,
  listChannels,
  listTags,
  listTeams,
  listUsers,
  type Tag,
  type Team,
  type User,
} from '../../../src/contract/index.ts';
import { useMay, useSession } from '../app/session.ts';

const pageSize = 100;
/** Nobody has more of these; past it a list that never ends would be a fault of the server's. */
const mostPages = 20;

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Reads a short list to its end. */
export async function everyPage<T>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await read({ limit: pageSize, cursor });
    items.push(...answer.items);
    if (answer.nextCursor === null) break;
    cursor = answer.nextCursor;
  }
  return items;
}

export function useChannels(): UseQueryResult<Channel[]> {
  const { api } = useSession();
  const enabled = useMay('channels:read');
  return useQuery({
    queryKey: ['channels'],
    enabled,
    queryFn: () => everyPage(query => api.call(listChannels, { query })),
  });
}

export function useUsers(): UseQueryResult<User[]> {
  const { api } = useSession();
  const enabled = useMay('users:read');
  return useQuery({
    queryKey: ['users'],
    enabled,
    queryFn: () => everyPage(query => api.call(listUsers, { query })),
  });
}

export function useTeams(): UseQueryResult<Team[]> {
  const { api } = useSession();
  const enabled = useMay('users:read');
  return useQuery({
    queryKey: ['teams'],
    enabled,
    queryFn: () => everyPage(query => api.call(listTeams, { query })),
  });
}

/** Tags are made rarely and by hand; a minute is young enough. */
export function useTags(): UseQueryResult<Tag[]> {
  const { api } = useSession();
  return useQuery({
    queryKey: ['tags'],
    staleTime: 60_000,
    queryFn: () => everyPage(query => api.call(listTags, { query })),
  });
}

export function useCounts(): UseQueryResult<ConversationCounts> {
  const { api } = useSession();
  return useQuery({ queryKey: ['counts'], queryFn: () => api.call(countConversations, {}) });
}
