import { randomInt } from 'node:crypto';
import {
  newMessageId,
  privateChat,
  secondsOf,
  type TelegramChat,
  type TelegramEvent,
  type TelegramMessage,
  type TelegramPerson,
  userOf,
} from './telegram-event.ts';

/** What every message may have; a new id and the present time when left out. */
export interface TelegramOptions {
  readonly messageId?: number;
  readonly at?: Date;
  /** A group; the chat with the bot when left out. */
  readonly chat?: TelegramChat;
  /** The id of the message that is answered. */
  readonly replyTo?: number;
  /** Pictures of one album come as messages of their own, with the same id here. */
  readonly albumId?: string;
}
type MessageEvent = TelegramEvent<TelegramMessage>;
type Content = Readonly<Record<string, unknown>>;

/** A message of any type: its content stands beside who wrote it, where and when. */
export function inbound(
  person: TelegramPerson,
  content: Content,
  options: TelegramOptions = {},
): MessageEvent {
  const {
    messageId = newMessageId(),
    at = new Date(),
    chat = privateChat(person),
    replyTo,
    albumId,
  } = options;
  const value: TelegramMessage = {
    message_id: messageId,
    date: secondsOf(at),
    chat,
    from: userOf(person),
    ...content,
    ...(replyTo === undefined
      ? {}
      : { reply_to_message: { message_id: replyTo, date: secondsOf(at), chat } }),
    ...(albumId === undefined ? {} : { media_group_id: albumId }),
  };
  return { kind: 'message', value, chatId: chat.id };
}

export function inboundText(person: TelegramPerson, text: string, options?: TelegramOptions): MessageEvent {
  return inbound(person, { text }, options);
}

export interface InboundTelegramFile {
  readonly type: 'photo' | 'video' | 'audio' | 'voice' | 'document' | 'sticker';
  /** As the provider keeps it. */
  readonly fileId: string;
  readonly mimeType?: string;
  readonly filename?: string;
  readonly size?: number;
  readonly caption?: string;
}
export function inboundFile(
  person: TelegramPerson,
  { type, fileId, mimeType, filename, size, caption }: InboundTelegramFile,
  options?: TelegramOptions,
): MessageEvent {
  const file = {
    file_id: fileId,
    ...(mimeType === undefined ? {} : { mime_type: mimeType }),
    ...(filename === undefined ? {} : { file_name: filename }),
    ...(size === undefined ? {} : { file_size: size }),
  };
  // Of a picture there are several sizes, the largest last.
  const content =
    type === 'photo'
      ? [
          { file_id: `${fileId}-small`, width: 90, height: 60 },
          { ...file, width: 1280, height: 853 },
        ]
      : file;
  return inbound(person, { [type]: content, ...(caption === undefined ? {} : { caption }) }, options);
}

export function inboundLocation(
  person: TelegramPerson,
  place: { readonly latitude: number; readonly longitude: number },
  options?: TelegramOptions,
): MessageEvent {
  return inbound(person, { location: place }, options);
}

/** A person's own card; Telegram says that it is theirs. */
export function inboundOwnContact(
  person: TelegramPerson,
  phone: string,
  options?: TelegramOptions,
): MessageEvent {
  const contact = { phone_number: phone, first_name: person.firstName, user_id: person.id };
  return inbound(person, { contact }, options);
}

/** The whole message as it is now. */
export function inboundEdit(
  { value, chatId }: MessageEvent,
  content: Content,
  at = new Date(),
): MessageEvent {
  return { kind: 'edited_message', value: { ...value, ...content, edit_date: secondsOf(at) }, chatId };
}

/** The tap on a button under a message of the bot; `message` as the bot was given it when it sent it. */
export function inboundTap(
  person: TelegramPerson,
  message: TelegramMessage,
  data: string,
  id = String(randomInt(2 ** 47)),
): TelegramEvent {
  const from = userOf(person);
  return {
    kind: 'callback_query',
    value: { id, from, message, data, chat_instance: String(message.chat.id) },
    chatId: message.chat.id,
  };
}

/** Without an emoji the reaction is taken back. */
export function inboundReaction(
  person: TelegramPerson,
  messageId: number,
  emoji?: string,
  { chat = privateChat(person), at = new Date() }: Pick<TelegramOptions, 'chat' | 'at'> = {},
): TelegramEvent {
  const given = emoji === undefined ? [] : [{ type: 'emoji', emoji }];
  return {
    kind: 'message_reaction',
    value: {
      chat,
      message_id: messageId,
      user: userOf(person),
      date: secondsOf(at),
      old_reaction: [],
      new_reaction: given,
    },
    chatId: chat.id,
  };
}

/** The person blocks the bot, or takes its messages again. */
export function blockChange(person: TelegramPerson, isBlocked: boolean, at = new Date()): TelegramEvent {
  const [before, now] = isBlocked ? ['member', 'kicked'] : ['kicked', 'member'];
  return {
    kind: 'my_chat_member',
    value: {
      chat: privateChat(person),
      from: userOf(person),
      date: secondsOf(at),
      old_chat_member: { status: before },
      new_chat_member: { status: now },
    },
    chatId: person.id,
  };
}
