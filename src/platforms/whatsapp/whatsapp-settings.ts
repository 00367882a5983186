import { z } from 'zod';
import { graphId, metaAppSettings, metaSecret } from '../meta/meta-settings.ts';

export const whatsappSettings = z.strictObject({
  phoneNumberId: graphId,
  businessAccountId: graphId,
  accessToken: metaSecret,
  ...metaAppSettings,
});
export type WhatsAppSettings = z.infer<typeof whatsappSettings>;
