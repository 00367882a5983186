import { createHash } from 'node:crypto';
import type { PlatformAdapter } from '../adapter.ts';
import { answerMetaHandshake, verifyMetaSignature } from '../meta-signature.ts';
import { parseWhatsApp } from './parse-whatsapp.ts';
import { markWhatsAppRead, sendWhatsApp } from './send-whatsapp.ts';
import { splitWhatsApp } from './split-whatsapp.ts';
import { equivalentAliases } from './whatsapp-identity.ts';
import { completeWhatsAppSettings, type WhatsAppSettings, whatsappSettings } from './whatsapp-settings.ts';

/** The Cloud API of WhatsApp. Facts about a business account as a whole carry its id instead of a number's. */
export const whatsappAdapter: PlatformAdapter<WhatsAppSettings> = {
  platform: 'whatsapp',
  abilities: {
    send: ['text', 'template'],
    maximumTextLength: 4096,
    reply: true,
    react: true,
    typing: true,
    readReceipts: true,
    windowHours: 24,
  },
  settings: whatsappSettings,
  complete: completeWhatsAppSettings,
  accountId: settings => settings.phoneNumberId,
  credentials: ({ appSecret, businessAccountId, verifyToken }) => ({
    signingSecrets: appSecret === undefined ? [] : [appSecret],
    ...(verifyToken === undefined ? {} : { verifyToken }),
    ownsAccounts: [businessAccountId],
  }),
  secretSettings: ['accessToken', 'appSecret', 'verifyToken'],
  handshake: answerMetaHandshake,
  authenticate: verifyMetaSignature,
  // Meta gives a delivery no id, but repeats it with the same bytes.
  deliveryKey: delivery => `whatsapp:${createHash('sha256').update(delivery.body).digest('hex')}`,
  split: splitWhatsApp,
  parse: parseWhatsApp,
  equivalents: equivalentAliases,
  send: sendWhatsApp,
  markRead: markWhatsAppRead,
};
