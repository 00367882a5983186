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

interface KeptTokens {
  /** Not set: refused. */
  readonly accessToken?: string;
  readonly goodUntil: number;
  /** The newest one that the server gave; it may have forgotten the one in the settings. */
  readonly refreshToken: string;
}
/** Mailboxes sign in every few minutes, and with every mail that goes out. */
const kept = new LRUCache<string, KeptTokens>({ max: 5000 });
const marginMs = 5 * 60_000;

const keyOf = (oauth: OAuthSettings) => createHash('sha256').update(JSON.stringify(oauth)).digest('base64');

/** Asks for new tokens, and keeps what came. Throws Rejected or Unavailable. */
async function refresh(oauth: OAuthSettings, io: PlatformIo): Promise<KeptTokens & { accessToken: string }> {
  const key = keyOf(oauth);
  const refreshToken = kept.get(key)?.refreshToken ?? oauth.refreshToken;
  const tokens = await fetchTokens({ ...oauth, refreshToken }, io).catch(error => {
    if (refreshToken === oauth.refreshToken || !(error instanceof Rejected)) throw error;
    kept.delete(key);
    return fetchTokens(oauth, io);
  });
  const { accessToken, goodForMs } = tokens;
  const found = {
    accessToken,
    goodUntil: Date.now() + goodForMs - marginMs,
    refreshToken: tokens.refreshToken ?? kept.get(key)?.refreshToken ?? oauth.refreshToken,
  };
  kept.set(key, found);
  return found;
}

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
  const known = kept.get(keyOf(oauth));
  if (known?.accessToken !== undefined && known.goodUntil > Date.now()) {
    try {
      return await signIn(known.accessToken);
    } catch (error) {
      if (!(error instanceof Rejected) || error.scope !== 'reauthorise') throw error;
    }
  }
  const { accessToken, ...others } = await refresh(oauth, io);
  try {
    return await signIn(accessToken);
  } catch (error) {
    // The next one asks anew; what a server that takes each only once gave for that is not lost.
    kept.set(keyOf(oauth), others);
    throw error;
  }
}

/** Some servers give a new refresh token now and then, and forget the old one: the newest is kept with the settings. */
export async function renewEmail(
  { oauth }: EmailSettings,
  io: PlatformIo,
): Promise<Partial<EmailSettings> | undefined> {
  if (oauth === undefined) return undefined;
  const { refreshToken } = await refresh(oauth, io);
  return refreshToken === oauth.refreshToken ? undefined : { oauth: { ...oauth, refreshToken } };
}
