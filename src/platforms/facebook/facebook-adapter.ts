import type { PlatformAdapter } from '../adapter.ts';
import { splitMessaging } from '../meta/messaging-events.ts';
import { whoIsOn } from '../meta/messaging-profile.ts';
import { keyOfBytes } from '../meta/meta-ids.ts';
import { metaCredentials, withVerifyToken } from '../meta/meta-settings.ts';
import { answerMetaHandshake, verifyMetaSignature } from '../meta/meta-signature.ts';
import { parseMessaging } from '../meta/parse-messaging.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { checkFacebook, connectFacebook } from './connect-facebook.ts';
import { messenger } from './facebook-platform.ts';
import { type FacebookSettings, facebookSettings } from './facebook-settings.ts';
import { pullFacebook } from './pull-facebook.ts';
import { sendFacebook, showFacebookSign } from './send-facebook.ts';

const MB = 1024 * 1024;

/** Messenger, for one Facebook page. */
export const facebookAdapter: PlatformAdapter<FacebookSettings> = {
  platform: 'facebook',
  abilities: {
    ...readOnlyAbilities,
    send: ['text', 'interactive'],
    maximumTextLength: 2000,
    files: {
      image: { maximumBytes: 8 * MB, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'] },
      video: {
        maximumBytes: 25 * MB,
        mimeTypes: ['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/quicktime', 'video/webm'],
      },
      audio: {
        maximumBytes: 25 * MB,
        mimeTypes: ['audio/aac', 'audio/mp4', 'audio/x-m4a', 'audio/mpeg', 'audio/wav'],
      },
      document: { maximumBytes: 25 * MB, mimeTypes: ['*/*'] },
    },
    maximumFiles: 1,
    buttons: { maximum: 13, maximumTitleLength: 20, maximumTextLength: 2000 },
    reply: true,
    react: true,
    typing: true,
    finalErrors: ['100', 'not_supported'],
    windowErrors: ['10'],
    windowHours: 24,
    humanAgentHours: 168,
  },
  settings: facebookSettings,
  complete: withVerifyToken,
  accountId: settings => settings.pageId,
  credentials: metaCredentials,
  secretSettings: ['pageAccessToken', 'appSecret', 'verifyToken'],
  handshake: answerMetaHandshake,
  authenticate: verifyMetaSignature,
  deliveryKey: delivery => keyOfBytes('facebook', delivery.body),
  split: splitMessaging,
  parse: (body, receivedAt) => parseMessaging(messenger, body, receivedAt),
  send: sendFacebook,
  showSign: showFacebookSign,
  pull: pullFacebook,
  whoIs: whoIsOn(messenger),
  // Many new people at once must not use up what the app may ask for, which sending counts towards as well.
  pullsPerMinute: 60,
  connect: connectFacebook,
  check: checkFacebook,
};
