import type { InboundFact, ReceiptFact, WatermarkFact } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, type JsonValue, objectOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import { type MessagingEvent, readEvents } from './messaging-events.ts';
import { readProfile } from './messaging-profile.ts';
import { type EventScope, type MessagingPlatform, scopeOf } from './messaging-scope.ts';
import { idFromContent } from './meta-ids.ts';
import { noticeOf, topicOf } from './parse-messaging-account.ts';
import { readMessage, readPostbackMessage } from './parse-messaging-message.ts';
import { emojiOf } from './reaction-emoji.ts';

/** Every fact of a body, in the order given; `accountId` is `entry.id`. Throws UnreadableDelivery. */
export function parseMessaging(
  platform: MessagingPlatform,
  body: Buffer,
  receivedAt: Date,
): readonly InboundFact[] {
  return readEvents(body).flatMap(event => readEvent(platform, event, receivedAt));
}

type Reader = (scope: EventScope, value: JsonObject) => readonly InboundFact[];
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['message', readMessage],
  ['postback', readPostbackMessage],
  ['reaction', readReaction],
  ['message_edit', readEdit],
  ['delivery', readDelivery],
  ['read', readRead],
  ['referral', readReferral],
  // Not Meta's own: the answer to a question of ours.
  ['user_profile', readProfile],
]);

/** An event of a kind that nothing is known of becomes a quiet notice about the account. */
function readEvent(
  platform: MessagingPlatform,
  messagingEvent: MessagingEvent,
  receivedAt: Date,
): readonly InboundFact[] {
  const { event } = messagingEvent;
  const scope = scopeOf(platform, messagingEvent, receivedAt);
  const known = [...readers].flatMap(([key, reader]) => {
    const value = event[key];
    return isObject(value) ? [{ reader, value }] : [];
  });
  if (known.length > 0) return known.flatMap(({ reader, value }) => reader(scope, value));
  const topic = topicOf(messagingEvent);
  return topic === undefined ? [] : [noticeOf(scope, topic)];
}

function readReaction(scope: EventScope, reaction: JsonObject): readonly InboundFact[] {
  const { accountId, at, contact, event, isOwn } = scope;
  const targetExternalId = identifierOf(reaction.mid);
  if (targetExternalId === undefined || contact === undefined) return [noticeOf(scope, 'reaction')];
  const isTakenBack = reaction.action === 'unreact';
  const emoji = isTakenBack ? '' : emojiOf(reaction);
  const who = contact.aliases.map(alias => alias.value);
  return [
    {
      kind: 'reaction',
      accountId,
      at,
      externalId: `reaction:${idFromContent(targetExternalId, who, isOwn, emoji, event.timestamp)}`,
      targetExternalId,
      contact,
      direction: isOwn ? 'outbound' : 'inbound',
      emoji,
    },
  ];
}

/** Instagram also sends one with `num_edit` 0 and no text when a message is new: that is no edit. */
function readEdit(scope: EventScope, edit: JsonObject): readonly InboundFact[] {
  const { accountId, at, contact } = scope;
  const targetExternalId = identifierOf(edit.mid);
  const text = textOf(edit.text);
  const count = identifierOf(edit.num_edit);
  if (text === undefined || count === '0') return [];
  if (targetExternalId === undefined || contact === undefined) return [noticeOf(scope, 'message_edit')];
  return [
    {
      kind: 'edit',
      accountId,
      at,
      externalId: `${targetExternalId}:edit:${count ?? idFromContent(text)}`,
      targetExternalId,
      contact,
      content: { type: 'text', text },
    },
  ];
}

function readDelivery(scope: EventScope, delivery: JsonObject): readonly InboundFact[] {
  return [...receiptsOf(scope, delivery.mids, 'delivered'), ...watermarkOf(scope, delivery, 'delivered')];
}

/** Messenger says until when, Instagram which message. */
function readRead(scope: EventScope, read: JsonObject): readonly InboundFact[] {
  const receipts = receiptsOf(scope, [read.mid ?? null], 'read');
  return receipts.length > 0 ? receipts : watermarkOf(scope, read, 'read');
}

function receiptsOf(
  { accountId, at }: EventScope,
  mids: JsonValue | undefined,
  status: ReceiptFact['status'],
): readonly ReceiptFact[] {
  const named = Array.isArray(mids) ? mids.map(identifierOf).filter(mid => mid !== undefined) : [];
  return [...new Set(named)].map(externalId => ({ kind: 'receipt', accountId, at, externalId, status }));
}

function watermarkOf(
  { accountId, at, contact }: EventScope,
  { watermark }: JsonObject,
  status: WatermarkFact['status'],
): readonly WatermarkFact[] {
  const upTo = timeOf(watermark);
  if (upTo === undefined || contact === undefined) return [];
  const [{ value } = { value: '' }] = contact.aliases;
  return [
    {
      kind: 'watermark',
      accountId,
      at,
      externalId: `${status}:${value}:${upTo.getTime()}`,
      contact,
      status,
      upTo,
    },
  ];
}

/** Somebody who wrote before came back by a link or an advertisement, and has not said anything yet. */
function readReferral(scope: EventScope, referral: JsonObject): readonly InboundFact[] {
  const { accountId, at, contact, event } = scope;
  if (contact === undefined) return [noticeOf(scope, 'referral')];
  const by = referral.source === 'ADS' ? 'an advertisement' : 'a link';
  const which = textOf(objectOf(referral.ads_context_data).ad_title) ?? textOf(referral.ref);
  return [
    {
      kind: 'reach',
      accountId,
      at,
      externalId: `referral:${idFromContent(accountId, ...contact.aliases.map(({ value }) => value), event.timestamp)}`,
      contact,
      isReachable: true,
      opensWindow: true,
      notice: `The customer came back by ${by}${which === undefined ? '' : ` (${which})`} and may be written to again.`,
    },
  ];
}
