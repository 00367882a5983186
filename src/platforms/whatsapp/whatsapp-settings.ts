import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const secret = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\x21-\x7e]+$/, 'Use printable characters without spaces.');
/** Graph ids are digits; they stand in the path of a request, so nothing else is let in. */
const graphId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'Use the id as Meta shows it, without spaces.');

export const whatsappSettings = z.strictObject({
  phoneNumberId: graphId,
  businessAccountId: graphId,
  accessToken: secret,
  /** Signs what Meta sends us; without it the server's own Meta app is asked. */
  appSecret: secret.optional(),
  verifyToken: secret.optional(),
  /** Another base URL than Meta's: a proxy or a simulator. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type WhatsAppSettings = z.infer<typeof whatsappSettings>;

export function completeWhatsAppSettings(settings: WhatsAppSettings): WhatsAppSettings {
  return { ...settings, verifyToken: settings.verifyToken ?? randomBytes(24).toString('base64url') };
}
