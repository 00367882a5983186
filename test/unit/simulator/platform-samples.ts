import type { PlatformAdapter } from '../../../src/platforms/adapter.ts';
import { type AnySettings, adapterFor } from '../../../src/platforms/registry.ts';
import type { PlayablePlatform } from '../../../src/simulator/index.ts';

/** A channel of each platform that can be played, as its settings are stored. */
export const channelSettings = {
  whatsapp: {
    phoneNumberId: '770022',
    businessAccountId: '880011',
    accessToken: 'token',
    appSecret: 'an-app-secret',
  },
  facebook: { pageId: '66001', pageAccessToken: 'page-token', appSecret: 'a-page-secret' },
  instagram: { accountId: '66002', accessToken: 'account-token', appSecret: 'an-account-secret' },
  telegram: { botToken: '7100000001:AAE-token', secretToken: 'a-secret-token' },
  sms: { accountSid: `AC${'a'.repeat(32)}`, authToken: 'an-auth-token', from: '+351210000001' },
  crisp: {
    websiteId: '0b6c9f6a-3a0e-4a53-9e11-3b8c41f2a001',
    identifier: 'id-a',
    key: 'key-a',
    hookSecret: 'hook-secret-of-a',
  },
  tidio: {
    projectPublicKey: 'pk1',
    clientId: 'ci_a',
    clientSecret: 'cs_a',
    webhookSecret: 'webhook-secret-a',
    operatorId: '11111111-1111-4111-8111-111111111111',
  },
} as const satisfies Record<PlayablePlatform, Readonly<Record<string, string>>>;

export const playable = Object.keys(channelSettings) as readonly PlayablePlatform[];

/** None of them takes time to read. */
export function adapterOf(platform: PlayablePlatform): PlatformAdapter<AnySettings> {
  const adapter = adapterFor(platform);
  if (!adapter) throw new Error(`There is no adapter for ${platform}.`);
  return adapter as PlatformAdapter<AnySettings>;
}

/** What a channel of this platform is written to with. */
export function secretOf(platform: PlayablePlatform): string {
  return adapterOf(platform).credentials(channelSettings[platform]).signingSecrets[0] ?? '';
}
