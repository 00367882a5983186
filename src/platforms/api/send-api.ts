import {
  type OutboundContent,
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
  Unavailable,
} from '../adapter.ts';
import { postJson } from '../call-platform.ts';
import { identifierOf } from '../json.ts';
import { signWebhook } from '../standard-webhooks.ts';
import type { ApiSettings } from './api-settings.ts';

/**
 * Posts `{type:'message', id, to, conversation?, content, replyTo?}` to the callback, signed. `to` are the addresses of the
 * customer, `{kind:'customer_id', value}`; `conversation` is what the program itself called the thread. `id` and `webhook-id` are the same for
 * every attempt, so that the receiver can tell a repetition; it may answer `{id}` with an id of its own.
 * Throws Rejected, Unavailable or OutcomeUnknown, nothing else.
 */
export async function sendApi(
  message: OutboundMessage,
  settings: ApiSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const { callbackUrl, secret } = settings;
  if (callbackUrl === undefined)
    throw new Rejected(
      'message',
      'no_callback',
      'This API channel has no callbackUrl, so nothing can be sent through it. Connect one with a callbackUrl in its settings.',
    );
  if (secret === undefined)
    throw new Rejected('account', 'no_secret', 'This API channel has no secret to sign with. Set one.');
  const body = Buffer.from(
    JSON.stringify({
      type: 'message',
      id: message.correlator,
      to: message.to,
      ...(message.threadKey && { conversation: message.threadKey }),
      content: contentOf(message.content),
      ...(message.replyToExternalId === undefined ? {} : { replyTo: message.replyToExternalId }),
    }),
  );
  const headers = signWebhook([secret], message.correlator, new Date(), body);
  const answer = await postJson(io, 'The callback of this API channel', callbackUrl, headers, body);
  if (answer.status >= 200 && answer.status < 300)
    return { externalId: identifierOf(answer.body?.id) ?? message.correlator, aliases: [] };
  throw verdictOf(answer.status, answer.retryAfterMs);
}

/** Files go as addresses that the receiver can fetch for an hour. */
function contentOf(content: OutboundContent): object {
  if (content.type === 'reaction')
    return { type: 'reaction', messageId: content.targetExternalId, emoji: content.emoji };
  if (content.type !== 'media') return content;
  const files = content.files.map(({ kind, filename, mimeType, size, isVoice, url }) => ({
    ...{ kind, filename, mimeType, size, isVoice, url },
  }));
  return { ...content, files };
}

function verdictOf(status: number, retryAfterMs: number | undefined): Error {
  const code = `http_${status}`;
  const said = `The callback of this API channel answered with status ${status}`;
  if (status === 408 || status === 429 || status === 503)
    return new Unavailable('channel', code, `${said}. The message will be tried again.`, retryAfterMs);
  if (status >= 500) return new OutcomeUnknown(`${said}; the message may have been sent.`);
  if (status === 401 || status === 403)
    return new Rejected(
      'reauthorise',
      code,
      `${said}: it does not accept our signature. Check the secret on both sides.`,
    );
  if (status === 410) return new Rejected('account', code, `${said}: it is gone. Set another callbackUrl.`);
  return new Rejected('message', code, `${said}.`);
}
