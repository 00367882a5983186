import type { PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { checkTidio } from './check-tidio.ts';
import { parseTidio } from './parse-tidio.ts';
import { pullTidio, recallTidio } from './pull-tidio.ts';
import { sendTidio } from './send-tidio.ts';
import { deliveryKeyOf, splitTidio } from './tidio-payload.ts';
import { type TidioSettings, tidioSettings } from './tidio-settings.ts';
import { verifyTidioSignature } from './tidio-signature.ts';

/** A project of Tidio: its live chat, which can only be read, and its tickets, which can be answered. */
export const tidioAdapter: PlatformAdapter<TidioSettings> = {
  platform: 'tidio',
  abilities: {
    ...readOnlyAbilities,
    send: ['text'],
    maximumTextLength: 10_000,
    finalErrors: ['chat_read_only'],
  },
  sends: ({ operatorId }) => operatorId !== undefined,
  settings: tidioSettings,
  complete: settings => settings,
  accountId: ({ projectPublicKey }) => projectPublicKey,
  credentials: ({ webhookSecret }) => ({ signingSecrets: [webhookSecret] }),
  secretSettings: ['clientSecret', 'webhookSecret'],
  authenticate: verifyTidioSignature,
  deliveryKey: ({ body }) => deliveryKeyOf(body),
  split: splitTidio,
  parse: parseTidio,
  send: sendTidio,
  pull: pullTidio,
  recall: recallTidio,
  // A pull asks two questions, and the smallest plan takes ten in a minute: two are left for replies.
  pullsPerMinute: 4,
  check: checkTidio,
};
