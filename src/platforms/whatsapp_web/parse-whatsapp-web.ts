import { createHash } from 'node:crypto';
import type { Contact, InboundFact, MessageContent, ReceiptFact } from '../inbound-fact.ts';
import { type JsonObject, numberOf, objectOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import { noticedAt, readEvent } from './event-body.ts';
import { readContent } from './parse-whatsapp-web-content.ts';
import { messageIdOf } from './web-address.ts';
import { contactOf, senderOf } from './whatsapp-web-contact.ts';

interface Common {
  readonly accountId: string;
  readonly at: Date;
  readonly contact: Contact;
}
type Reader = (event: JsonObject, common: Common) => readonly InboundFact[];

/** Throws UnreadableDelivery. Kinds of events that are not known give no facts, and neither do files. */
export function parseWhatsAppWeb(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  const event = readEvent(body);
  if (event === null) return [];
  const contact = contactOf(event.chat);
  const read = readers.get(textOf(event.kind) ?? '');
  if (contact === undefined || read === undefined) return [];
  const accountId = textOf(event.account) ?? '';
  return read(event, {
    accountId: /^\d{1,20}$/.test(accountId) ? accountId : '',
    at: noticedAt(event) ?? receivedAt,
    contact,
  });
}

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['message', readMessage],
  ['edit', readEdit],
  ['revoke', readRevoke],
  ['ack', readAck],
  ['reaction', readReaction],
]);

function readMessage(event: JsonObject, common: Common): readonly InboundFact[] {
  const message = objectOf(event.message);
  const externalId = messageIdOf(message.id);
  const content = contentOf(event);
  if (externalId === undefined || content === undefined) return [];
  const isOwn = message.fromMe === true;
  const isHistory = event.isHistory === true;
  const replyToExternalId = messageIdOf({ id: objectOf(message.raw).quotedStanzaID ?? null });
  const correlator = isOwn ? textOf(event.correlator) : undefined;
  return [
    {
      kind: 'message',
      ...common,
      at: timeOf(message.timestamp) ?? common.at,
      direction: isOwn ? 'outbound' : 'inbound',
      externalId,
      content,
      ...(replyToExternalId === undefined ? {} : { replyToExternalId }),
      threadKey: '',
      opensWindow: !isOwn && !isHistory,
      ...(isHistory ? { isHistory: true } : {}),
      ...(correlator === undefined ? {} : { correlator }),
    },
  ];
}

/** Of a group's message the author is kept with it. */
function contentOf(event: JsonObject): MessageContent | undefined {
  const content = readContent(objectOf(event.message));
  const sender = senderOf(event.author);
  return content === undefined || sender === undefined
    ? content
    : { ...content, metadata: { ...content.metadata, sender } };
}

function readEdit(event: JsonObject, common: Common): readonly InboundFact[] {
  const message = objectOf(event.message);
  const targetExternalId = messageIdOf(message.id);
  const content = contentOf(event);
  if (targetExternalId === undefined || content === undefined) return [];
  const at = timeOf(message.latestEditSenderTimestampMs) ?? common.at;
  return [
    {
      kind: 'edit',
      ...common,
      at,
      externalId: `${targetExternalId}:edit:${digestOf(content.text ?? '', String(at.getTime()))}`,
      targetExternalId,
      content,
    },
  ];
}

/** The notice of a revocation has an id of its own, and names what is gone; where it names nothing, it is that itself. */
export function revokedIdOf(message: JsonObject): string | undefined {
  return messageIdOf(message.protocolMessageKey) ?? messageIdOf(message.id);
}

function readRevoke(event: JsonObject, common: Common): readonly InboundFact[] {
  const targetExternalId = revokedIdOf(objectOf(event.message));
  if (targetExternalId === undefined) return [];
  return [{ kind: 'revoke', ...common, externalId: `${targetExternalId}:revoked`, targetExternalId }];
}

const receipts: ReadonlyMap<number | undefined, Pick<ReceiptFact, 'status' | 'fault'>> = new Map([
  [
    -1,
    {
      status: 'failed',
      fault: { code: 'not_sent', title: 'WhatsApp could not send this message. Send it again.' },
    },
  ],
  [1, { status: 'sent' }],
  [2, { status: 'delivered' }],
  [3, { status: 'read' }],
  [4, { status: 'read' }],
]);

function readAck(event: JsonObject, { accountId, at }: Common): readonly InboundFact[] {
  const message = objectOf(event.message);
  const externalId = messageIdOf(message.id);
  const ack = numberOf(event.ack);
  const receipt = receipts.get(ack);
  const correlator = textOf(event.correlator);
  if (externalId === undefined || receipt === undefined || message.fromMe !== true) return [];
  return [
    {
      kind: 'receipt',
      accountId,
      at,
      externalId,
      ...receipt,
      ...(correlator === undefined ? {} : { correlator }),
      ...(ack === 4 ? { metadata: { playedAt: at.toISOString() } } : {}),
    },
  ];
}

function readReaction(event: JsonObject, common: Common): readonly InboundFact[] {
  const reaction = objectOf(event.reaction);
  const targetExternalId = messageIdOf(reaction.msgId);
  if (targetExternalId === undefined) return [];
  const at = timeOf(reaction.timestamp) ?? common.at;
  const emoji = (textOf(reaction.reaction) ?? '').trim();
  const isOwn = objectOf(reaction.id).fromMe === true;
  const who = isOwn ? 'me' : (messageIdOf(reaction.id) ?? '');
  return [
    {
      kind: 'reaction',
      ...common,
      at,
      externalId: `${targetExternalId}:reaction:${digestOf(who, String(at.getTime()), emoji)}`,
      targetExternalId,
      direction: isOwn ? 'outbound' : 'inbound',
      emoji: emoji.length <= 32 ? emoji : '❔',
    },
  ];
}

/** Short enough for a key, and another for other content. */
export function digestOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
