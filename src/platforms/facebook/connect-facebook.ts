import type { ChannelCheck, PlatformIo } from '../adapter.ts';
import { textOf } from '../json.ts';
import { callGraph, checkAccount, type GraphAccess, subscribe } from '../meta/graph-account.ts';
import { pageFields } from '../meta/page-subscription.ts';
import { messenger, messengerVerdicts, pageUrl } from './facebook-platform.ts';
import type { FacebookSettings } from './facebook-settings.ts';

function accessOf(settings: FacebookSettings, io: PlatformIo): GraphAccess {
  return {
    io,
    receiver: messenger.name,
    verdicts: messengerVerdicts,
    token: settings.pageAccessToken,
  };
}

/** The page's part; where the app delivers to is entered in Meta's console. Throws Rejected or Unavailable. */
export function connectFacebook(settings: FacebookSettings, io: PlatformIo): Promise<void> {
  return subscribe(accessOf(settings, io), `${pageUrl(settings, io)}/subscribed_apps`, pageFields);
}

/** Never throws. */
export function checkFacebook(settings: FacebookSettings, io: PlatformIo): Promise<ChannelCheck> {
  const access = accessOf(settings, io);
  const url = pageUrl(settings, io);
  return checkAccount(access, `${url}/subscribed_apps`, async () =>
    textOf((await callGraph(access, 'GET', `${url}?fields=name`)).name),
  );
}
