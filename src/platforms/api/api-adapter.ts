import { createHash } from 'node:crypto';
import type { PlatformAdapter } from '../adapter.ts';
import { verifyWebhook, webhookIdOf } from '../standard-webhooks.ts';
import { type ApiSettings, apiSettings, completeApiSettings } from './api-settings.ts';
import { parseApi } from './parse-api.ts';
import { sendApi } from './send-api.ts';

/** The generic channel: any program can bring customers' messages in and take agents' messages out. */
export const apiAdapter: PlatformAdapter<ApiSettings> = {
  platform: 'api',
  abilities: {
    send: ['text', 'template'],
    maximumTextLength: 65_536,
    reply: true,
    react: true,
    typing: false,
    readReceipts: true,
    windowHours: null,
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
};
