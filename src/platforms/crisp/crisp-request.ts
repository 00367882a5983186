import { type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import { callPlatform, type JsonAnswer, postJson } from '../call-platform.ts';
import { type JsonObject, type JsonValue, objectsOf } from '../json.ts';
import { refusalOf } from './crisp-errors.ts';
import type { CrispSettings } from './crisp-settings.ts';

function websiteUrl({ apiUrl, websiteId }: CrispSettings, { baseUrl }: PlatformIo): string {
  return `${(apiUrl ?? baseUrl).replace(/\/+$/, '')}/v1/website/${websiteId}`;
}

function headersOf({ identifier, key, tier = 'plugin' }: CrispSettings): Readonly<Record<string, string>> {
  return {
    authorization: `Basic ${Buffer.from(`${identifier}:${key}`).toString('base64')}`,
    'x-crisp-tier': tier,
  };
}

/** Posts to what stands behind the website (`/conversation/…`). */
export function postToCrisp(
  path: string,
  content: object,
  settings: CrispSettings,
  io: PlatformIo,
): Promise<JsonAnswer> {
  const body = Buffer.from(JSON.stringify(content));
  return postJson(io, 'Crisp', `${websiteUrl(settings, io)}${path}`, headersOf(settings), body);
}

/** Crisp says in each answer whether it is an error. */
export function isSuccess({ status, body }: JsonAnswer): boolean {
  return status >= 200 && status < 300 && body?.error === false;
}

/** The data of an answer. Throws Rejected, or Unavailable when Crisp cannot be asked now. */
export async function askCrisp(
  path: string,
  settings: CrispSettings,
  io: PlatformIo,
): Promise<JsonValue | undefined> {
  const url = `${websiteUrl(settings, io)}${path}`;
  const call = { method: 'GET', url, headers: headersOf(settings) } as const;
  const answer = await callPlatform(io, 'Crisp', call).catch(() => {
    throw notNow('channel', 'no_answer');
  });
  if (isSuccess(answer)) return answer.body?.data;
  const refusal = refusalOf(answer);
  if (refusal instanceof Rejected) throw refusal;
  // What fails at Crisp for one question may well succeed for another.
  throw notNow(refusal?.scope ?? 'conversation', `http_${answer.status}`, answer.retryAfterMs);
}

export async function askCrispForList(
  path: string,
  settings: CrispSettings,
  io: PlatformIo,
): Promise<readonly JsonObject[]> {
  return objectsOf(await askCrisp(path, settings, io));
}

function notNow(scope: Unavailable['scope'], code: string, retryAfterMs?: number): Unavailable {
  return new Unavailable(
    scope,
    code,
    'Crisp cannot be asked at the moment. It is tried again later.',
    retryAfterMs,
  );
}
