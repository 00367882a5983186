import { type AdapterSample, json } from './adapter-sample.ts';

export const widgetSample: AdapterSample = {
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
};
