import { OutcomeUnknown, type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import { callPlatform } from '../call-platform.ts';
import { textOf } from '../json.ts';
import type { EmailSettings, OAuthSettings } from './email-settings.ts';

export interface Tokens {
  readonly accessToken: string;
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
    return { accessToken, ...(given !== undefined && given !== refreshToken && { refreshToken: given }) };
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

/** `undefined` for a mailbox with passwords. Throws Rejected or Unavailable. */
export async function accessTokenOf({ oauth }: EmailSettings, io: PlatformIo): Promise<string | undefined> {
  return oauth && (await fetchTokens(oauth, io)).accessToken;
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
