import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Platform } from '../../src/contract/primitives.ts';
import type { RawDelivery } from '../../src/platforms/adapter.ts';
import { signWebhook } from '../../src/platforms/standard-webhooks.ts';

/** What the conformance suite needs to know of a platform to try its adapter. */
export interface AdapterSample {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings of another tenant's channel: what they sign is forged for this one. */
  readonly foreignSettings: Readonly<Record<string, unknown>>;
  /** Bodies that parse. */
  readonly bodies: readonly Buffer[];
  /** A delivery as the platform signs it; `undefined` where no webhook is ever right. */
  readonly sign?: (body: Buffer, secret: string) => RawDelivery;
  /** The header that holds the proof. */
  readonly proofHeader: string;
  /** Our own protocols refuse unknown fields; the platforms' are read whatever they add. */
  readonly isStrict: boolean;
  readonly answerToSend?: unknown;
  /** The setting that holds the URL that `send` posts to. */
  readonly urlSetting?: string;
}

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
function delivery(platform: string, body: Buffer, headers: Record<string, string>): RawDelivery {
  return {
    method: 'POST',
    publicUrl: `https://example.test/webhooks/${platform}/token`,
    headers,
    body,
    receivedAt,
  };
}

function whatsappBodies(): readonly Buffer[] {
  const folder = new URL('../fixtures/whatsapp/', import.meta.url);
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .flatMap(name => {
      const { deliveries } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
        deliveries: readonly { body?: unknown; bodyText?: string }[];
      };
      return deliveries.map(({ body, bodyText }) => Buffer.from(bodyText ?? JSON.stringify(body)));
    });
}

const customer = { id: 'c-1', name: 'Rui P', email: 'rui@example.test', phone: '+351910000002' };
const about = { id: 'e-1', messageId: 'm-1', customer, at: '2026-10-01T11:00:00Z' };
const apiMessage = { type: 'message', id: 'm-1', customer, text: 'hello', sentAt: '2026-10-01T11:00:00Z' };
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

export const samples: Readonly<Partial<Record<Platform, AdapterSample>>> = {
  whatsapp: {
    settings: {
      phoneNumberId: '770022',
      businessAccountId: '880011',
      accessToken: 'token',
      appSecret: 'secret-a',
    },
    foreignSettings: {
      phoneNumberId: '770099',
      businessAccountId: '880099',
      accessToken: 't',
      appSecret: 'secret-b',
    },
    bodies: whatsappBodies(),
    sign: (body, secret) =>
      delivery('whatsapp', body, {
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      }),
    proofHeader: 'x-hub-signature-256',
    isStrict: false,
    answerToSend: { messages: [{ id: 'wamid.1' }] },
    urlSetting: 'apiUrl',
  },
  api: {
    settings: { secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}` },
    foreignSettings: { secret: `whsec_${Buffer.alloc(24, 2).toString('base64')}` },
    bodies: [
      json(apiMessage),
      json({ ...apiMessage, text: undefined, location: { latitude: 1, longitude: 2 }, conversation: 'x' }),
      json({ type: 'receipt', messageId: 'm-1', status: 'failed', error: { code: 'E', message: 'No.' } }),
      json({
        events: [
          { type: 'reaction', ...about, emoji: '👍' },
          { type: 'edit', ...about, text: 'x' },
        ],
      }),
      json({ type: 'delete', ...about }),
    ],
    sign: (body, secret) => delivery('api', body, { ...signWebhook([secret], 'msg_1', receivedAt, body) }),
    proofHeader: 'webhook-signature',
    isStrict: true,
    answerToSend: { id: 'theirs' },
    urlSetting: 'callbackUrl',
  },
  widget: {
    settings: { allowedDomains: ['example.test'] },
    foreignSettings: { allowedDomains: [] },
    bodies: [
      json({
        type: 'message',
        id: 'w-1',
        visitor: { id: 'v-1' },
        text: 'hi',
        sentAt: '2026-10-01T11:00:00Z',
      }),
    ],
    proofHeader: 'authorization',
    isStrict: true,
  },
};
