import type { Config } from '../../config/config.ts';
import type { Platform } from '../../contract/primitives.ts';
import type { Credentials } from '../../platforms/adapter.ts';

export type SharedCredentials = Partial<Record<Platform, Credentials>>;

/** What one app, plugin or account that serves all tenants signs with. */
export function sharedCredentials(config: Config): SharedCredentials {
  const { metaAppSecret, metaVerifyToken, crispHookSecret, tidioWebhookSecret } = config;
  const meta = metaAppSecret && {
    signingSecrets: [metaAppSecret],
    ...(metaVerifyToken && { verifyToken: metaVerifyToken }),
  };
  return {
    ...(meta && { whatsapp: meta, facebook: meta, instagram: meta }),
    ...(crispHookSecret && { crisp: { signingSecrets: [crispHookSecret] } }),
    ...(tidioWebhookSecret && { tidio: { signingSecrets: [tidioWebhookSecret] } }),
  };
}
