import type { PlatformIo, Pulled } from '../adapter.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { pullProfile } from '../meta/messaging-profile.ts';
import { messenger, messengerVerdicts } from './facebook-platform.ts';
import type { FacebookSettings } from './facebook-settings.ts';

/** Who somebody is. Throws Rejected or Unavailable. */
export function pullFacebook(what: string, settings: FacebookSettings, io: PlatformIo): Promise<Pulled> {
  const { apiUrl, pageId, pageAccessToken: token } = settings;
  return pullProfile(messenger, what, {
    access: { io, receiver: messenger.name, verdicts: messengerVerdicts, token },
    accountId: pageId,
    url: graphUrl(apiUrl, io),
  });
}
