import {
  type OutboundContent,
  type OutboundFile,
  type OutboundMessage,
  OutcomeUnknown,
  Rejected,
  type SentReceipt,
} from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { identifierOf } from '../json.ts';
import { graphErrorOf } from './graph-error.ts';
import type { GraphVerdicts } from './graph-verdict.ts';
import type { MessagingPlatform } from './messaging-scope.ts';

/** Whom a message goes to: by the id that this page or account knows them under, else by a website's reference. */
export function recipientOf({ to }: OutboundMessage, { name, aliasKind }: MessagingPlatform): object {
  const id = to.find(alias => alias.kind === aliasKind)?.value;
  if (id !== undefined) return { id };
  const userRef = to.find(alias => alias.kind === 'user_ref')?.value;
  if (userRef !== undefined) return { user_ref: userRef };
  throw new Rejected('message', 'no_address', `We know no ${name} address of this customer.`);
}

/** A person's own words after the window has closed must say so. */
export const humanAgentTag = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } as const;

/** The message that is answered, which stands beside the new one and not in it. */
export function replyOf({ replyToExternalId }: OutboundMessage): object {
  return replyToExternalId === undefined ? {} : { reply_to: { mid: replyToExternalId } };
}

/** A text, or a text with answers to tap; anything else is `undefined`. */
export function wordsOf(content: OutboundContent): object | undefined {
  if (content.type === 'text') return { text: content.text };
  if (content.type !== 'buttons') return undefined;
  return {
    text: content.text,
    quick_replies: content.choices.map(({ id, title }) => ({ content_type: 'text', title, payload: id })),
  };
}

/** A reaction is an action of its own, which takes no other properties. */
export function reactionOf(targetExternalId: string, reaction: string | undefined): object {
  return {
    sender_action: reaction === undefined ? 'unreact' : 'react',
    payload: { message_id: targetExternalId, ...(reaction === undefined ? {} : { reaction }) },
  };
}

export function attachmentTypeOf({ kind }: OutboundFile): string {
  return kind === 'document' ? 'file' : kind;
}

/** For what the abilities do not promise. */
export function notSendable(platform: string): Rejected {
  return new Rejected('message', 'not_supported', `${platform} has no messages of this kind.`);
}

/** Throws what the verdicts make of any answer but a good one. Reactions get no id: ours stands for it. */
export function receiptOf(
  answer: JsonAnswer,
  message: OutboundMessage,
  { name, aliasKind }: MessagingPlatform,
  verdicts: GraphVerdicts,
): SentReceipt {
  const { status, body } = answer;
  if (status < 200 || status >= 300 || graphErrorOf(body) !== undefined)
    throw refusalOf(verdicts.verdictOfAnswer(answer), message, name);
  const recipientId = identifierOf(body?.recipient_id);
  const externalId =
    identifierOf(body?.message_id) ??
    (message.content.type === 'reaction' && body !== undefined ? message.correlator : undefined);
  if (externalId === undefined)
    throw new OutcomeUnknown(`${name} accepted the message but did not name it; it may have been sent.`);
  const isKnown = message.to.some(alias => alias.kind === aliasKind && alias.value === recipientId);
  return {
    externalId,
    aliases: recipientId === undefined || isKnown ? [] : [{ kind: aliasKind, value: recipientId }],
  };
}

/** The codes of a missing permission. */
const permissionCode = /^(0|3|10|2\d\d)$/;

/** Reacting, and writing after the window, take permissions of their own; without them the channel is as good as before. */
function refusalOf(verdict: Error, { content, isHumanAgent }: OutboundMessage, platform: string): Error {
  if (!(verdict instanceof Rejected) || verdict.scope !== 'reauthorise' || !permissionCode.test(verdict.code))
    return verdict;
  const { code } = verdict;
  if (content.type === 'reaction')
    return new Rejected('message', code, `${platform} does not let this channel react to this message.`);
  return isHumanAgent === true
    ? new Rejected(
        'window',
        code,
        `More than 24 hours have passed since the customer last wrote, and ${platform} lets only apps with the permission Human Agent answer then. Wait until they write again.`,
      )
    : verdict;
}
