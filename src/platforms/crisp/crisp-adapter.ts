import type { PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { checkCrisp } from './check-crisp.ts';
import { keyOfBytes, splitCrisp } from './crisp-payload.ts';
import { type CrispSettings, crispSettings } from './crisp-settings.ts';
import { verifyCrispHook } from './crisp-signature.ts';
import { parseCrisp } from './parse-crisp.ts';
import { pullCrisp, recallCrisp } from './pull-crisp.ts';
import { sendCrisp } from './send-crisp.ts';

const maximumBytes = 50 * 1024 * 1024;

/** The chat of a website at Crisp, and whatever else comes together in its inbox. */
export const crispAdapter: PlatformAdapter<CrispSettings> = {
  platform: 'crisp',
  abilities: {
    ...readOnlyAbilities,
    send: ['text', 'interactive'],
    maximumTextLength: 10_000,
    files: {
      image: { maximumBytes, mimeTypes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] },
      video: { maximumBytes, mimeTypes: ['video/*'] },
      audio: { maximumBytes, mimeTypes: ['audio/*'] },
      document: { maximumBytes, mimeTypes: ['*/*'] },
    },
    maximumFiles: 1,
    buttons: { maximum: 10, maximumTitleLength: 80, maximumTextLength: 10_000 },
  },
  settings: crispSettings,
  complete: settings => settings,
  accountId: ({ websiteId }) => websiteId,
  credentials: ({ hookSecret }) => ({ signingSecrets: [hookSecret] }),
  secretSettings: ['key', 'hookSecret'],
  authenticate: verifyCrispHook,
  deliveryKey: ({ body }) => keyOfBytes(body),
  split: splitCrisp,
  parse: parseCrisp,
  send: sendCrisp,
  pull: pullCrisp,
  recall: recallCrisp,
  // A token may ask a few thousand times a day, and sending counts as well.
  pullsPerMinute: 30,
  check: checkCrisp,
};
