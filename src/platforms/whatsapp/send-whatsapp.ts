import {
  type AgentSign,
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
  type SignTarget,
} from '../adapter.ts';
import { type JsonAnswer, postJson } from '../call-platform.ts';
import type { Alias } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectsOf } from '../json.ts';
import { graphErrorOf } from '../meta/graph-error.ts';
import { contentOf } from './whatsapp-content.ts';
import { verdictOfAnswer } from './whatsapp-errors.ts';
import { aliasesOf, waIdOf } from './whatsapp-identity.ts';
import { authorization, numberUrl } from './whatsapp-request.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendWhatsApp(
  message: OutboundMessage,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const payload = {
    messaging_product: 'whatsapp',
    ...addressOf(message),
    ...(await contentOf(message.content, settings, io)),
    ...(message.replyToExternalId === undefined || message.content.type === 'reaction'
      ? {}
      : { context: { message_id: message.replyToExternalId } }),
    biz_opaque_callback_data: message.correlator,
  };
  return receiptOf(await callMessages(payload, settings, io), message);
}

/** Somebody types for 25 seconds, or until the answer is there; that shows the message as read, too. Never throws. */
export async function showWhatsAppSign(
  sign: AgentSign,
  { externalId }: SignTarget,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<void> {
  const payload = {
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: externalId,
    ...(sign === 'typing' ? { typing_indicator: { type: 'text' } } : {}),
  };
  await callMessages(payload, settings, io).catch(() => undefined);
}

function callMessages(payload: object, settings: WhatsAppSettings, io: PlatformIo): Promise<JsonAnswer> {
  return postJson(
    io,
    'WhatsApp',
    `${numberUrl(settings, io)}/messages`,
    authorization(settings),
    Buffer.from(JSON.stringify(payload)),
  );
}

/** Only a group's conversation has a key, which is the group's id: what answers it is for all of them. */
const isForGroup = ({ threadKey = '' }: OutboundMessage) => threadKey !== '';

/** The phone number when it is known, else the user id of this business, else of its parent. */
function addressOf(message: OutboundMessage): object {
  const { to, threadKey } = message;
  if (isForGroup(message)) return { recipient_type: 'group', to: threadKey };
  const recipient_type = 'individual';
  const addressBy = (kind: string) => to.find(alias => alias.kind === kind)?.value;
  const waId = addressBy('wa_id');
  if (waId !== undefined) return { recipient_type, to: waId };
  const recipient = addressBy('bsuid') ?? addressBy('parent_bsuid');
  if (recipient !== undefined) return { recipient_type, recipient };
  throw new Rejected('message', 'no_address', 'We know no WhatsApp number of this customer.');
}

function receiptOf(answer: JsonAnswer, message: OutboundMessage): SentReceipt {
  const { status, body } = answer;
  if (status >= 200 && status < 300 && graphErrorOf(body) === undefined) {
    const externalId = identifierOf(objectsOf(body?.messages)[0]?.id);
    if (externalId === undefined)
      throw new OutcomeUnknown('WhatsApp accepted the message but did not name it; it may have been sent.');
    const [contact] = objectsOf(body?.contacts);
    return { externalId, aliases: isForGroup(message) ? [] : furtherAliases(contact, message.to) };
  }
  throw verdictOfAnswer(answer);
}

/** WhatsApp may know the recipient under another form than we wrote to; the user id may be news as well. */
function furtherAliases(contact: JsonObject | undefined, to: readonly Alias[]): readonly Alias[] {
  if (contact === undefined) return [];
  return aliasesOf({
    waId: waIdOf(contact.wa_id),
    bsuid: identifierOf(contact.user_id),
    parentBsuid: identifierOf(contact.parent_user_id),
  }).filter(alias => !to.some(known => known.kind === alias.kind && known.value === alias.value));
}
