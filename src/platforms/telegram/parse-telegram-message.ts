import type { Contact, IdentityFact, InboundFact, MessageContent } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, objectOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import { readContent } from './parse-telegram-content.ts';
import { aliasOf, type Origin, originOf } from './telegram-contact.ts';
import { accountId, digitsOf, externalIdOf } from './telegram-payload.ts';

/** A message of a customer, or one that a business account wrote by hand. */
export function readMessage(message: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const at = timeOf(message.date) ?? receivedAt;
  const move = readMove(message, at);
  if (move !== undefined) return [move];
  const origin = originOfMessage(message);
  const messageId = digitsOf(message.message_id);
  const content = readContent(message);
  // What the bot itself sent for a business account is known from its sending.
  const isOwn = isObject(message.sender_business_bot);
  if (origin === undefined || messageId === undefined || content === undefined || isOwn) return [];
  const isEcho = origin.connectionId !== undefined && digitsOf(objectOf(message.from).id) !== origin.chatId;
  const repliedId = digitsOf(objectOf(message.reply_to_message).message_id);
  return [
    {
      kind: 'message',
      accountId,
      at,
      direction: isEcho ? 'outbound' : 'inbound',
      externalId: externalIdOf({ ...origin, messageId }),
      contact: withProvedPhone(origin.contact, message),
      content: withExtras(content, message, origin),
      ...(repliedId === undefined
        ? {}
        : { replyToExternalId: externalIdOf({ ...origin, messageId: repliedId }) }),
      threadKey: '',
      opensWindow: !isEcho,
    },
  ];
}

/** The message as it is now, whole; also when nothing that can be seen has changed. */
export function readEdit(message: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const origin = originOfMessage(message);
  const messageId = digitsOf(message.message_id);
  const content = readContent(message);
  if (origin === undefined || messageId === undefined || content === undefined) return [];
  const targetExternalId = externalIdOf({ ...origin, messageId });
  const at = timeOf(message.edit_date) ?? receivedAt;
  return [
    {
      kind: 'edit',
      accountId,
      at,
      externalId: `${targetExternalId}:edit:${Math.floor(at.getTime() / 1000)}`,
      targetExternalId,
      contact: origin.contact,
      content: withExtras(content, message, origin),
    },
  ];
}

/** Telegram tells of deleted messages in the chats of business accounts only. */
export function readDeletions(deletion: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const origin = originOf(objectOf(deletion.chat), {}, deletion.business_connection_id);
  const ids = Array.isArray(deletion.message_ids) ? deletion.message_ids : [];
  if (origin === undefined) return [];
  return ids.flatMap(id => {
    const messageId = digitsOf(id);
    if (messageId === undefined) return [];
    const targetExternalId = externalIdOf({ ...origin, messageId });
    return [
      {
        kind: 'revoke' as const,
        accountId,
        at: receivedAt,
        externalId: `${targetExternalId}:deleted`,
        targetExternalId,
        contact: origin.contact,
      },
    ];
  });
}

/** A chat that writes under its own name (a channel, a group's anonymous administrator) stands for its author. */
function originOfMessage(message: JsonObject): Origin | undefined {
  const from = isObject(message.sender_chat) ? message.sender_chat : objectOf(message.from);
  return originOf(objectOf(message.chat), from, message.business_connection_id);
}

/** A group that became a supergroup has another id from then on; both groups tell of it. */
function readMove(message: JsonObject, at: Date): IdentityFact | undefined {
  const here = digitsOf(objectOf(message.chat).id);
  const to = digitsOf(message.migrate_to_chat_id);
  const from = digitsOf(message.migrate_from_chat_id);
  const [before, after] = to === undefined ? [from, here] : [here, to];
  if (before === undefined || after === undefined) return undefined;
  return {
    kind: 'identity',
    accountId,
    at,
    externalId: `migration:${before}:${after}`,
    previous: [aliasOf({ chatId: before })],
    current: [aliasOf({ chatId: after })],
  };
}

function withExtras(content: MessageContent, message: JsonObject, { sender }: Origin): MessageContent {
  const album = identifierOf(message.media_group_id);
  const extras = {
    ...(sender === undefined ? {} : { sender }),
    ...(album === undefined ? {} : { album }),
    ...(isObject(message.forward_origin) ? { forwarded: true } : {}),
  };
  return Object.keys(extras).length === 0
    ? content
    : { ...content, metadata: { ...content.metadata, ...extras } };
}

/** Somebody's own card, shared by themselves: Telegram says whose account the number is. */
function withProvedPhone(contact: Contact, message: JsonObject): Contact {
  const card = objectOf(message.contact);
  const owner = digitsOf(card.user_id);
  const isOwn = owner !== undefined && contact.aliases.some(alias => alias.value === owner);
  const digits = textOf(card.phone_number)?.replace(/[\s+()-]/g, '');
  return isOwn && digits !== undefined && /^[1-9]\d{6,14}$/.test(digits)
    ? { ...contact, phone: `+${digits}` }
    : contact;
}
