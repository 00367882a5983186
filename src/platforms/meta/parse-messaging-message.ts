import type { Contact, InboundFact, MessageContent, MessageFact } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectOf } from '../json.ts';
import type { EventScope } from './messaging-scope.ts';
import { idFromContent } from './meta-ids.ts';
import { noticeOf } from './parse-messaging-account.ts';
import { readContent, readPostback } from './parse-messaging-content.ts';

/** `message`: new, an echo of one that went out, or (Instagram) one that the customer took back. */
export function readMessage(scope: EventScope, message: JsonObject): readonly InboundFact[] {
  const { accountId, at, contact, platform } = scope;
  if (contact === undefined) return [noticeOf(scope, 'message_without_sender')];
  const mid = identifierOf(message.mid);
  if (message.is_deleted === true && mid !== undefined)
    return [{ kind: 'revoke', accountId, at, externalId: `${mid}:deleted`, targetExternalId: mid, contact }];
  const replyTo = identifierOf(objectOf(message.reply_to).mid);
  const correlator = scope.isOwn ? identifierOf(message.metadata) : undefined;
  return [
    {
      ...messageOf(scope, contact, mid, readContent(message, platform)),
      ...(replyTo === undefined ? {} : { replyToExternalId: replyTo }),
      ...(correlator === undefined ? {} : { correlator }),
    },
  ];
}

export function readPostbackMessage(scope: EventScope, postback: JsonObject): readonly InboundFact[] {
  if (scope.contact === undefined) return [noticeOf(scope, 'message_without_sender')];
  return [messageOf(scope, scope.contact, identifierOf(postback.mid), readPostback(postback))];
}

function messageOf(
  { accountId, at, event, isOwn, isStandby }: EventScope,
  contact: Contact,
  mid: string | undefined,
  content: MessageContent,
): MessageFact {
  return {
    kind: 'message',
    accountId,
    at,
    externalId: mid ?? idOf(event, contact, content),
    direction: isOwn ? 'outbound' : 'inbound',
    contact,
    content,
    threadKey: '',
    opensWindow: !isOwn,
    ...(isStandby ? { isStandby } : {}),
  };
}

/** Older postbacks have no id: who, when and what name them. */
function idOf({ timestamp }: JsonObject, { aliases }: Contact, { type, text }: MessageContent): string {
  return `${type}:${idFromContent(
    aliases.map(alias => alias.value),
    timestamp,
    text,
  )}`;
}
