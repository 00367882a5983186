import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { listTemplates, type ResponseOf, syncTemplates } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';

export type TemplateList = ResponseOf<typeof listTemplates>;

export interface Templates {
  readonly list: TemplateList | undefined;
  /** Why the list could not be had, or why the platform did not answer just now. */
  readonly problem: string | null;
  readonly isAsking: boolean;
  /** Has the platform asked now. */
  readonly ask: () => void;
}

const staleAfterMs = 60_000;

/** The templates of a channel, as its platform told of them last. */
export function useTemplates(channelId: number): Templates {
  const { api } = useSession();
  const queries = useQueryClient();
  const key = ['templates', channelId];
  const query = useQuery({
    queryKey: key,
    staleTime: staleAfterMs,
    queryFn: ({ signal }) => api.call(listTemplates, { params: { id: channelId }, signal }),
  });
  const [isAsking, setIsAsking] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const ask = async () => {
    if (isAsking) return;
    setIsAsking(true);
    setRefusal(null);
    try {
      queries.setQueryData(key, await api.call(syncTemplates, { params: { id: channelId } }));
    } catch (error) {
      setRefusal(sentenceOf(error));
    } finally {
      setIsAsking(false);
    }
  };
  return {
    list: query.data,
    problem: refusal ?? (query.isError && !isAsking ? sentenceOf(query.error) : null),
    isAsking: isAsking || (query.isFetching && !query.data),
    ask: () => void ask(),
  };
}
