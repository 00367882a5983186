import FormData from 'form-data';
import type { PlatformIo } from '../adapter.ts';
import { callPlatform, type JsonAnswer, postJson } from '../call-platform.ts';
import type { TelegramSettings } from './telegram-settings.ts';

function baseUrlOf({ apiUrl }: TelegramSettings, { baseUrl }: PlatformIo): string {
  return (apiUrl ?? baseUrl).replace(/\/+$/, '');
}

/** Calls a method of the Bot API. The address holds the bot's token: it is never logged, stored or shown. */
export function callTelegram(
  method: string,
  parameters: object,
  settings: TelegramSettings,
  io: PlatformIo,
): Promise<JsonAnswer> {
  const url = `${baseUrlOf(settings, io)}/bot${settings.botToken}/${method}`;
  return parameters instanceof FormData
    ? callPlatform(io, 'Telegram', { method: 'POST', url, body: parameters })
    : postJson(io, 'Telegram', url, {}, Buffer.from(JSON.stringify(parameters)));
}

/** Where a file is; it holds the token as well. */
export function fileUrl(path: string, settings: TelegramSettings, io: PlatformIo): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${baseUrlOf(settings, io)}/file/bot${settings.botToken}/${encoded}`;
}

export function isSuccess({ status, body }: JsonAnswer): boolean {
  return status >= 200 && status < 300 && body?.ok === true;
}
