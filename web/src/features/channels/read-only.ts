import type { Abilities, Channel } from '../../../../src/contract/index.ts';
import { platformName } from '../../ui/platform-mark.tsx';
import { channelKinds } from './channel-kinds.ts';

/** Whether nothing that an agent writes can go out by a channel with these abilities. */
export function isReadOnly(abilities: Abilities): boolean {
  return !abilities.send.includes('text');
}

/** Why an agent cannot answer by this channel; `null`: they can. */
export function whyReadOnly({ platform, abilities }: Pick<Channel, 'platform' | 'abilities'>): string | null {
  if (!isReadOnly(abilities)) return null;
  if (platform === 'api') return 'This channel only receives: it has no callback address.';
  if (platform === 'whatsapp_web') return 'This channel only receives: it has no phone.';
  if (platform === 'tidio') return 'This channel only receives: it has no operator id.';
  if (channelKinds.some(kind => kind.platform === platform))
    return 'This channel only receives: it has no credentials.';
  return `Concierge cannot send by ${platformName(platform)} yet.`;
}
