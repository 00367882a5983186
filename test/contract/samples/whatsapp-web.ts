import { type AdapterSample, goldenBodies } from './adapter-sample.ts';

export const whatsappWebSample: AdapterSample = {
  settings: {},
  foreignSettings: {},
  bodies: goldenBodies('whatsapp_web'),
  proofHeader: 'authorization',
  isStrict: false,
};
