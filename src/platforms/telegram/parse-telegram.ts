import type { InboundFact } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, objectOf, objectsOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import { readDeletions, readEdit, readMessage } from './parse-telegram-message.ts';
import { originOf } from './telegram-contact.ts';
import { accountId, connectionOf, digitsOf, externalIdOf, isGroup, readUpdate } from './telegram-payload.ts';

/** Each kind of update that is read; Telegram is asked for these and no others. */
const readers = {
  message: readMessage,
  edited_message: readEdit,
  callback_query: readTap,
  message_reaction: readReaction,
  my_chat_member: readMembership,
  business_connection: readConnection,
  business_message: readMessage,
  edited_business_message: readEdit,
  deleted_business_messages: readDeletions,
} as const satisfies Record<string, (value: JsonObject, receivedAt: Date) => readonly InboundFact[]>;
export const updateKinds = Object.keys(readers) as readonly (keyof typeof readers)[];

/** Throws UnreadableDelivery. Kinds of updates that are not known give no facts. */
export function parseTelegram(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  const update = readUpdate(body);
  return updateKinds.flatMap(kind => {
    const value = update[kind];
    return isObject(value) ? readers[kind](value, receivedAt) : [];
  });
}

/** A tapped button of ours. The message above it may be too old for Telegram to show more of it than its number. */
function readTap(query: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const id = identifierOf(query.id);
  const from = objectOf(query.from);
  const message = objectOf(query.message);
  const chat = isObject(message.chat) ? message.chat : from;
  const origin = originOf(chat, from, message.business_connection_id);
  if (id === undefined || origin === undefined) return [];
  const { contact, sender, chatId, connectionId } = origin;
  const messageId = digitsOf(message.message_id);
  const data = textOf(query.data) ?? textOf(query.game_short_name);
  const title = data === undefined ? undefined : (titleOf(data, message) ?? data);
  const about = sender === undefined ? {} : { sender };
  return [
    {
      kind: 'message',
      accountId,
      at: receivedAt,
      direction: 'inbound',
      externalId: `callback:${id}`,
      contact,
      content:
        title === undefined
          ? { type: 'unsupported', metadata: { unsupported: { type: 'callback_query' }, ...about } }
          : { type: 'interactive', text: title, metadata: { interactive: { id: data, title }, ...about } },
      ...(messageId === undefined
        ? {}
        : { replyToExternalId: externalIdOf({ connectionId, chatId, messageId }) }),
      threadKey: '',
      opensWindow: true,
    },
  ];
}

function titleOf(data: string, message: JsonObject): string | undefined {
  const rows = objectOf(message.reply_markup).inline_keyboard;
  const buttons = Array.isArray(rows) ? rows.flatMap(row => objectsOf(row)) : [];
  return textOf(buttons.find(button => button.callback_data === data)?.text);
}

/** For a reaction by a picture or a star; it must not look as if it were taken back. */
const unnamed = '❔';

/** Of several reactions the first is kept. */
function readReaction(reaction: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const by = isObject(reaction.user) ? reaction.user : objectOf(reaction.actor_chat);
  const origin = originOf(objectOf(reaction.chat), by);
  const messageId = digitsOf(reaction.message_id);
  if (origin === undefined || messageId === undefined) return [];
  const targetExternalId = externalIdOf({ ...origin, messageId });
  const at = timeOf(reaction.date) ?? receivedAt;
  const [given] = objectsOf(reaction.new_reaction);
  const emoji = given === undefined ? '' : emojiOf(given);
  return [
    {
      kind: 'reaction',
      accountId,
      at,
      externalId: `${targetExternalId}:reaction:${digitsOf(by.id) ?? ''}:${at.getTime()}:${emoji}`,
      targetExternalId,
      contact: origin.contact,
      direction: 'inbound',
      emoji,
    },
  ];
}

function emojiOf(reaction: JsonObject): string {
  const emoji = textOf(reaction.emoji)?.trim();
  return emoji !== undefined && emoji.length <= 32 ? emoji : unnamed;
}

const reachable: ReadonlySet<unknown> = new Set(['member', 'administrator', 'creator']);
function isReachable(member: JsonObject): boolean {
  return reachable.has(member.status) || (member.status === 'restricted' && member.is_member !== false);
}
const unreachable: ReadonlySet<unknown> = new Set(['kicked', 'left']);

/** The bot was blocked or unblocked by a person, or taken out of a group or into it. A change of its rights is no news. */
function readMembership(change: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const origin = originOf(objectOf(change.chat), objectOf(change.from));
  const before = objectOf(change.old_chat_member);
  const now = objectOf(change.new_chat_member);
  const isNowReachable = isReachable(now);
  if (origin === undefined || (!isNowReachable && !unreachable.has(now.status))) return [];
  if (isNowReachable && isReachable(before)) return [];
  const at = timeOf(change.date) ?? receivedAt;
  return [
    {
      kind: 'reach',
      accountId,
      at,
      externalId: `${origin.chatId}:reach:${at.getTime()}:${isNowReachable}`,
      contact: origin.contact,
      isReachable: isNowReachable,
      notice: noticeOf(isGroup(origin.chatId), isNowReachable),
    },
  ];
}

function noticeOf(isOfGroup: boolean, isNowReachable: boolean): string {
  if (isOfGroup) return isNowReachable ? 'The bot is in this group.' : 'The bot is no longer in this group.';
  return isNowReachable
    ? 'The customer takes messages of the bot again.'
    : 'The customer has blocked the bot: nothing can be sent until they unblock it.';
}

/** Somebody let the bot speak for their business account, or no longer. */
function readConnection(connection: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const id = connectionOf(connection.id);
  if (id === undefined) return [];
  const at = timeOf(connection.date) ?? receivedAt;
  const isEnabled = connection.is_enabled === true;
  const { first_name: name, username } = objectOf(connection.user);
  const who = textOf(name) ?? textOf(username) ?? 'a business account';
  return [
    {
      kind: 'account',
      accountId,
      at,
      externalId: `business_connection:${id}:${at.getTime()}:${isEnabled}`,
      severity: isEnabled ? 'info' : 'warning',
      topic: 'business_connection',
      message: isEnabled
        ? `The bot now speaks for ${who} on Telegram Business.`
        : `The bot speaks for ${who} no longer: answers to those chats cannot be sent.`,
      details: connection,
    },
  ];
}
