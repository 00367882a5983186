import FormData from 'form-data';
import type {
  AgentSign,
  OutboundFile,
  OutboundMessage,
  PlatformIo,
  SentReceipt,
  SignTarget,
} from '../adapter.ts';
import { appendFile, callPlatform, postJson } from '../call-platform.ts';
import { bearer } from '../meta/graph-request.ts';
import {
  attachmentTypeOf,
  humanAgentTag,
  notSendable,
  reactionOf,
  receiptOf,
  recipientOf,
  replyOf,
  wordsOf,
} from '../meta/send-messaging.ts';
import { messenger, messengerVerdicts, pageUrl } from './facebook-platform.ts';
import type { FacebookSettings } from './facebook-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendFacebook(
  message: OutboundMessage,
  settings: FacebookSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const url = `${pageUrl(settings, io)}/messages`;
  const headers = bearer(settings.pageAccessToken);
  const answer =
    message.content.type === 'media'
      ? await callPlatform(io, messenger.name, {
          method: 'POST',
          url,
          headers,
          body: await formOf(message, message.content.files as readonly [OutboundFile]),
        })
      : await postJson(io, messenger.name, url, headers, Buffer.from(JSON.stringify(payloadOf(message))));
  return receiptOf(answer, message, messenger, messengerVerdicts);
}

/** Somebody types for twenty seconds, or until the answer is there. Never throws. */
export async function showFacebookSign(
  sign: AgentSign,
  { to }: SignTarget,
  settings: FacebookSettings,
  io: PlatformIo,
): Promise<void> {
  const id = to.find(alias => alias.kind === messenger.aliasKind)?.value;
  if (id === undefined) return;
  const url = `${pageUrl(settings, io)}/messages`;
  const body = Buffer.from(JSON.stringify({ recipient: { id }, sender_action: signs[sign] }));
  await postJson(io, messenger.name, url, bearer(settings.pageAccessToken), body).catch(() => undefined);
}
const signs: Readonly<Record<AgentSign, string>> = { read: 'mark_seen', typing: 'typing_on' };

function payloadOf(message: OutboundMessage): object {
  const { content, correlator } = message;
  const recipient = recipientOf(message, messenger);
  if (content.type === 'reaction')
    return { recipient, ...reactionOf(content.targetExternalId, content.emoji || undefined) };
  const words = wordsOf(content);
  if (words === undefined) throw notSendable(messenger.name);
  return { recipient, ...envelopeOf(message), message: { ...words, metadata: correlator } };
}

function envelopeOf(message: OutboundMessage): object {
  return {
    ...(message.isHumanAgent === true ? humanAgentTag : { messaging_type: 'RESPONSE' }),
    ...replyOf(message),
  };
}

/** The file travels with the message: the upload is the sending. One file in each message: the abilities say so. */
async function formOf(message: OutboundMessage, [file]: readonly [OutboundFile]): Promise<FormData> {
  const form = new FormData();
  form.append('recipient', JSON.stringify(recipientOf(message, messenger)));
  for (const [field, value] of Object.entries(envelopeOf(message)))
    form.append(field, typeof value === 'string' ? value : JSON.stringify(value));
  form.append(
    'message',
    JSON.stringify({
      attachment: { type: attachmentTypeOf(file), payload: {} },
      metadata: message.correlator,
    }),
  );
  await appendFile(form, 'filedata', file);
  return form;
}
