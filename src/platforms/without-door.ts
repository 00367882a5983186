import { createHash } from 'node:crypto';
import type { Platform } from '../contract/primitives.ts';
import { ForgedDelivery, type RawDelivery } from './adapter.ts';

/** For a platform whose messages are fetched, come over a line, or by our own API: what it has instead of webhooks. */
export function withoutDoor(platform: Platform) {
  return {
    platform,
    hasNoDoor: true,
    credentials: () => ({ signingSecrets: [] }),
    authenticate: (): never => {
      throw new ForgedDelivery('Nothing of this platform is delivered to a webhook.');
    },
    deliveryKey: ({ body }: RawDelivery) => `${platform}:${createHash('sha256').update(body).digest('hex')}`,
  } as const;
}
