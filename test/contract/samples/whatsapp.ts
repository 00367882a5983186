import { type AdapterSample, goldenBodies } from './adapter-sample.ts';
import { signedByMeta } from './meta-signature.ts';

export const whatsappSample: AdapterSample = {
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
  bodies: goldenBodies('whatsapp'),
  sign: signedByMeta('whatsapp'),
  proofHeader: 'x-hub-signature-256',
  isStrict: false,
  to: [{ kind: 'wa_id', value: '351910000002' }],
  answers: [
    { path: /\/messages$/, body: { messages: [{ id: 'wamid.1' }] } },
    { path: /\/media$/, body: { id: 'media-1' } },
  ],
};
