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
  pulls: ['history:1790000000:1'],
  answers: [
    {
      path: /\/message_history$/,
      body: {
        data: [
          {
            id: '1',
            message_id: 'wamid.A',
            events: {
              data: [
                { id: '2', delivery_status: 'DELIVERED', timestamp: 1790000060 },
                {
                  id: '3',
                  delivery_status: 'FAILED',
                  timestamp: 1790000061,
                  error_description: 'Undeliverable',
                },
                { id: '4', delivery_status: 'SENT', timestamp: 1780000000 },
              ],
            },
          },
        ],
        paging: { cursors: { after: 'QVFI' }, next: 'https://graph.facebook.com/next' },
      },
    },
    { path: /\/messages$/, body: { messages: [{ id: 'wamid.1' }] } },
    { path: /\/media$/, body: { id: 'media-1' } },
  ],
};
