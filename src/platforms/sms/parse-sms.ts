import { createHash } from 'node:crypto';
import { accountFaultOf } from '../account-fault.ts';
import type { DeliveryPart } from '../adapter.ts';
import type { Contact, InboundFact, ReachFact, ReceiptFact, ReceiptStatus } from '../inbound-fact.ts';
import { identifierOf } from '../json.ts';
import { type OptOut, readContent, readOptOut } from './parse-sms-content.ts';
import { contactOf, isOnWhatsApp } from './sms-address.ts';
import { faultOf, standingOf } from './sms-errors.ts';
import { readEvent, type TwilioEvent } from './sms-form.ts';

/** Twilio gives no times: those are ours. Facts carry the account's SID. Throws UnreadableDelivery. */
export function parseSms(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  const event = readEvent(body);
  return event.status === undefined ? readMessage(event, receivedAt) : readReceipt(event, receivedAt);
}

/** A body speaks for one account; naming it lets the door drop what is not for ours. Throws UnreadableDelivery. */
export function splitSms(body: Buffer): readonly DeliveryPart[] {
  return [{ accountId: readEvent(body).accountSid, body }];
}

/** Twilio tells of a message once, and of each status of one of ours once. Never throws. */
export function deliveryKeyOf(body: Buffer): string {
  const hash = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  try {
    const { messageSid, status } = readEvent(body);
    return `sms:${hash(JSON.stringify([messageSid, status ?? 'inbound'])).slice(0, 32)}`;
  } catch {
    return `sms:body:${hash(body)}`;
  }
}

function readMessage(event: TwilioEvent, at: Date): readonly InboundFact[] {
  const { accountSid: accountId, messageSid: externalId, fields } = event;
  const contact = contactOf(fields);
  if (contact === undefined) return [];
  const replyTo = identifierOf(fields.OriginalRepliedMessageSid);
  const optOut = isOnWhatsApp(identifierOf(fields.From) ?? '') ? undefined : readOptOut(fields);
  const content = readContent(fields);
  return [
    {
      kind: 'message',
      accountId,
      at,
      direction: 'inbound',
      externalId,
      contact,
      content: optOut === undefined ? content : { ...content, metadata: { ...content.metadata, optOut } },
      ...(replyTo === undefined ? {} : { replyToExternalId: replyTo }),
      threadKey: '',
      opensWindow: true,
    },
    ...(optOut === undefined ? [] : [reachOf(event, at, contact, optOut)]),
  ];
}

/** Twilio itself obeys these words: after a STOP it refuses what we send. */
function reachOf(
  { accountSid, messageSid }: TwilioEvent,
  at: Date,
  contact: Contact,
  optOut: OptOut,
): ReachFact {
  return {
    kind: 'reach',
    accountId: accountSid,
    at,
    externalId: `${messageSid}:${optOut}`,
    contact,
    isReachable: optOut === 'start',
    notice:
      optOut === 'start'
        ? 'The customer takes text messages again.'
        : 'The customer wants no more text messages: nothing can be sent until they write START.',
  };
}

/** What comes before `sent` says nothing that we do not know. */
const receiptStatuses: ReadonlyMap<string, ReceiptStatus> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
]);

function readReceipt(event: TwilioEvent, at: Date): readonly InboundFact[] {
  const status = receiptStatuses.get(event.status ?? '');
  if (status === undefined) return [];
  const fault = status === 'failed' ? faultOf(event.fields) : undefined;
  const standing = fault && standingOf(fault.code);
  const receipt: ReceiptFact = {
    kind: 'receipt',
    accountId: event.accountSid,
    at,
    externalId: event.messageSid,
    status,
    ...(fault && { fault }),
  };
  return fault && standing ? [receipt, accountFaultOf(receipt, fault, standing)] : [receipt];
}
