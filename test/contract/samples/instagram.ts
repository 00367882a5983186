import { type AdapterSample, goldenBodies } from './adapter-sample.ts';
import { signedByMeta } from './meta-signature.ts';

export const instagramSample: AdapterSample = {
  settings: {
    accountId: '17841400000000011',
    accessToken: 'token',
    login: 'instagram',
    appSecret: 'secret-a',
  },
  foreignSettings: { accountId: '17841400000000099', accessToken: 't', appSecret: 'secret-b' },
  bodies: goldenBodies('instagram'),
  sign: signedByMeta('instagram'),
  proofHeader: 'x-hub-signature-256',
  isStrict: false,
  to: [{ kind: 'igsid', value: '880000000000000001' }],
  answers: [{ path: /\/messages$/, body: { recipient_id: '880000000000000001', message_id: 'aWdf_9' } }],
};
