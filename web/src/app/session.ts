import type { QueryClient } from '@tanstack/react-query';
import { createContext, use, useSyncExternalStore } from 'react';
import type { ConversationPatch, me, Permission, ResponseOf, User } from '../../../src/contract/index.ts';
import type { ApiClient } from '../api/client.ts';
import type { Drafts } from '../features/composer/drafts.ts';
import type { Uploads } from '../features/composer/uploads.ts';
import type { Desk } from '../realtime/desk.ts';
import type { Store } from '../realtime/store.ts';

export type Me = ResponseOf<typeof me>;

/** What a signed-in page works with. Made anew for every sign-in. */
export interface Session {
  readonly api: ApiClient;
  readonly me: Me;
  readonly desk: Desk;
  readonly drafts: Drafts;
  readonly uploads: Uploads;
  /** Those that stand in the headers of templates. */
  readonly headerFiles: Uploads;
  readonly queries: QueryClient;
  /** The server's time in milliseconds, also where this machine's clock is wrong. */
  readonly clock: () => number;
  readonly signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession needs a signed-in page above it.');
  return session;
}

export function useViewer(): User {
  return useSession().me.user;
}

export function useMay(permission: Permission): boolean {
  return useViewer().permissions.includes(permission);
}

/** `select` must answer the same object for the same value. */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

export type Hopes = Readonly<Record<number, Partial<ConversationPatch>>>;
