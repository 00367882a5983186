import { Rejected, Unavailable } from '../adapter.ts';
import type { SessionState } from './session-protocol.ts';

/** In these the connection is as it should be, or WhatsApp Web is mending it by itself: the profile is good. */
const soundStates: ReadonlySet<string> = new Set(['CONNECTED', 'OPENING', 'PAIRING', 'TIMEOUT']);
export const isSound = (state: string | null) => state !== null && soundStates.has(state);
/** Only so anything goes out or comes in. */
export const isConnected = (state: string | null) => state === 'CONNECTED';

/** What each state means for an administrator; `undefined` for those that are no news. None of them costs the session. */
export function stateOf(state: string): SessionState | undefined {
  const message = sentences.get(state);
  if (message === undefined) return undefined;
  return { health: 'warning', message };
}

const sentences: ReadonlyMap<string, string> = new Map([
  ['OPENING', 'WhatsApp Web has lost its connection and connects again.'],
  ['TIMEOUT', 'WhatsApp does not answer; WhatsApp Web tries again by itself.'],
  [
    'CONFLICT',
    'Another browser has taken over this WhatsApp Web session. It is opened here again; close the other one.',
  ],
  ['UNPAIRED', 'WhatsApp does not know this session at the moment. It is opened again from the saved one.'],
  [
    'UNPAIRED_IDLE',
    'WhatsApp does not know this session at the moment. It is opened again from the saved one.',
  ],
  ['PROXYBLOCK', 'A proxy or firewall between this server and WhatsApp blocks WhatsApp Web. Let it through.'],
  [
    'DEPRECATED_VERSION',
    'WhatsApp does not accept this version of WhatsApp Web any more. If that stays so, update Concierge.',
  ],
  ['TOS_BLOCK', 'WhatsApp has blocked this account for a breach of its terms. Look at the phone.'],
  ['SMB_TOS_BLOCK', 'WhatsApp has blocked this account for a breach of its terms. Look at the phone.'],
]);

/** Why a session ends when the library gives it up in this state. */
export function endingOf(reason: string): Rejected | Unavailable {
  if (reason === 'LOGOUT')
    return new Rejected(
      'reauthorise',
      'logged_out',
      'The phone has ended this session, or was away for more than two weeks. Connect the channel again and scan the code.',
    );
  const message =
    sentences.get(reason) ?? `WhatsApp Web has ended the session (${reason}). It is opened again.`;
  return reason.endsWith('TOS_BLOCK')
    ? new Rejected('account', 'blocked', message)
    : new Unavailable('channel', reason.toLowerCase(), message);
}

/** The page could not be loaded, or is not WhatsApp Web. */
export function unreachable(reason: string): Unavailable {
  return new Unavailable('channel', 'unreachable', `WhatsApp Web cannot be reached from here: ${reason}`);
}
