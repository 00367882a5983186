import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type ChannelPairing, getChannelPairing, pairChannel } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';

export type PairingStage = 'connecting' | 'scan' | 'renewing' | 'paired' | 'trouble' | 'over';

/** A new code comes by itself within this time after the last one has run out. */
const renewalMs = 12_000;
/** The server's clock and this one are alike, not the same. */
const clockToleranceMs = 3000;

/** Where the pairing stands, from what the channel tells and whether its last code may still be followed by another. */
export function stageOf(pairing: ChannelPairing, expiredAt: number | null, now: number): PairingStage {
  const { health, code, expiresAt } = pairing;
  if (health === 'ok') return 'paired';
  if (code !== null && expiresAt !== null && Date.parse(expiresAt) > now) return 'scan';
  if (health === 'unknown') return 'connecting';
  if (health === 'warning') return 'trouble';
  // One that went away before its time is followed by none.
  const sinceMs = expiredAt === null ? Number.NaN : now - expiredAt;
  return health === 'reauthorise' && sinceMs > -clockToleranceMs && sinceMs < renewalMs ? 'renewing' : 'over';
}

export interface Pairing {
  readonly pairing: ChannelPairing | undefined;
  /** It could not be read. */
  readonly error: string | null;
  readonly retry: () => void;
  /** What was asked for was refused. */
  readonly refusal: string | null;
  readonly isAsking: boolean;
  readonly ask: (isRestore: boolean) => void;
}

/** How the pairing stands; events of the channel bring it up to date, and so does the end of a code. */
export function usePairing(channelId: number): Pairing {
  const { api, clock } = useSession();
  const queries = useQueryClient();
  const key = ['channel-pairing', channelId];
  const query = useQuery({
    queryKey: key,
    staleTime: 0,
    queryFn: ({ signal }) => api.call(getChannelPairing, { params: { id: channelId }, signal }),
  });
  const [isAsking, setIsAsking] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const expiresAt = query.data?.expiresAt ?? null;
  const { refetch } = query;
  useEffect(() => {
    if (expiresAt === null) return;
    const timer = setTimeout(() => void refetch(), Math.max(0, Date.parse(expiresAt) - clock()) + 500);
    return () => clearTimeout(timer);
  }, [expiresAt, refetch, clock]);
  const ask = async (isRestore: boolean) => {
    setIsAsking(true);
    setRefusal(null);
    try {
      queries.setQueryData(
        key,
        await api.call(pairChannel, { params: { id: channelId }, body: { restore: isRestore } }),
      );
    } catch (error) {
      setRefusal(sentenceOf(error));
    } finally {
      setIsAsking(false);
    }
  };
  return {
    pairing: query.data,
    error: query.isError ? sentenceOf(query.error) : null,
    retry: () => void refetch(),
    refusal,
    isAsking,
    ask: isRestore => void ask(isRestore),
  };
}
