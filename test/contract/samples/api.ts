import { signWebhook } from '../../../src/platforms/standard-webhooks.ts';
import { type AdapterSample, json, receivedAt, signedDelivery } from './adapter-sample.ts';

const customer = { id: 'c-1', name: 'Rui P', email: 'rui@example.test', phone: '+351910000002' };
const about = { id: 'e-1', messageId: 'm-1', customer, at: '2026-10-01T11:00:00Z' };
const message = { type: 'message', id: 'm-1', customer, text: 'hello', sentAt: '2026-10-01T11:00:00Z' };

export const apiSample: AdapterSample = {
  settings: { secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}` },
  foreignSettings: { secret: `whsec_${Buffer.alloc(24, 2).toString('base64')}` },
  bodies: [
    json(message),
    json({ ...message, text: undefined, location: { latitude: 1, longitude: 2 }, conversation: 'x' }),
    json({ type: 'receipt', messageId: 'm-1', status: 'failed', error: { code: 'E', message: 'No.' } }),
    json({
      events: [
        { type: 'reaction', ...about, emoji: '👍' },
        { type: 'edit', ...about, text: 'x' },
      ],
    }),
    json({ type: 'delete', ...about }),
  ],
  sign: (body, secret) =>
    signedDelivery('api', body, { ...signWebhook([secret], 'msg_1', receivedAt, body) }),
  proofHeader: 'webhook-signature',
  isStrict: true,
  to: [{ kind: 'customer_id', value: 'c-1' }],
  answers: [{ body: { id: 'theirs' } }],
  urlSetting: 'callbackUrl',
};
