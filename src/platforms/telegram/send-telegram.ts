import {
  type AgentSign,
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
  type SignTarget,
} from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { objectOf } from '../json.ts';
import { aliasOf, chatPlaceOf } from './telegram-contact.ts';
import { chatParameters, requestOf } from './telegram-content.ts';
import { isNoChange, movedToOf, verdictOfAnswer } from './telegram-errors.ts';
import { type ChatPlace, digitsOf, externalIdOf, messagePlaceOf } from './telegram-payload.ts';
import { callTelegram, isSuccess } from './telegram-request.ts';
import type { TelegramSettings } from './telegram-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendTelegram(
  message: OutboundMessage,
  settings: TelegramSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const chat = chatPlaceOf(message.to);
  if (chat === undefined)
    throw new Rejected('message', 'no_address', 'We know no Telegram chat with this customer.');
  const sendTo = async (place: ChatPlace) => {
    const { method, parameters } = await requestOf(message, place);
    return callTelegram(method, parameters, settings, io);
  };
  const answer = await sendTo(chat);
  const movedTo = movedToOf(answer);
  if (movedTo === undefined || isSuccess(answer)) return receiptOf(answer, message, chat);
  const newChat = { chatId: movedTo };
  const receipt = receiptOf(await sendTo(newChat), message, newChat);
  return { ...receipt, aliases: [aliasOf(newChat)] };
}

function receiptOf(answer: JsonAnswer, { content }: OutboundMessage, chat: ChatPlace): SentReceipt {
  if (content.type === 'reaction') {
    if (!isSuccess(answer) && !isNoChange(answer)) throw verdictOfAnswer(answer);
    return { externalId: `${content.targetExternalId}:reaction`, aliases: [] };
  }
  if (!isSuccess(answer)) throw verdictOfAnswer(answer);
  const messageId = digitsOf(objectOf(answer.body?.result).message_id);
  if (messageId === undefined)
    throw new OutcomeUnknown('Telegram accepted the message but did not name it; it may have been sent.');
  return { externalId: externalIdOf({ ...chat, messageId }), aliases: [] };
}

/** Somebody types for five seconds; that a message was read is shown by Telegram to no customer. Never throws. */
export async function showTelegramSign(
  sign: AgentSign,
  { externalId }: SignTarget,
  settings: TelegramSettings,
  io: PlatformIo,
): Promise<void> {
  const place = messagePlaceOf(externalId);
  if (sign !== 'typing' || place === undefined) return;
  const parameters = { ...chatParameters(place), action: 'typing' };
  await callTelegram('sendChatAction', parameters, settings, io).catch(() => undefined);
}
