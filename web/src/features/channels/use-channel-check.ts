import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ChannelHealth, checkChannel } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';

/** Asks the platform anew how the channel stands; a good answer ends a stop. `check` throws what the request throws. */
export function useChannelCheck(channelId: number): {
  isChecking: boolean;
  check: () => Promise<ChannelHealth>;
} {
  const { api } = useSession();
  const queries = useQueryClient();
  const [isChecking, setIsChecking] = useState(false);
  const check = async () => {
    setIsChecking(true);
    try {
      const health = await api.call(checkChannel, { params: { id: channelId } });
      queries.setQueryData(['channel-health', channelId], health);
      await queries.invalidateQueries({ queryKey: ['channels'] });
      return health;
    } finally {
      setIsChecking(false);
    }
  };
  return { isChecking, check };
}
