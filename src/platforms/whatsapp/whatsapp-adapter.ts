import type { PlatformAdapter } from '../adapter.ts';
import { keyOfBytes } from '../meta/meta-ids.ts';
import { metaCredentials, withVerifyToken } from '../meta/meta-settings.ts';
import { answerMetaHandshake, verifyMetaSignature } from '../meta/meta-signature.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { checkWhatsApp, connectWhatsApp } from './connect-whatsapp.ts';
import { parseWhatsApp } from './parse-whatsapp.ts';
import { pullWhatsApp, recallWhatsApp } from './pull-whatsapp.ts';
import { sendWhatsApp, showWhatsAppSign } from './send-whatsapp.ts';
import { splitWhatsApp } from './split-whatsapp.ts';
import { equivalentAliases } from './whatsapp-identity.ts';
import { locateWhatsAppMedia } from './whatsapp-media.ts';
import { type WhatsAppSettings, whatsappSettings } from './whatsapp-settings.ts';
import { listWhatsAppTemplates } from './whatsapp-templates.ts';

const MB = 1024 * 1024;

/** The Cloud API of WhatsApp. Facts about a business account as a whole carry its id instead of a number's. */
export const whatsappAdapter: PlatformAdapter<WhatsAppSettings> = {
  platform: 'whatsapp',
  abilities: {
    ...readOnlyAbilities,
    send: ['text', 'template', 'interactive'],
    maximumTextLength: 4096,
    files: {
      image: { maximumBytes: 5 * MB, mimeTypes: ['image/jpeg', 'image/png'] },
      video: { maximumBytes: 16 * MB, mimeTypes: ['video/mp4', 'video/3gpp'] },
      audio: {
        maximumBytes: 16 * MB,
        mimeTypes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
        isWordless: true,
      },
      document: { maximumBytes: 100 * MB, mimeTypes: ['*/*'] },
    },
    maximumFiles: 1,
    maximumCaptionLength: 1024,
    buttons: { maximum: 3, maximumTitleLength: 20, maximumTextLength: 1024 },
    list: { maximum: 10, maximumTitleLength: 24, maximumDescriptionLength: 72, maximumTextLength: 1024 },
    reply: true,
    react: true,
    typing: true,
    readReceipts: true,
    finalErrors: [
      // Content and file; the recipient; the template.
      ...['100', '131008', '131009', '131051', '131053'],
      ...['130472', '131021', '131050', '131062'],
      ...['132000', '132001', '132005', '132007', '132008', '132012', '132015', '132016'],
    ],
    windowErrors: ['131047'],
    windowHours: 24,
  },
  settings: whatsappSettings,
  complete: withVerifyToken,
  accountId: settings => settings.phoneNumberId,
  credentials: settings => ({
    ...metaCredentials(settings),
    ownsAccounts: [settings.businessAccountId],
  }),
  secretSettings: ['accessToken', 'appSecret', 'verifyToken'],
  handshake: answerMetaHandshake,
  authenticate: verifyMetaSignature,
  deliveryKey: delivery => keyOfBytes('whatsapp', delivery.body),
  split: splitWhatsApp,
  parse: parseWhatsApp,
  equivalents: equivalentAliases,
  locateMedia: locateWhatsAppMedia,
  send: sendWhatsApp,
  showSign: showWhatsAppSign,
  pull: pullWhatsApp,
  recall: recallWhatsApp,
  templates: listWhatsAppTemplates,
  connect: connectWhatsApp,
  check: checkWhatsApp,
};
