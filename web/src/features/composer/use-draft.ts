import { useCallback, useRef, useState } from 'react';
import { useSession } from '../../app/session.ts';
import { type Draft, readDraft, writeDraft } from './drafts.ts';

/** Every letter is stored as it is typed: there is no moment at which a crash could take it. */
export function useDraft(
  conversationId: number,
): [Draft, (change: Draft | ((held: Draft) => Draft)) => void] {
  const { me } = useSession();
  const scope = `${me.tenant.slug}.${me.user.id}`;
  const [draft, setDraft] = useState(() => readDraft(scope, conversationId));
  const latest = useRef(draft);
  const set = useCallback(
    (change: Draft | ((held: Draft) => Draft)) => {
      latest.current = typeof change === 'function' ? change(latest.current) : change;
      writeDraft(scope, conversationId, latest.current);
      setDraft(latest.current);
    },
    [scope, conversationId],
  );
  return [draft, set];
}
