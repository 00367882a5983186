import { createHash } from 'node:crypto';
import { type Pulled, Rejected } from '../adapter.ts';
import type { Contact, InboundFact } from '../inbound-fact.ts';
import { type JsonObject, textOf } from '../json.ts';
import { callGraph, type GraphAccess, isTokenEnded } from './graph-account.ts';
import type { EventScope, MessagingPlatform } from './messaging-scope.ts';
import { idFromContent } from './meta-ids.ts';

/** Webhooks name nobody: who somebody is must be asked for, by the id that this page or account knows them under. */
const pullOfProfile = /^profile ([\w-]{1,64})$/;

/** What to pull to learn the name of somebody; `undefined` when it is known, or they have no id to ask with. */
export function whoIsOn({ aliasKind }: MessagingPlatform): (contact: Contact) => string | undefined {
  return ({ aliases, name }) => {
    const what = `profile ${aliases.find(({ kind }) => kind === aliasKind)?.value}`;
    const isAskable = name === undefined && aliases.some(({ kind }) => kind === aliasKind);
    return isAskable && pullOfProfile.test(what) ? what : undefined;
  };
}

/** Whom to ask, and for whom. */
export interface ProfileSource {
  readonly access: GraphAccess;
  /** Of the page or account. */
  readonly accountId: string;
  /** Graph, with its version. */
  readonly url: string;
}

/** As an event of the account's own webhook. Somebody who may not be asked about has no body. Throws Rejected or Unavailable. */
export async function pullProfile(
  { name, profileFields }: MessagingPlatform,
  what: string,
  { access, accountId, url }: ProfileSource,
): Promise<Pulled> {
  const id = pullOfProfile.exec(what)?.[1];
  if (id === undefined)
    throw new Rejected('message', 'unknown_pull', `This is nothing that can be fetched from ${name}.`);
  const query = new URLSearchParams({ fields: profileFields.join(',') });
  const answer = await callGraph(access, 'GET', `${url}/${id}?${query}`).catch(asNobodyNamed);
  const told = profileFields.flatMap(field => {
    const value = textOf(answer[field]);
    return value === undefined ? [] : [[field, value] as const];
  });
  const profile = Object.fromEntries(told);
  if (nameIn(profile) === undefined) return { bodies: [] };
  const event = { sender: { id }, recipient: { id: accountId }, user_profile: profile };
  const hash = createHash('sha256').update(JSON.stringify(profile)).digest('hex');
  return {
    bodies: [
      {
        key: `profile:${id}:${hash}`,
        body: Buffer.from(JSON.stringify({ entry: [{ id: accountId, messaging: [event] }] })),
      },
    ],
  };
}

/** People may be closed to the app, or gone: their name is good to have, and never a reason to stop the channel. */
function asNobodyNamed(error: unknown): JsonObject {
  if (error instanceof Rejected && !isTokenEnded(error)) return {};
  throw error;
}

export function readProfile(
  { accountId, at, contact }: EventScope,
  profile: JsonObject,
): readonly InboundFact[] {
  const name = nameIn(profile);
  if (contact === undefined || name === undefined) return [];
  const { aliases } = contact;
  const username = textOf(profile.username)?.trim();
  const pictureUrl = textOf(profile.profile_pic);
  const about = {
    ...(username === undefined ? {} : { username }),
    ...(pictureUrl === undefined ? {} : { pictureUrl }),
  };
  return [
    {
      kind: 'profile',
      accountId,
      at,
      externalId: `profile:${idFromContent(
        aliases.map(alias => alias.value),
        profile,
      )}`,
      contact: { aliases, name, ...(Object.keys(about).length === 0 ? {} : { profile: about }) },
    },
  ];
}

/** Messenger tells both names, Instagram one that may be empty beside a user name that never is. */
function nameIn({ first_name, last_name, name, username }: JsonObject): string | undefined {
  const both = [first_name, last_name].map(part => textOf(part)?.trim()).filter(part => part !== undefined);
  return both.length > 0 ? both.join(' ') : (textOf(name)?.trim() ?? textOf(username)?.trim());
}
