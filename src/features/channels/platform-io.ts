import axios from 'axios';
import type { ProviderUrls } from '../../config/config.ts';
import type { Platform } from '../../contract/primitives.ts';
import {
  type AllowList,
  guardedAddress,
  guardedAgents,
  type ServerKind,
  UnsafeAddress,
} from '../../net/guarded-agents.ts';
import { type PlatformIo, Rejected, Unavailable } from '../../platforms/adapter.ts';
import { adapters } from '../../platforms/registry.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Where an adapter does not choose by its settings. */
const vendors: Readonly<Partial<Record<Platform, keyof ProviderUrls>>> = {
  whatsapp: 'graph',
  facebook: 'graph',
  telegram: 'telegram',
  crisp: 'crisp',
  tidio: 'tidio',
  sms: 'twilio',
};

/** The base URL of a channel's provider: its own `apiUrl` (the simulator's, a proxy's), else the vendor's. */
export function providerUrl(urls: ProviderUrls, platform: Platform, settings: Settings): string {
  if (typeof settings.apiUrl === 'string') return settings.apiUrl;
  const vendor = adapters[platform]?.provider?.(settings) ?? vendors[platform];
  return vendor === undefined ? '' : urls[vendor];
}

export interface PlatformIoOptions {
  readonly providerUrls: ProviderUrls;
  /** Servers in our own network that may be called at a tenant's word. */
  readonly outboundAllow: AllowList;
  /** How the world sees us. */
  readonly publicUrl: string;
  /** After this time without an answer a call is given up. */
  readonly answerWithinMs: number;
}

/** The address that a platform delivers a channel's webhooks to. */
export function webhookUrl(publicUrl: string, platform: Platform, token: string): string {
  return `${publicUrl}/webhooks/${platform}/${token}`;
}

/** What is to be known of a channel to call its provider. */
export interface CalledChannel {
  readonly platform: Platform;
  readonly webhook_token: string;
  readonly trusts_api_url: boolean;
}

export function platformIo(
  { providerUrls, outboundAllow, publicUrl, answerWithinMs }: PlatformIoOptions,
  channel: CalledChannel,
  settings: Settings,
): Required<Omit<PlatformIo, 'keep'>> {
  const { platform, webhook_token } = channel;
  const http = axios.create({
    timeout: answerWithinMs,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
    ...(isNamedByTenant(channel, settings) && guardedAgents(outboundAllow)),
  });
  return {
    http,
    baseUrl: providerUrl(providerUrls, platform, settings),
    resolve: (host, port, kind = 'mail') => resolveNamed(host, port, outboundAllow, kind),
    door: { url: webhookUrl(publicUrl, platform, webhook_token) },
  };
}

/** See PlatformIo. */
async function resolveNamed(host: string, port: number, allow: AllowList, kind: ServerKind): Promise<string> {
  try {
    return await guardedAddress(host, port, allow, kind);
  } catch (error) {
    if (error instanceof UnsafeAddress) throw new Rejected('account', 'unsafe_address', error.message);
    throw new Unavailable('channel', 'unknown_host', `The name ${host} cannot be resolved at the moment.`);
  }
}

/** Those of its own programs and mail servers; and a provider's other address, unless an operator has named that. */
function isNamedByTenant({ platform, trusts_api_url }: CalledChannel, settings: Settings): boolean {
  return platform === 'api' || platform === 'email' || (settings.apiUrl !== undefined && !trusts_api_url);
}

/** The servers that a channel's files may be fetched from although they are in our own network: its provider's own. */
export function providerHosts(
  urls: ProviderUrls,
  channel: CalledChannel,
  settings: Settings,
): readonly string[] {
  if (isNamedByTenant(channel, settings)) return [];
  const { platform } = channel;
  const url = URL.parse(providerUrl(urls, platform, settings));
  if (!url) return [];
  return [`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`];
}
