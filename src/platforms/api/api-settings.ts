import { z } from 'zod';
import { generateWebhookSecret, isWebhookSecret } from '../standard-webhooks.ts';

export const apiSettings = z.strictObject({
  /** Signs both ways: what comes in, and what we post to the callback. */
  secret: z
    .string()
    .max(200)
    .refine(isWebhookSecret, 'Use base64 of 24 to 64 random bytes, with or without whsec_.')
    .optional(),
  /** Where messages of agents are posted; without it the channel only receives. */
  callbackUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
});
export type ApiSettings = z.infer<typeof apiSettings>;

export function completeApiSettings(settings: ApiSettings): ApiSettings {
  return { ...settings, secret: settings.secret ?? generateWebhookSecret() };
}
