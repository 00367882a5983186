import type { PlatformIo, Pulled } from '../adapter.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { pullProfile } from '../meta/messaging-profile.ts';
import { instagram, instagramVerdicts } from './instagram-platform.ts';
import type { InstagramSettings } from './instagram-settings.ts';

/** Who somebody is. Throws Rejected or Unavailable. */
export function pullInstagram(what: string, settings: InstagramSettings, io: PlatformIo): Promise<Pulled> {
  const { apiUrl, accountId, accessToken: token } = settings;
  return pullProfile(instagram, what, {
    access: { io, receiver: instagram.name, verdicts: instagramVerdicts, token },
    accountId,
    url: graphUrl(apiUrl, io),
  });
}
