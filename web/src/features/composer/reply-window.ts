import type { Channel, Conversation } from '../../../../src/contract/index.ts';
import type { Tone } from '../../ui/controls.tsx';
import { spanOf } from '../../ui/time.ts';

const hourMs = 3_600_000;
const soonMs = 2 * hourMs;

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
  if (leftMs <= 0) {
    const { windowHours = null, humanAgentHours = null } = channel?.abilities ?? {};
    const leftForPeopleMs =
      windowHours === null || humanAgentHours === null
        ? 0
        : leftMs + (humanAgentHours - windowHours) * hourMs;
    if (leftForPeopleMs <= 0) return { isOpen: false, tone: 'bad', text: 'window closed' };
    return { isOpen: true, tone: 'warn', text: `only people may answer now, for ${spanOf(leftForPeopleMs)}` };
  }
  return {
    isOpen: true,
    tone: leftMs < soonMs ? 'warn' : 'ok',
    text: `window open, closes in ${spanOf(leftMs)}`,
  };
}
