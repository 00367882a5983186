import type { PlatformIo } from '../adapter.ts';
import { bearer, graphUrl } from '../meta/graph-request.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

export function numberUrl(settings: WhatsAppSettings, io: PlatformIo): string {
  return `${graphUrl(settings.apiUrl, io)}/${settings.phoneNumberId}`;
}
export function authorization({ accessToken }: WhatsAppSettings): { authorization: string } {
  return bearer(accessToken);
}
