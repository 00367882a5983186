import type { PlatformAdapter } from '../adapter.ts';
import { splitMessaging } from '../meta/messaging-events.ts';
import { whoIsOn } from '../meta/messaging-profile.ts';
import { keyOfBytes } from '../meta/meta-ids.ts';
import { metaCredentials, withVerifyToken } from '../meta/meta-settings.ts';
import { answerMetaHandshake, verifyMetaSignature } from '../meta/meta-signature.ts';
import { parseMessaging } from '../meta/parse-messaging.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { checkInstagram, connectInstagram } from './connect-instagram.ts';
import { instagram } from './instagram-platform.ts';
import { type InstagramSettings, instagramSettings } from './instagram-settings.ts';
import { pullInstagram } from './pull-instagram.ts';
import { renewInstagram } from './renew-instagram.ts';
import { sendInstagram } from './send-instagram.ts';

const MB = 1024 * 1024;

/** Messages of one professional Instagram account. */
export const instagramAdapter: PlatformAdapter<InstagramSettings> = {
  platform: 'instagram',
  abilities: {
    ...readOnlyAbilities,
    send: ['text', 'interactive'],
    maximumTextLength: 1000,
    textUnit: 'bytes',
    files: {
      image: { maximumBytes: 8 * MB, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'] },
      video: {
        maximumBytes: 25 * MB,
        mimeTypes: ['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/quicktime', 'video/webm'],
      },
      audio: {
        maximumBytes: 25 * MB,
        mimeTypes: ['audio/aac', 'audio/mp4', 'audio/x-m4a', 'audio/wav'],
      },
      document: { maximumBytes: 25 * MB, mimeTypes: ['application/pdf'] },
    },
    maximumFiles: 1,
    buttons: { maximum: 13, maximumTitleLength: 20, maximumTextLength: 1000 },
    reply: true,
    react: true,
    reactions: ['❤️'],
    finalErrors: ['100', 'not_supported'],
    windowErrors: ['10'],
    windowHours: 24,
    humanAgentHours: 168,
  },
  settings: instagramSettings,
  complete: withVerifyToken,
  provider: ({ login }) => (login === 'instagram' ? 'instagram' : 'graph'),
  accountId: settings => settings.accountId,
  credentials: metaCredentials,
  secretSettings: ['accessToken', 'appSecret', 'verifyToken'],
  handshake: answerMetaHandshake,
  authenticate: verifyMetaSignature,
  deliveryKey: delivery => keyOfBytes('instagram', delivery.body),
  split: splitMessaging,
  parse: (body, receivedAt) => parseMessaging(instagram, body, receivedAt),
  send: sendInstagram,
  pull: pullInstagram,
  whoIs: whoIsOn(instagram),
  // Many new people at once must not use up what the app may ask for, which sending counts towards as well.
  pullsPerMinute: 60,
  renew: renewInstagram,
  connect: connectInstagram,
  check: checkInstagram,
};
