import { identifierOf, isObject, type JsonValue, textOf } from '../json.ts';

/**
 * How WhatsApp Web names who is on the other side: `<digits>@c.us` is a phone number, `<digits>@lid` the same person with
 * the number hidden, `<id>@g.us` a group.
 */
export interface WebAddress {
  readonly kind: 'phone' | 'lid' | 'group';
  /** What stands before the `@`, without the number of a device. */
  readonly user: string;
}

const kinds: Readonly<Record<string, WebAddress['kind'] | undefined>> = {
  'c.us': 'phone',
  's.whatsapp.net': 'phone',
  lid: 'lid',
  'g.us': 'group',
};
const servers = { phone: 'c.us', lid: 'lid', group: 'g.us' } as const;

/**
 * `undefined` for what cannot be answered (status posts, newsletters, broadcasts) and for what is no address. The library
 * gives an address as text, or as an object that has it as `_serialized`.
 */
export function addressOf(value: JsonValue | undefined): WebAddress | undefined {
  const text = isObject(value) ? textOf(value._serialized) : textOf(value);
  const [, user, server] =
    /^(\d{1,20}(?:-\d{1,20})?)(?:[.:_]\d{1,5}){0,2}@([a-z.]{1,20})$/.exec(text ?? '') ?? [];
  const kind = kinds[server ?? ''];
  if (user === undefined || kind === undefined) return undefined;
  return user.includes('-') && kind !== 'group' ? undefined : { kind, user };
}

export function addressText({ kind, user }: WebAddress): string {
  return `${user}@${servers[kind]}`;
}

/**
 * The part of a message's id that is the same whichever address its chat is named by. The whole id is
 * `<fromMe>_<chat>_<this>`, and in groups `_<author>` behind it.
 */
export function messageIdOf(value: JsonValue | undefined): string | undefined {
  const id = isObject(value) ? identifierOf(value.id) : identifierOf(value)?.split('_')[2];
  return id !== undefined && /^[A-Za-z0-9.-]{1,120}$/.test(id) ? id : undefined;
}

/** The whole id, as the library wants it where a message is named. */
export function wholeMessageIdOf(value: JsonValue | undefined): string | undefined {
  const id = isObject(value) ? identifierOf(value._serialized) : identifierOf(value);
  return id !== undefined && /^(?:true|false)_[^_]+_[^_]+(?:_[^_]+)?$/.test(id) ? id : undefined;
}
