import axios from 'axios';
import type { ProviderUrls } from '../../config/config.ts';
import type { Platform } from '../../contract/primitives.ts';
import { type AllowList, guardedAddress, guardedAgents, UnsafeAddress } from '../../net/guarded-agents.ts';
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

export function platformIo(
  { providerUrls, outboundAllow, publicUrl, answerWithinMs }: PlatformIoOptions,
  { platform, webhook_token }: { readonly platform: Platform; readonly webhook_token: string },
  settings: Settings,
): Required<PlatformIo> {
  const http = axios.create({
    timeout: answerWithinMs,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
    // The only platform whose server is named by the tenant alone.
    ...(platform === 'api' && guardedAgents(outboundAllow)),
  });
  return {
    http,
    baseUrl: providerUrl(providerUrls, platform, settings),
    resolve: (host, port) => resolveNamed(host, port, outboundAllow),
    door: { url: webhookUrl(publicUrl, platform, webhook_token) },
  };
}

/** See PlatformIo. */
async function resolveNamed(host: string, port: number, allow: AllowList): Promise<string> {
  try {
    return await guardedAddress(host, port, allow);
  } catch (error) {
    if (error instanceof UnsafeAddress) throw new Rejected('account', 'unsafe_address', error.message);
    throw new Unavailable('channel', 'unknown_host', `The name ${host} cannot be resolved at the moment.`);
  }
}

/** The servers that a channel's files may be fetched from although they are in our own network: its provider's own. */
export function providerHosts(urls: ProviderUrls, platform: Platform, settings: Settings): readonly string[] {
  const url = URL.parse(providerUrl(urls, platform, settings));
  if (!url) return [];
  return [`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`];
}
