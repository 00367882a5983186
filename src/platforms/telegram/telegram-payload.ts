import { createHash } from 'node:crypto';
import { UnreadableDelivery } from '../adapter.ts';
import { identifierOf, isObject, type JsonObject, type JsonValue, parseJson } from '../json.ts';

/** An update does not say which bot it is for: the token of the door that it came through does. */
export const accountId = '';

/** The one update of a body. Throws UnreadableDelivery for what is no update at all. */
export function readUpdate(body: Buffer): JsonObject {
  const update = parseJson(body);
  if (!isObject(update) || digitsOf(update.update_id) === undefined)
    throw new UnreadableDelivery('The body is not an update of Telegram: it has no update_id.');
  return update;
}

/** Telegram repeats an update under its id; a bot's ids are its own. Never throws. */
export function deliveryKeyOf(body: Buffer): string {
  try {
    return `telegram:${digitsOf(readUpdate(body).update_id)}`;
  } catch {
    return `telegram:sha256:${createHash('sha256').update(body).digest('hex')}`;
  }
}

/** An id of Telegram's; those of groups are negative. */
export function digitsOf(value: JsonValue | undefined): string | undefined {
  const id = identifierOf(value);
  return id !== undefined && /^-?\d{1,20}$/.test(id) ? id : undefined;
}

/** Names a business account's connection to the bot; the messages of such a chat are numbered by the account. */
export function connectionOf(value: JsonValue | undefined): string | undefined {
  const id = identifierOf(value);
  return id !== undefined && /^[\w-]{1,128}$/.test(id) ? id : undefined;
}

/** Where the bot talks: a chat of its own, or one of a business account that it speaks for. */
export interface ChatPlace {
  readonly chatId: string;
  readonly connectionId?: string | undefined;
}
export interface MessagePlace extends ChatPlace {
  readonly messageId: string;
}

/** Telegram numbers messages by chat. */
export function externalIdOf({ connectionId, chatId, messageId }: MessagePlace): string {
  return [...(connectionId === undefined ? [] : [connectionId]), chatId, messageId].join(':');
}

/** What `externalIdOf` was made of; `undefined` for ids of things that are no message (a tapped button). */
export function messagePlaceOf(externalId: string): MessagePlace | undefined {
  const [, connectionId, chatId, messageId] =
    /^(?:([\w-]{1,128}):)?(-?\d{1,20}):(-?\d{1,20})$/.exec(externalId) ?? [];
  return chatId === undefined || messageId === undefined ? undefined : { connectionId, chatId, messageId };
}

/** A chat in which several people may write. */
export function isGroup(chatId: string): boolean {
  return chatId.startsWith('-');
}
