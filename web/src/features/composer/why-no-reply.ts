import type { Channel, Conversation } from '../../../../src/contract/index.ts';
import { useSession, useStore } from '../../app/session.ts';
import { whyReadOnly } from '../channels/read-only.ts';

/** Why nothing can be written to the customer here; `null`: something can. */
export function useWhyNoReply(
  { id, platform }: Conversation,
  channel: Channel | undefined,
  isRemoved: boolean,
): string | null {
  const { desk } = useSession();
  // Tidio's chats and tickets look alike from here: the first answer that it refuses tells that this is a chat.
  const isForeignChat = useStore(
    desk.state,
    state => state.messages[id]?.some(message => message.error?.code === 'chat_read_only') ?? false,
  );
  if (isRemoved) return 'This channel was removed; nothing can be sent any more.';
  if (platform === 'tidio' && isForeignChat) return 'Tidio’s live chat can be answered only in Tidio.';
  return channel ? whyReadOnly(channel) : null;
}
