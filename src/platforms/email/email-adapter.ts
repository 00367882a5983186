import type { PlatformAdapter } from '../adapter.ts';
import type { InboundFact } from '../inbound-fact.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { withoutDoor } from '../without-door.ts';
import { checkEmail } from './check-email.ts';
import { openEmailLine } from './email-line.ts';
import { unpackEmailMedia } from './email-media.ts';
import { renewEmail } from './email-oauth.ts';
import { type EmailSettings, emailSettings, sinceNow } from './email-settings.ts';
import { mailKey } from './mail-envelope.ts';
import { parseEmail } from './parse-email.ts';
import { pollsOfEmail, pullEmail, recallEmail } from './pull-email.ts';
import { sendEmail, sendSeconds } from './send-email.ts';

const longestText = 65_536;
/** Of one file. What a mail may have in all is for the server to say. */
const maximumBytes = 20 * 1024 * 1024;

/** A mailbox: IMAP in, SMTP out. */
export const emailAdapter: PlatformAdapter<EmailSettings, Promise<readonly InboundFact[]>> = {
  ...withoutDoor('email'),
  // Also where a mail was checked: that is said of the mail, and the next one with this sender may be forged.
  takesClaims: true,
  abilities: {
    ...readOnlyAbilities,
    send: ['text'],
    maximumTextLength: longestText,
    files: {
      image: { maximumBytes, mimeTypes: ['image/*'] },
      video: { maximumBytes, mimeTypes: ['video/*'] },
      audio: { maximumBytes, mimeTypes: ['audio/*'] },
      document: { maximumBytes, mimeTypes: ['*/*'] },
    },
    maximumFiles: 10,
    maximumCaptionLength: longestText,
    reply: true,
    copies: true,
    finalErrors: [
      ...['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.2.3', '5.3.4', '552'],
      ...['bad_address', 'too_large', 'too_many_recipients'],
    ],
  },
  settings: emailSettings,
  complete: sinceNow,
  accountId: ({ address }) => address.toLowerCase(),
  // Sealed whole: passwords, and whose they are.
  secretSettings: ['imap', 'smtp', 'oauth'],
  deliveryKey: ({ body }) => mailKey(body),
  parse: parseEmail,
  readsSlowly: true,
  unpackMedia: unpackEmailMedia,
  send: sendEmail,
  sendSeconds,
  // As mail servers do: many take nothing from a stranger at first, and some are away for a day.
  triedForHours: 48,
  pull: pullEmail,
  polls: pollsOfEmail,
  recall: recallEmail,
  open: openEmailLine,
  renew: renewEmail,
  check: checkEmail,
};
