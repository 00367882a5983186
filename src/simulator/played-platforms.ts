import { playCrisp } from './crisp/crisp-play.ts';
import { playMessaging } from './messaging/messaging-play.ts';
import type { PlayedPlatform, PlaySettings } from './played-platform.ts';
import { playTelegram } from './telegram/telegram-play.ts';
import { playTidio } from './tidio/tidio-play.ts';
import { playTwilio } from './twilio/twilio-play.ts';
import { playWhatsApp } from './whatsapp/whatsapp-play.ts';

/** Every platform that customers can be played of. */
export const playedPlatforms = {
  whatsapp: playWhatsApp,
  facebook: ({ pageId: id = '', pageAccessToken: accessToken = '', appSecret = '' }) =>
    playMessaging({ object: 'page', id, accessToken, appSecret }),
  instagram: ({ accountId: id = '', accessToken = '', appSecret = '' }) =>
    playMessaging({ object: 'instagram', id, accessToken, appSecret }),
  telegram: playTelegram,
  sms: playTwilio,
  crisp: playCrisp,
  tidio: playTidio,
} as const satisfies Record<string, (settings: PlaySettings) => PlayedPlatform>;
export type PlayablePlatform = keyof typeof playedPlatforms;
