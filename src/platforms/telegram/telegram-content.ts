import FormData from 'form-data';
import { type Choice, type OutboundFile, type OutboundMessage, Rejected } from '../adapter.ts';
import { appendFile } from '../call-platform.ts';
import { type ChatPlace, messagePlaceOf } from './telegram-payload.ts';

export interface TelegramRequest {
  readonly method: string;
  /** An object that goes as JSON, or a form with a file. */
  readonly parameters: object;
}

/** The request that sends a message to a chat; made anew for each try, for a file is read once. Throws Rejected. */
export async function requestOf(message: OutboundMessage, chat: ChatPlace): Promise<TelegramRequest> {
  const { content } = message;
  const common = { ...chatParameters(chat), ...replyOf(message, chat) };
  switch (content.type) {
    case 'text':
      return { method: 'sendMessage', parameters: { ...common, text: content.text } };
    case 'buttons':
      return {
        method: 'sendMessage',
        parameters: {
          ...common,
          text: content.text,
          reply_markup: { inline_keyboard: content.choices.map(choice => [buttonOf(choice)]) },
        },
      };
    case 'media': {
      // One file in each message: the abilities say so.
      const [file] = content.files as readonly [OutboundFile];
      const { method, field } = wayOf(file);
      const caption = content.text === undefined ? {} : { caption: content.text };
      return { method, parameters: await formOf({ ...common, ...caption }, field, file) };
    }
    case 'reaction':
      return { method: 'setMessageReaction', parameters: reactionOf(content, chat) };
    case 'list':
    case 'template':
      throw new Rejected(
        'message',
        'unsupported',
        `Telegram has no messages of the type ${content.type}. Send a text instead.`,
      );
  }
}

export function chatParameters({ chatId, connectionId }: ChatPlace): object {
  return {
    chat_id: chatId,
    ...(connectionId === undefined ? {} : { business_connection_id: connectionId }),
  };
}

/** Only what is in this very chat can be quoted: a tapped button cannot, nor what was said before a group moved. */
function replyOf({ replyToExternalId = '' }: OutboundMessage, chat: ChatPlace): object {
  const place = messagePlaceOf(replyToExternalId);
  if (place?.chatId !== chat.chatId || place.connectionId !== chat.connectionId) return {};
  return {
    reply_parameters: { message_id: Number(place.messageId), allow_sending_without_reply: true },
  };
}

const maximumDataBytes = 64;

function buttonOf({ id, title }: Choice): object {
  if (Buffer.byteLength(id) > maximumDataBytes)
    throw new Rejected(
      'message',
      'choice_too_long',
      `The id of the choice "${title}" is longer than the ${maximumDataBytes} bytes that Telegram takes. Shorten it.`,
    );
  return { text: title, callback_data: id };
}

/** How a file is shown. OGG is played as a voice message only; a GIF sent as a photo would stand still. */
function wayOf({ kind, mimeType, isVoice }: OutboundFile): { method: string; field: string } {
  const way = (name: string) => ({
    method: `send${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    field: name,
  });
  switch (kind) {
    case 'image':
      return way(mimeType === 'image/gif' ? 'animation' : 'photo');
    case 'video':
      return way('video');
    case 'audio':
      return way(isVoice || mimeType.startsWith('audio/ogg') ? 'voice' : 'audio');
    case 'document':
    case 'sticker':
      return way('document');
  }
}

async function formOf(parameters: object, field: string, file: OutboundFile): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  await appendFile(form, field, file);
  return form;
}

function reactionOf(
  { targetExternalId, emoji }: { targetExternalId: string; emoji: string },
  chat: ChatPlace,
): object {
  const target = messagePlaceOf(targetExternalId);
  if (target === undefined || chat.connectionId !== undefined)
    throw new Rejected(
      'message',
      'no_reaction',
      chat.connectionId === undefined
        ? 'Telegram takes no reaction to this: it is no message there.'
        : 'Telegram lets no bot react in the chats of a business account.',
    );
  // Telegram knows the heart without the mark that asks for a coloured picture.
  const plain = emoji.replaceAll('\uFE0F', '');
  return {
    chat_id: target.chatId,
    message_id: Number(target.messageId),
    reaction: plain === '' ? [] : [{ type: 'emoji', emoji: plain }],
  };
}
