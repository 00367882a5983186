import type { Platform } from '../../../src/contract/primitives.ts';
import type { AdapterSample } from './adapter-sample.ts';
import { apiSample } from './api.ts';
import { crispSample } from './crisp.ts';
import { emailSample } from './email.ts';
import { facebookSample } from './facebook.ts';
import { instagramSample } from './instagram.ts';
import { smsSample } from './sms.ts';
import { telegramSample } from './telegram.ts';
import { tidioSample } from './tidio.ts';
import { whatsappSample } from './whatsapp.ts';
import { whatsappWebSample } from './whatsapp-web.ts';
import { widgetSample } from './widget.ts';

export const samples: Readonly<Partial<Record<Platform, AdapterSample>>> = {
  whatsapp: whatsappSample,
  whatsapp_web: whatsappWebSample,
  facebook: facebookSample,
  instagram: instagramSample,
  telegram: telegramSample,
  email: emailSample,
  sms: smsSample,
  crisp: crispSample,
  tidio: tidioSample,
  api: apiSample,
  widget: widgetSample,
};
