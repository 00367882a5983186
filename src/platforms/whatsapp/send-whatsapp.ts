import {
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
  Unavailable,
} from '../adapter.ts';
import type { Alias } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectsOf } from '../json.ts';
import { type JsonAnswer, postJson } from '../post-json.ts';
import { graphErrorOf, verdictOf } from './whatsapp-errors.ts';
import { aliasesOf, waIdOf } from './whatsapp-identity.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

const graphVersion = 'v23.0';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendWhatsApp(
  message: OutboundMessage,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const payload = {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...addressOf(message.to),
    ...contentOf(message.content),
    ...(message.replyToExternalId === undefined || message.content.type === 'reaction'
      ? {}
      : { context: { message_id: message.replyToExternalId } }),
    biz_opaque_callback_data: message.correlator,
  };
  return receiptOf(await callMessages(payload, settings, io), message.to);
}

/** Shows the customer's message as read, and optionally that somebody types. Best effort: a failure is not told. */
export async function markWhatsAppRead(
  externalId: string,
  settings: WhatsAppSettings,
  io: PlatformIo,
  isTyping: boolean,
): Promise<void> {
  const payload = {
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: externalId,
    ...(isTyping ? { typing_indicator: { type: 'text' } } : {}),
  };
  await callMessages(payload, settings, io).catch(() => undefined);
}

function callMessages(payload: object, settings: WhatsAppSettings, io: PlatformIo): Promise<JsonAnswer> {
  const baseUrl = (settings.apiUrl ?? io.baseUrl).replace(/\/+$/, '');
  return postJson(
    io,
    'WhatsApp',
    `${baseUrl}/${graphVersion}/${settings.phoneNumberId}/messages`,
    { authorization: `Bearer ${settings.accessToken}` },
    Buffer.from(JSON.stringify(payload)),
  );
}

/** The phone number when it is known, else the user id of this business, else of its parent. */
function addressOf(to: readonly Alias[]): { to: string } | { recipient: string } {
  const addressBy = (kind: string) => to.find(alias => alias.kind === kind)?.value;
  const waId = addressBy('wa_id');
  if (waId !== undefined) return { to: waId };
  const recipient = addressBy('bsuid') ?? addressBy('parent_bsuid');
  if (recipient !== undefined) return { recipient };
  throw new Rejected('message', 'no_address', 'We know no WhatsApp number of this customer.');
}

function contentOf(content: OutboundMessage['content']): object {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: { body: content.text, preview_url: true } };
    case 'template':
      return {
        type: 'template',
        template: {
          name: content.name,
          language: { code: content.language },
          ...(content.variables.length === 0
            ? {}
            : {
                components: [
                  { type: 'body', parameters: content.variables.map(text => ({ type: 'text', text })) },
                ],
              }),
        },
      };
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: content.targetExternalId, emoji: content.emoji } };
  }
}

function receiptOf(answer: JsonAnswer, to: readonly Alias[]): SentReceipt {
  const { status, body, retryAfterMs } = answer;
  const error = graphErrorOf(body);
  if (error !== undefined) throw verdictOf(error, status, retryAfterMs);
  if (status >= 200 && status < 300) {
    const externalId = identifierOf(objectsOf(body?.messages)[0]?.id);
    if (externalId === undefined)
      throw new OutcomeUnknown('WhatsApp accepted the message but did not name it; it may have been sent.');
    return { externalId, aliases: furtherAliases(objectsOf(body?.contacts)[0], to) };
  }
  throw verdictWithoutError(status, retryAfterMs);
}

/** For answers that are not Graph's own: a gateway on the way, or a server that fell over. */
function verdictWithoutError(status: number, retryAfterMs: number | undefined): Error {
  const code = `http_${status}`;
  if (status === 429 || status === 503)
    return new Unavailable(
      'channel',
      code,
      'WhatsApp is not available at the moment. The message will be tried again.',
      retryAfterMs,
    );
  if (status >= 500)
    return new OutcomeUnknown(`WhatsApp answered with status ${status}; the message may have been sent.`);
  if (status === 401)
    return new Rejected(
      'reauthorise',
      code,
      'WhatsApp does not accept the access token of this channel. Connect it again.',
    );
  if (status === 403)
    return new Rejected(
      'account',
      code,
      'WhatsApp refuses this channel. Look at its account in WhatsApp Manager.',
    );
  return new Rejected(
    'message',
    code,
    `WhatsApp did not accept this message: it answered with status ${status}.`,
  );
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
