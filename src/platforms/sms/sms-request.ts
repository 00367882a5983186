import type { PlatformIo } from '../adapter.ts';
import { callPlatform, type JsonAnswer } from '../call-platform.ts';
import type { SmsSettings } from './sms-settings.ts';

export function twilioUrl({ apiUrl }: SmsSettings, { baseUrl }: PlatformIo): string {
  return (apiUrl ?? baseUrl).replace(/\/+$/, '');
}

export function authorization({ accountSid, authToken }: SmsSettings): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` };
}

/** Calls what stands behind the account (`/Messages.json`), or the account itself (`.json`); a form is posted. */
export function callTwilio(
  path: string,
  form: URLSearchParams | undefined,
  settings: SmsSettings,
  io: PlatformIo,
): Promise<JsonAnswer> {
  return callPlatform(io, 'Twilio', {
    method: form === undefined ? 'GET' : 'POST',
    url: `${twilioUrl(settings, io)}/2010-04-01/Accounts/${settings.accountSid}${path}`,
    headers: {
      ...authorization(settings),
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form !== undefined && { body: Buffer.from(form.toString()) }),
  });
}

export function isSuccess({ status }: JsonAnswer): boolean {
  return status >= 200 && status < 300;
}
