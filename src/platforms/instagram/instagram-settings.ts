import { z } from 'zod';
import { graphId, metaAppSettings, metaSecret } from '../meta/meta-settings.ts';

export const instagramSettings = z.strictObject({
  accountId: graphId,
  accessToken: metaSecret,
  /** Through which of Meta's two products the account is connected: its Facebook page, or Instagram itself. */
  login: z.enum(['facebook', 'instagram']).default('facebook'),
  /** Written by ourselves: when the token was last exchanged for a fresh one. */
  tokenRenewedAt: z.iso.datetime().optional(),
  ...metaAppSettings,
});
export type InstagramSettings = z.infer<typeof instagramSettings>;
