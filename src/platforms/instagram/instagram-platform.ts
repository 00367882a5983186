import type { PlatformIo } from '../adapter.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { messagingVerdicts } from '../meta/messaging-errors.ts';
import type { MessagingPlatform } from '../meta/messaging-scope.ts';
import type { InstagramSettings } from './instagram-settings.ts';

/** `igsid`: people have another id for each account. */
export const instagram: MessagingPlatform = {
  name: 'Instagram',
  aliasKind: 'igsid',
  profileFields: ['name', 'username', 'profile_pic'],
};
export const instagramVerdicts = messagingVerdicts(instagram.name, 'account');

export function accountUrl({ accountId, apiUrl }: InstagramSettings, io: PlatformIo): string {
  return `${graphUrl(apiUrl, io)}/${accountId}`;
}

/** Who acts: with a page's token the page, which is `me`; with Instagram's own the account. */
export function actorUrl(settings: InstagramSettings, io: PlatformIo): string {
  return settings.login === 'instagram' ? accountUrl(settings, io) : `${graphUrl(settings.apiUrl, io)}/me`;
}
