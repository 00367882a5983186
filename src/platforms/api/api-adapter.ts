import { createHash } from 'node:crypto';
import { fileKind } from '../../contract/channels.ts';
import type { PlatformAdapter } from '../adapter.ts';
import { readOnlyAbilities } from '../read-only-abilities.ts';
import { verifyWebhook, webhookIdOf } from '../standard-webhooks.ts';
import { type ApiSettings, apiSettings, completeApiSettings } from './api-settings.ts';
import { checkApi } from './check-api.ts';
import { parseApi } from './parse-api.ts';
import { sendApi } from './send-api.ts';

/** The generic channel: any program can bring customers' messages in and take agents' messages out. */
export const apiAdapter: PlatformAdapter<ApiSettings> = {
  platform: 'api',
  abilities: {
    ...readOnlyAbilities,
    send: ['text', 'interactive'],
    maximumTextLength: 65_536,
    files: Object.fromEntries(
      fileKind.options.map(kind => [kind, { maximumBytes: 100 * 1024 * 1024, mimeTypes: ['*/*'] }]),
    ),
    maximumFiles: 10,
    maximumCaptionLength: 65_536,
    buttons: { maximum: 10, maximumTitleLength: 80, maximumTextLength: 65_536 },
    list: {
      maximum: 50,
      maximumTitleLength: 80,
      maximumDescriptionLength: 200,
      maximumTextLength: 65_536,
    },
    reply: true,
    react: true,
    readReceipts: true,
  },
  sends: settings => settings.callbackUrl !== undefined,
  settings: apiSettings,
  complete: completeApiSettings,
  accountId: () => null,
  credentials: ({ secret }) => ({ signingSecrets: secret === undefined ? [] : [secret] }),
  secretSettings: ['secret'],
  authenticate: (delivery, credentials) => verifyWebhook(delivery, credentials.signingSecrets),
  deliveryKey: delivery =>
    webhookIdOf(delivery) ?? `sha256:${createHash('sha256').update(delivery.body).digest('hex')}`,
  refusesUnreadable: true,
  parse: parseApi,
  send: sendApi,
  check: checkApi,
};
