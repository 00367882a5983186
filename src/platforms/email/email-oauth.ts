import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SingleFlight } from '../../kit/single-flight.ts';
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
  if (passes(status, error)) throw notNow(error ?? `http_${status}`, retryAfterMs);
  throw new Rejected('reauthorise', error ?? `http_${status}`, sentenceOf(error));
}

/** Words of RFC 6749 for a server that is out of order; many say them with 400, as they say everything. */
const passingErrors: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);

function passes(status: number, error: string | undefined): boolean {
  return status < 400 || status === 408 || status === 429 || status >= 500 || passingErrors.has(error ?? '');
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
  readonly endsAt: number;
  /** The newest one that the server gave; it may have forgotten the one in the settings. */
  readonly refreshToken: string;
}
/** Mailboxes sign in every few minutes, and with every mail that goes out. */
const kept = new LRUCache<string, KeptTokens>({ max: 5000 });
/**
 * So long before its end a token is not good any more. Mailboxes are looked into every few minutes, and whoever does that
 * can keep a new refresh token: they ask first, so that others seldom have to.
 */
const marginMs = { whoKeeps: 10 * 60_000, others: 60_000 };
/** A refresh token may be good for once: line, pull and send that want another one at a time share it. */
const asking = new SingleFlight<string, FreshTokens>();

const keyOf = (oauth: OAuthSettings) => createHash('sha256').update(JSON.stringify(oauth)).digest('base64');

type FreshTokens = KeptTokens & { readonly accessToken: string };
const isGood = (tokens: KeptTokens | undefined, io: PlatformIo): tokens is FreshTokens =>
  tokens?.accessToken !== undefined &&
  tokens.endsAt - (io.keep ? marginMs.whoKeeps : marginMs.others) > Date.now();

/** Also for the settings as they will be once the newest refresh token is kept with them. */
function remember(oauth: OAuthSettings, tokens: KeptTokens): void {
  kept.set(keyOf(oauth), tokens);
  kept.set(keyOf({ ...oauth, refreshToken: tokens.refreshToken }), tokens);
}

/** Asks for new tokens, and remembers what came. Throws Rejected or Unavailable. */
async function refresh(oauth: OAuthSettings, io: PlatformIo): Promise<FreshTokens> {
  const refreshToken = kept.get(keyOf(oauth))?.refreshToken ?? oauth.refreshToken;
  const found = await asking.run(keyOf({ ...oauth, refreshToken }), () => ask(oauth, refreshToken, io));
  remember(oauth, found);
  return found;
}

async function ask(oauth: OAuthSettings, refreshToken: string, io: PlatformIo): Promise<FreshTokens> {
  let asked = refreshToken;
  const tokens = await fetchTokens({ ...oauth, refreshToken }, io).catch(error => {
    if (refreshToken === oauth.refreshToken || !(error instanceof Rejected)) throw error;
    kept.delete(keyOf(oauth));
    asked = oauth.refreshToken;
    return fetchTokens(oauth, io);
  });
  const { accessToken, goodForMs } = tokens;
  return {
    accessToken,
    endsAt: Date.now() + goodForMs,
    refreshToken: tokens.refreshToken ?? asked,
  };
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
  if (isGood(known, io)) {
    await keepNewest(oauth, known, io);
    try {
      return await signIn(known.accessToken);
    } catch (error) {
      if (!(error instanceof Rejected) || error.scope !== 'reauthorise') throw error;
    }
  }
  const meanwhile = kept.get(keyOf(oauth));
  const isNewer = isGood(meanwhile, io) && meanwhile.accessToken !== known?.accessToken;
  const tokens = isNewer ? meanwhile : await refresh(oauth, io);
  // Before it is used: what a server that takes each only once gave for the one before must outlive this process.
  await keepNewest(oauth, tokens, io);
  try {
    return await signIn(tokens.accessToken);
  } catch (error) {
    // The next one asks anew.
    const { accessToken, ...others } = tokens;
    if (kept.get(keyOf(oauth))?.accessToken === accessToken) remember(oauth, others);
    throw error;
  }
}

/** Where nobody keeps it, as for a send, the next pull does. */
async function keepNewest(oauth: OAuthSettings, { refreshToken }: KeptTokens, io: PlatformIo): Promise<void> {
  if (refreshToken !== oauth.refreshToken) await io.keep?.({ oauth: { ...oauth, refreshToken } });
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
