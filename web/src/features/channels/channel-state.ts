import type { Channel } from '../../../../src/contract/index.ts';
import type { Tone } from '../../ui/controls.tsx';
import { isReadOnly } from './read-only.ts';

interface ChannelState {
  readonly tone: Tone;
  readonly text: string;
}

const healthStates: Record<Channel['health'], ChannelState> = {
  ok: { tone: 'ok', text: 'working' },
  warning: { tone: 'warn', text: 'has trouble' },
  reauthorise: { tone: 'bad', text: 'needs a new sign-in' },
  stopped: { tone: 'bad', text: 'stopped' },
  unknown: { tone: 'plain', text: 'not checked yet' },
};

/** How a channel stands, in two or three words. Trouble is told before all else. */
export function stateOf(channel: Channel): ChannelState {
  const { platform, health, healthMessage, isActive, abilities } = channel;
  if (!isActive) return { tone: 'plain', text: 'paused' };
  if (platform === 'whatsapp_web' && health !== 'ok' && health !== 'stopped') return phoneStateOf(channel);
  if (health === 'unknown' && healthMessage !== null) return { tone: 'warn', text: 'cannot be reached' };
  if ((health === 'ok' || health === 'unknown') && isReadOnly(abilities))
    return { tone: 'plain', text: platform === 'api' ? 'no callback address' : 'read only' };
  return healthStates[health];
}

/** Through a phone that was never linked nothing ever went, whatever else is wrong at the moment. */
function phoneStateOf({ health, healthMessage, lastInboundAt, lastOutboundAt }: Channel): ChannelState {
  const { tone } = healthStates[health];
  if (health === 'reauthorise') return { tone, text: 'not linked' };
  if (health === 'unknown' && healthMessage !== null) return { tone, text: 'connecting' };
  if (lastInboundAt === null && lastOutboundAt === null) return { tone, text: 'not linked' };
  return health === 'unknown' ? { tone, text: 'connecting' } : healthStates[health];
}

/** Whether messages are late or lost until somebody does something. */
export function needsAttention({ health, isActive }: Pick<Channel, 'health' | 'isActive'>): boolean {
  return isActive && (health === 'warning' || health === 'reauthorise' || health === 'stopped');
}

type Checked = Pick<Channel, 'health' | 'healthMessage'>;

/** What came of the check after a channel was stored or changed; `null`: it works. */
export function shortfallOf({ health, healthMessage }: Checked): string | null {
  if (health === 'ok') return null;
  if (health === 'unknown') return `It could not be checked${healthMessage ? `: ${healthMessage}` : '.'}`;
  const words = health === 'warning' ? 'It does not fully work yet.' : 'It does not work yet.';
  return healthMessage ? `${words} ${healthMessage}` : words;
}
