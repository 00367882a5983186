import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.ts';
import { type SimulatedCustomer, simulatedCustomers } from './simulator-client.ts';

/** The customers that can be played; only a demo is asked for them, and `null` says that it has none. */
export function useSimulator(): UseQueryResult<SimulatedCustomer[] | null> {
  const { me } = useSession();
  return useQuery({
    queryKey: ['simulator'],
    enabled: me.tenant.isDemo,
    queryFn: simulatedCustomers,
    retry: false,
  });
}
