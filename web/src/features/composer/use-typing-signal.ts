import { useMemo } from 'react';
import { useSession } from '../../app/session.ts';

const repeatEveryMs = 3000;

export interface TypingSignal {
  write(isWriting: boolean): void;
  stop(): void;
}

/** Tells the others that a reply is being written: at once, then every few seconds, and when it stops. */
export function useTypingSignal(conversationId: number, isHeard: boolean): TypingSignal {
  const { desk } = useSession();
  return useMemo(() => {
    let toldAt = 0;
    const stop = () => {
      if (toldAt === 0) return;
      toldAt = 0;
      desk.typing(conversationId, false);
    };
    const write = (isWriting: boolean) => {
      if (!isWriting) return stop();
      if (!isHeard || Date.now() - toldAt < repeatEveryMs) return;
      toldAt = Date.now();
      desk.typing(conversationId, true);
    };
    return { write, stop };
  }, [desk, conversationId, isHeard]);
}
