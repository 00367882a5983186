import type { OutboundFile, OutboundMessage, PlatformIo, SentReceipt } from '../adapter.ts';
import { postJson } from '../call-platform.ts';
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
import { actorUrl, instagram, instagramVerdicts } from './instagram-platform.ts';
import type { InstagramSettings } from './instagram-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendInstagram(
  message: OutboundMessage,
  settings: InstagramSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const answer = await postJson(
    io,
    instagram.name,
    `${actorUrl(settings, io)}/messages`,
    bearer(settings.accessToken),
    Buffer.from(JSON.stringify(payloadOf(message))),
  );
  return receiptOf(answer, message, instagram, instagramVerdicts);
}

/** Instagram knows no `metadata`: its echoes can be matched by their id only. */
function payloadOf(message: OutboundMessage): object {
  const { content } = message;
  const recipient = recipientOf(message, instagram);
  if (content.type === 'reaction')
    // The heart is the only reaction that an account may give.
    return { recipient, ...reactionOf(content.targetExternalId, content.emoji === '' ? undefined : 'love') };
  const envelope = {
    recipient,
    ...(message.isHumanAgent === true ? humanAgentTag : {}),
    ...replyOf(message),
  };
  if (content.type === 'media') {
    // One file in each message: the abilities say so.
    const [file] = content.files as readonly [OutboundFile];
    return {
      ...envelope,
      message: { attachment: { type: attachmentTypeOf(file), payload: { url: file.url } } },
    };
  }
  const words = wordsOf(content);
  if (words === undefined) throw notSendable(instagram.name);
  return { ...envelope, message: words };
}
