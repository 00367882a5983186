import type { PlatformIo } from '../adapter.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { messagingVerdicts } from '../meta/messaging-errors.ts';
import type { MessagingPlatform } from '../meta/messaging-scope.ts';
import type { FacebookSettings } from './facebook-settings.ts';

/** `psid`: people have another id for each page. */
export const messenger: MessagingPlatform = {
  name: 'Messenger',
  aliasKind: 'psid',
  profileFields: ['first_name', 'last_name', 'profile_pic'],
};
export const messengerVerdicts = messagingVerdicts(messenger.name, 'page');

export function pageUrl({ apiUrl, pageId }: FacebookSettings, io: PlatformIo): string {
  return `${graphUrl(apiUrl, io)}/${pageId}`;
}
