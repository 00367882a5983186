import { randomInt } from 'node:crypto';

/** Who writes to the bot; in a private chat the chat has the same id. */
export interface TelegramPerson {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
}
/** Where somebody writes; groups have negative ids. */
export interface TelegramChat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly [key: string]: unknown;
}
export interface TelegramMessage {
  readonly message_id: number;
  /** Seconds since 1970. */
  readonly date: number;
  readonly chat: TelegramChat;
  readonly [key: string]: unknown;
}

/** One thing that an update tells; the provider numbers it. */
export interface TelegramEvent<Value = Readonly<Record<string, unknown>>> {
  /** The name that the value has in the update: `message`, `callback_query` … */
  readonly kind: string;
  readonly value: Value;
  /** Updates of one chat come one after the other. */
  readonly chatId: number;
}

/** The body of a webhook. Telegram repeats an update under its number. */
export function updateOf(
  updateId: number,
  { kind, value }: Pick<TelegramEvent<object>, 'kind' | 'value'>,
): Buffer {
  return Buffer.from(JSON.stringify({ update_id: updateId, [kind]: value }));
}

export function newMessageId(): number {
  return randomInt(1, 2 ** 31);
}

export function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

export function userOf({ id, firstName, lastName, username }: TelegramPerson): object {
  return {
    id,
    is_bot: false,
    first_name: firstName,
    ...(lastName === undefined ? {} : { last_name: lastName }),
    ...(username === undefined ? {} : { username }),
  };
}

export function privateChat(person: TelegramPerson): TelegramChat {
  const { id, firstName, lastName, username } = person;
  return {
    id,
    type: 'private',
    first_name: firstName,
    ...(lastName === undefined ? {} : { last_name: lastName }),
    ...(username === undefined ? {} : { username }),
  };
}
