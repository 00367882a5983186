import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Conversation, getConversation } from '../../../../src/contract/index.ts';
import { useSession, useStore } from '../../app/session.ts';
import { hoped } from './list-selection.ts';

/** One conversation with the viewer's unconfirmed changes; asked for when no list has brought it. */
export function useConversation(id: number): {
  conversation: Conversation | null;
  error: Error | null;
  retry: () => void;
} {
  const { api, desk } = useSession();
  const known = useStore(desk.state, state => state.conversations[id]);
  const hopes = useStore(desk.hopes, value => value);
  const query = useQuery({
    queryKey: ['conversation', id],
    enabled: known === undefined,
    queryFn: async () => {
      await desk.fetch(
        () => api.call(getConversation, { params: { id } }),
        conversation => ({ conversations: [conversation] }),
      );
      return id;
    },
  });
  const conversation = useMemo(() => (known ? hoped(known, hopes) : null), [known, hopes]);
  return { conversation, error: query.error, retry: () => void query.refetch() };
}
