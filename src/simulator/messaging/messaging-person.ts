import { errorReply } from '../graph/graph-error.ts';
import type { ProviderReply } from '../provider-reply.ts';
import type { MessagingState } from './messaging-account.ts';

/** What Graph says of somebody: those of the fields that were asked for, as far as they have them. */
export function personReply(state: MessagingState, id: string, fields: readonly string[]): ProviderReply {
  const person = state.personOf(id);
  if (person === undefined)
    return errorReply({
      status: 400,
      code: 100,
      subcode: 2018218,
      message: '(#100) No profile available for this user.',
    });
  if (person === null) return { status: 200, body: { id } };
  const { name, username = usernameOf(name) } = person;
  const [firstName, ...others] = name.split(' ');
  const lastName = others.join(' ');
  const known: Readonly<Record<string, string | undefined>> =
    state.account.object === 'page'
      ? { first_name: firstName, ...(lastName !== '' && { last_name: lastName }) }
      : { name, username };
  const asked = Object.entries(known).filter(([field]) => fields.includes(field));
  return { status: 200, body: { ...Object.fromEntries(asked), id } };
}

export function usernameOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '.');
}
