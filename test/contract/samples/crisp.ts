import { createHmac } from 'node:crypto';
import { type AdapterSample, goldenBodies, receivedAt, signedDelivery } from './adapter-sample.ts';

const timestamp = String(receivedAt.getTime());

/** As Crisp signs the hooks of a plugin. */
function sign(body: Buffer, secret: string) {
  const signature = createHmac('sha256', secret).update(`[${timestamp};${body.toString()}]`).digest('hex');
  return signedDelivery('crisp', body, {
    'x-crisp-signature': signature,
    'x-crisp-request-timestamp': timestamp,
  });
}

const websiteId = '0b6c9f6a-3a0e-4a53-9e11-3b8c41f2a001';
const conversations = [
  { session_id: 'session_ab12', updated_at: receivedAt.getTime() - 1000 },
  { session_id: 'session_cd34', updated_at: receivedAt.getTime() - 2000 },
];
const messages = [
  {
    type: 'text',
    from: 'user',
    content: 'hello',
    fingerprint: 179085240000011,
    timestamp: receivedAt.getTime() - 2000,
  },
  {
    type: 'text',
    from: 'operator',
    content: 'hi',
    fingerprint: 179085240000022,
    timestamp: receivedAt.getTime() - 1000,
  },
];

export const crispSample: AdapterSample = {
  settings: { websiteId, identifier: 'id-a', key: 'key-a', hookSecret: 'hook-secret-of-a' },
  foreignSettings: {
    websiteId: '0b6c9f6a-3a0e-4a53-9e11-3b8c41f2a009',
    identifier: 'id-b',
    key: 'key-b',
    hookSecret: 'hook-secret-of-b',
  },
  bodies: goldenBodies('crisp'),
  sign,
  proofHeader: 'x-crisp-signature',
  isWritingUnsigned: true,
  isStrict: false,
  to: [{ kind: 'crisp_session', value: 'session_ab12' }],
  pulls: [
    `conversations:1:${receivedAt.getTime() - 3_600_000}`,
    `messages:session_ab12:${receivedAt.getTime() - 3_600_000}`,
  ],
  answers: [
    {
      path: /\/message$/,
      body: { error: false, reason: 'dispatched', data: { fingerprint: 179085240000033 } },
    },
    { path: /\/conversations\/\d+$/, body: { error: false, reason: 'listed', data: conversations } },
    { path: /\/messages$/, body: { error: false, reason: 'listed', data: messages } },
  ],
};
