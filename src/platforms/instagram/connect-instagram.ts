import { type ChannelCheck, type PlatformIo, Rejected } from '../adapter.ts';
import { identifierOf, type JsonObject, textOf } from '../json.ts';
import { callGraph, checkAccount, type GraphAccess, subscribe } from '../meta/graph-account.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { pageFields } from '../meta/page-subscription.ts';
import { accountUrl, actorUrl, instagram, instagramVerdicts } from './instagram-platform.ts';
import type { InstagramSettings } from './instagram-settings.ts';

/** What an account that is connected by Instagram's own login has delivered; echoes come with `messages`. */
const accountFields = [
  'messages',
  'messaging_postbacks',
  'messaging_seen',
  'message_reactions',
  'message_edit',
  'messaging_referral',
  'messaging_optins',
  'messaging_handover',
  'standby',
] as const;

function accessOf(settings: InstagramSettings, io: PlatformIo): GraphAccess {
  return { io, receiver: instagram.name, verdicts: instagramVerdicts, token: settings.accessToken };
}

/** The account's part; where the app delivers to is entered in Meta's console. Throws Rejected or Unavailable. */
export function connectInstagram(settings: InstagramSettings, io: PlatformIo): Promise<void> {
  return subscribe(
    accessOf(settings, io),
    `${actorUrl(settings, io)}/subscribed_apps`,
    settings.login === 'instagram' ? accountFields : pageFields,
  );
}

/** Never throws. */
export function checkInstagram(settings: InstagramSettings, io: PlatformIo): Promise<ChannelCheck> {
  const access = accessOf(settings, io);
  return checkAccount(access, `${actorUrl(settings, io)}/subscribed_apps`, async () => {
    const account =
      settings.login === 'instagram'
        ? await readOwnAccount(access, settings)
        : await callGraph(access, 'GET', `${accountUrl(settings, io)}?fields=username,name`);
    return textOf(account.username) ?? textOf(account.name);
  });
}

/** An account has two ids there, and webhooks carry the one that is harder to find: nothing would arrive under the other. */
async function readOwnAccount(access: GraphAccess, settings: InstagramSettings): Promise<JsonObject> {
  const url = `${graphUrl(settings.apiUrl, access.io)}/me?fields=user_id,username,name`;
  const account = await callGraph(access, 'GET', url);
  const userId = identifierOf(account.user_id);
  if (userId !== undefined && userId !== settings.accountId)
    throw new Rejected(
      'message',
      'other_account',
      `The access token belongs to the account ${userId}. Set accountId to that number, or use the other account's token.`,
    );
  return account;
}
