import type { PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { equivalentAliases } from '../whatsapp/whatsapp-identity.ts';
import { checkSms, connectSms } from './connect-sms.ts';
import { deliveryKeyOf, parseSms, splitSms } from './parse-sms.ts';
import { sendSms } from './send-sms.ts';
import { locateSmsMedia } from './sms-media.ts';
import { type SmsSettings, smsSettings } from './sms-settings.ts';
import { verifyTwilioSignature } from './sms-signature.ts';

const maximumBytes = 5 * 1024 * 1024;

/** Text messages by Twilio; also its senders on WhatsApp, with free text only. */
export const smsAdapter: PlatformAdapter<SmsSettings> = {
  platform: 'sms',
  abilities: {
    ...readOnlyAbilities,
    send: ['text'],
    maximumTextLength: 1600,
    files: {
      image: { maximumBytes, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'] },
      video: { maximumBytes, mimeTypes: ['video/*'] },
      audio: { maximumBytes, mimeTypes: ['audio/*'] },
      document: { maximumBytes, mimeTypes: ['*/*'] },
    },
    maximumFiles: 10,
    maximumCaptionLength: 1600,
    finalErrors: [
      // The number; content and file; the same by WhatsApp.
      ...['21211', '21217', '21265', '21604', '21610', '21612', '21614', '21635', '30004', '30005', '30006'],
      ...['11751', '21602', '21605', '21617', '21619', '21620', '21623', '30007', '30019'],
      ...['63003', '63005', '63013', '63019', '63021', '63024', '63032', '63049'],
      ...['files_too_large', 'one_file'],
    ],
    windowErrors: ['63016'],
  },
  settings: smsSettings,
  complete: settings => settings,
  // One account has many senders, each a channel of its own.
  accountId: ({ accountSid, from }) => `${accountSid}:${from}`,
  credentials: ({ accountSid, authToken }) => ({ signingSecrets: [authToken], ownsAccounts: [accountSid] }),
  secretSettings: ['authToken'],
  authenticate: verifyTwilioSignature,
  deliveryKey: ({ body }) => deliveryKeyOf(body),
  split: splitSms,
  parse: parseSms,
  equivalents: equivalentAliases,
  locateMedia: locateSmsMedia,
  send: sendSms,
  connect: connectSms,
  check: checkSms,
};
