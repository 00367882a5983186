import { useMemo } from 'react';
import { useSession } from '../../app/session.ts';

const repeatEveryMs = 3000;

export interface TypingSignal {
  write(isWriting: boolean): void;
  stop(): void;
}

/** Tells colleagues, and the customer where the platform shows it, that a reply is being written: at once, then every few seconds, and when it stops. */
export function useTypingSignal(conversationId: number): TypingSignal {
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
      if (Date.now() - toldAt < repeatEveryMs) return;
      toldAt = Date.now();
      desk.typing(conversationId, true);
    };
    return { write, stop };
  }, [desk, conversationId]);
}
