import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { useSession } from '../../app/session.ts';
import type { Draft } from './drafts.ts';

/** The change may also be asked for after the conversation was left. */
export function useDraft(conversationId: number): [Draft, (change: (held: Draft) => Partial<Draft>) => void] {
  const { drafts } = useSession();
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.of(conversationId));
  const change = useCallback(
    (next: (held: Draft) => Partial<Draft>) => drafts.change(conversationId, next),
    [drafts, conversationId],
  );
  useEffect(() => () => drafts.forget(conversationId), [drafts, conversationId]);
  return [draft, change];
}
