import type { PlatformIo } from '../adapter.ts';
import { textOf } from '../json.ts';
import { callGraph } from '../meta/graph-account.ts';
import { instagram, instagramVerdicts } from './instagram-platform.ts';
import type { InstagramSettings } from './instagram-settings.ts';

/** A token lives sixty days; renewed weekly it survives seven weeks in which nobody could be asked. */
const RENEW_AFTER_MS = 7 * 24 * 3_600_000;

/**
 * A fresh token in the place of one of Instagram's own login; a page's token needs none. Instagram refuses one that is
 * younger than a day, which is asked again. Throws Rejected or Unavailable.
 */
export async function renewInstagram(
  settings: InstagramSettings,
  io: PlatformIo,
): Promise<Partial<InstagramSettings> | undefined> {
  const { login, accessToken: token, tokenRenewedAt, apiUrl } = settings;
  if (login !== 'instagram') return undefined;
  if (tokenRenewedAt !== undefined && Date.now() - Date.parse(tokenRenewedAt) < RENEW_AFTER_MS)
    return undefined;
  // The only address of theirs that wants the token in itself, and that has no version.
  const query = new URLSearchParams({ grant_type: 'ig_refresh_token', access_token: token });
  const url = `${(apiUrl ?? io.baseUrl).replace(/\/+$/, '')}/refresh_access_token?${query}`;
  const access = { io, receiver: instagram.name, verdicts: instagramVerdicts, token };
  const renewed = textOf((await callGraph(access, 'GET', url)).access_token);
  return renewed === undefined
    ? undefined
    : { accessToken: renewed, tokenRenewedAt: new Date().toISOString() };
}
