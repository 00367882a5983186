import type { Channel, Conversation } from '../../../../src/contract/index.ts';
import type { Tone } from '../../ui/controls.tsx';
import { spanOf } from '../../ui/time.ts';

const soonMs = 2 * 3_600_000;

export interface ReplyWindow {
  readonly isOpen: boolean;
  readonly tone: Tone;
  readonly text: string;
}

/** `null`: the platform has no window. */
export function replyWindowOf(
  { windowExpiresAt }: Conversation,
  channel: Channel | undefined,
  now: number,
): ReplyWindow | null {
  if (windowExpiresAt === null) {
    // A platform with a window, and a customer who has never written.
    return channel?.abilities.windowHours ? { isOpen: false, tone: 'bad', text: 'window closed' } : null;
  }
  const leftMs = Date.parse(windowExpiresAt) - now;
  if (leftMs <= 0) return { isOpen: false, tone: 'bad', text: 'window closed' };
  return {
    isOpen: true,
    tone: leftMs < soonMs ? 'warn' : 'ok',
    text: `window open, closes in ${spanOf(leftMs)}`,
  };
}
