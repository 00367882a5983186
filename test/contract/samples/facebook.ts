import { type AdapterSample, goldenBodies } from './adapter-sample.ts';
import { signedByMeta } from './meta-signature.ts';

export const facebookSample: AdapterSample = {
  settings: { pageId: '660011', pageAccessToken: 'token', appSecret: 'secret-a' },
  foreignSettings: { pageId: '660099', pageAccessToken: 't', appSecret: 'secret-b' },
  bodies: goldenBodies('facebook'),
  sign: signedByMeta('facebook'),
  proofHeader: 'x-hub-signature-256',
  isStrict: false,
  to: [{ kind: 'psid', value: '25990000000000001' }],
  answers: [{ path: /\/messages$/, body: { recipient_id: '25990000000000001', message_id: 'm_9' } }],
};
