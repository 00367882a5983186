import { type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import { callPlatform, type JsonAnswer, postJson } from '../call-platform.ts';
import type { JsonObject } from '../json.ts';
import { refusalOf } from './tidio-errors.ts';
import type { TidioSettings } from './tidio-settings.ts';

function urlOf(path: string, { apiUrl }: TidioSettings, { baseUrl }: PlatformIo): string {
  return `${(apiUrl ?? baseUrl).replace(/\/+$/, '')}${path}`;
}

function headersOf({ clientId, clientSecret }: TidioSettings): Readonly<Record<string, string>> {
  return {
    accept: 'application/json; version=1',
    'x-tidio-openapi-client-id': clientId,
    'x-tidio-openapi-client-secret': clientSecret,
  };
}

export function postToTidio(
  path: string,
  content: object,
  settings: TidioSettings,
  io: PlatformIo,
): Promise<JsonAnswer> {
  const body = Buffer.from(JSON.stringify(content));
  return postJson(io, 'Tidio', urlOf(path, settings, io), headersOf(settings), body);
}

export function isSuccess({ status }: JsonAnswer): boolean {
  return status >= 200 && status < 300;
}

/** What Tidio answers. Throws Rejected, or Unavailable when it cannot be asked now. */
export async function askTidio(path: string, settings: TidioSettings, io: PlatformIo): Promise<JsonObject> {
  const call = { method: 'GET', url: urlOf(path, settings, io), headers: headersOf(settings) } as const;
  const answer = await callPlatform(io, 'Tidio', call).catch(() => {
    throw notNow('channel', 'no_answer');
  });
  if (isSuccess(answer) && answer.body !== undefined) return answer.body;
  const refusal = refusalOf(answer);
  if (refusal instanceof Rejected) throw refusal;
  // What fails at Tidio for one question may well succeed for another.
  throw notNow(
    refusal?.scope ?? 'conversation',
    `http_${answer.status}`,
    refusal?.retryAfterMs ?? answer.retryAfterMs,
  );
}

/** As `askTidio`; `undefined` for what Tidio does not have, or has no longer. */
export async function askTidioFor(
  path: string,
  settings: TidioSettings,
  io: PlatformIo,
): Promise<JsonObject | undefined> {
  try {
    return await askTidio(path, settings, io);
  } catch (error) {
    if (error instanceof Rejected && error.scope === 'message') return undefined;
    throw error;
  }
}

function notNow(scope: Unavailable['scope'], code: string, retryAfterMs?: number): Unavailable {
  return new Unavailable(
    scope,
    code,
    'Tidio cannot be asked at the moment. It is tried again later.',
    retryAfterMs,
  );
}
