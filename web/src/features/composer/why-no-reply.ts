import type { Channel, Conversation } from '../../../../src/contract/index.ts';
import { useSession, useStore } from '../../app/session.ts';
import { platformName } from '../../ui/platform-mark.tsx';
import { whyReadOnly } from '../channels/read-only.ts';

/** Why nothing can be written to the customer here; `null`: something can. */
export function useWhyNoReply(
  { id, platform }: Conversation,
  channel: Channel | undefined,
  isRemoved: boolean,
): string | null {
  const { desk } = useSession();
  // A chat that only the platform's own people may answer looks like any other until the first refusal.
  const isForeignChat = useStore(
    desk.state,
    state => state.messages[id]?.some(message => message.error?.code === 'chat_read_only') ?? false,
  );
  if (isRemoved) return 'This channel was removed; nothing can be sent any more.';
  const name = platformName(platform);
  if (isForeignChat) return `${name}’s live chat can be answered only in ${name}.`;
  return channel ? whyReadOnly(channel) : null;
}
