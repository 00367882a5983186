import { useEffect, useState } from 'react';
import { type Conversation, type Message, markConversationRead } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';

const readAfterMs = 350;

function useIsLooking(): boolean {
  const [isLooking, setIsLooking] = useState(() => document.hasFocus() && !document.hidden);
  useEffect(() => {
    const look = () => setIsLooking(document.hasFocus() && !document.hidden);
    const events = ['focus', 'blur', 'visibilitychange'] as const;
    for (const name of events) (name === 'visibilitychange' ? document : window).addEventListener(name, look);
    return () => {
      for (const name of events)
        (name === 'visibilitychange' ? document : window).removeEventListener(name, look);
    };
  }, []);
  return isLooking;
}

/** Read is what has been in sight, at the end of the thread, in a window that somebody looks at. */
export function useReading(
  { id, unreadCount }: Conversation,
  messages: readonly Message[],
  isEndInSight: boolean,
): void {
  const { api, desk } = useSession();
  const isLooking = useIsLooking();
  const newest = messages.findLast(message => message.direction === 'inbound')?.id;
  useEffect(() => {
    if (!isLooking || !isEndInSight || unreadCount <= 0 || newest === undefined) return;
    const timer = setTimeout(() => {
      desk
        .fetch(
          () => api.call(markConversationRead, { params: { id }, body: { lastMessageId: newest } }),
          conversation => ({ conversations: [conversation] }),
        )
        // Tried again with the next message or the next look; nothing is lost but a number.
        .catch(() => {});
    }, readAfterMs);
    return () => clearTimeout(timer);
  }, [api, desk, id, newest, unreadCount, isLooking, isEndInSight]);
}
