import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { OutcomeUnknown, type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import { callPlatform } from '../call-platform.ts';
import { numberOf, textOf } from '../json.ts';
import type { EmailSettings, OAuthSettings } from './email-settings.ts';

export interface Tokens {
  readonly accessToken: string;
  /** Milliseconds. */
  readonly goodForMs: number;
  /** Only when the server gave another one. */
  readonly refreshToken?: string;
}

const receiver = 'The sign-in server of this mailbox';
const connectAgain = 'Connect the mailbox again.';

/** Asks the provider for a token that is good for an hour or so. Throws Rejected or Unavailable. */
export async function fetchTokens(oauth: OAuthSettings, io: PlatformIo): Promise<Tokens> {
  const { clientId, clientSecret, refreshToken, tokenUrl } = oauth;
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  });
  const { status, body, retryAfterMs } = await callPlatform(io, receiver, {
    method: 'POST',
    url: tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  }).catch(error => {
    throw error instanceof OutcomeUnknown ? notNow('no_answer') : error;
  });
  const accessToken = textOf(body?.access_token);
  if (status === 200 && accessToken !== undefined) {
    const given = textOf(body?.refresh_token);
    const goodForMs = 1000 * (numberOf(body?.expires_in) ?? 0);
    return {
      accessToken,
      goodForMs,
      ...(given !== undefined && given !== refreshToken && { refreshToken: given }),
    };
  }
  const error = textOf(body?.error);
  if (status === 429 || status >= 500 || status < 400) throw notNow(error ?? `http_${status}`, retryAfterMs);
  throw new Rejected('reauthorise', error ?? `http_${status}`, sentenceOf(error));
}

function sentenceOf(error: string | undefined): string {
  switch (error) {
    case 'invalid_grant':
      return `The permission for this mailbox has expired or was withdrawn. ${connectAgain}`;
    case 'invalid_client':
    case 'unauthorized_client':
      return 'The sign-in server does not know the client ID and secret of this mailbox. Take the present ones and connect it again.';
    default:
      return `The sign-in server gives no access to this mailbox. ${connectAgain}`;
  }
}

function notNow(code: string, retryAfterMs?: number): Unavailable {
  return new Unavailable('channel', code, `${receiver} cannot be asked at the moment.`, retryAfterMs);
}

/** Mailboxes sign in every few minutes, and with every mail that goes out. Nothing but time depends on what is kept here. */
const known = new LRUCache<string, string>({ max: 5000 });
const marginMs = 5 * 60_000;

/**
 * Signs in with a token that is good, or with `undefined` where the mailbox has passwords. One that was kept and is refused
 * is replaced once. Throws Rejected or Unavailable, and what `signIn` throws.
 */
export async function withAccessToken<Result>(
  { oauth }: EmailSettings,
  io: PlatformIo,
  signIn: (accessToken: string | undefined) => Promise<Result>,
): Promise<Result> {
  if (oauth === undefined) return signIn(undefined);
  const key = createHash('sha256').update(JSON.stringify(oauth)).digest('base64');
  const kept = known.get(key);
  if (kept !== undefined) {
    try {
      return await signIn(kept);
    } catch (error) {
      if (!(error instanceof Rejected) || error.scope !== 'reauthorise') throw error;
      known.delete(key);
    }
  }
  const { accessToken, goodForMs } = await fetchTokens(oauth, io);
  const result = await signIn(accessToken);
  if (goodForMs > marginMs) known.set(key, accessToken, { ttl: goodForMs - marginMs });
  return result;
}

/** Some servers give a new refresh token now and then, and forget the old one later. */
export async function renewEmail(
  { oauth }: EmailSettings,
  io: PlatformIo,
): Promise<Partial<EmailSettings> | undefined> {
  if (oauth === undefined) return undefined;
  const { refreshToken } = await fetchTokens(oauth, io);
  return refreshToken === undefined ? undefined : { oauth: { ...oauth, refreshToken } };
}
