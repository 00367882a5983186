import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Credentials } from '../adapter.ts';

export const metaSecret = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\x21-\x7e]+$/, 'Use printable characters without spaces.');
/** Graph ids are digits; they stand in the path of a request, so nothing else is let in. */
export const graphId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'Use the id as Meta shows it, without spaces.');

/** What the settings of each of Meta's platforms may hold. */
export const metaAppSettings = {
  /** Signs what Meta sends us; without it the server's own Meta app is asked. */
  appSecret: metaSecret.optional(),
  verifyToken: metaSecret.optional(),
  /** Another base URL than Meta's: a proxy or a simulator. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
};
interface MetaAppSettings {
  readonly appSecret?: string | undefined;
  readonly verifyToken?: string | undefined;
}

export function withVerifyToken<Settings extends MetaAppSettings>(settings: Settings): Settings {
  return { ...settings, verifyToken: settings.verifyToken ?? randomBytes(24).toString('base64url') };
}

export function metaCredentials({ appSecret, verifyToken }: MetaAppSettings): Credentials {
  return {
    signingSecrets: appSecret === undefined ? [] : [appSecret],
    ...(verifyToken === undefined ? {} : { verifyToken }),
  };
}
