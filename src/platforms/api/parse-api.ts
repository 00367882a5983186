import { UnreadableDelivery } from '../adapter.ts';
import type { Contact, InboundFact, MessageContent, ReceiptFact } from '../inbound-fact.ts';
import { parseJson } from '../json.ts';
import {
  type ApiContent,
  type ApiCustomer,
  type ApiEvent,
  type ApiReceipt,
  readApiEvents,
} from './api-payload.ts';

/** The platform is ours and has no accounts: the route's token says whose the delivery is. */
const accountId = '';

/** Throws UnreadableDelivery with the first thing that is wrong. */
export function parseApi(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  const events = readApiEvents(parseJson(body));
  if (typeof events === 'string')
    throw new UnreadableDelivery(`The body is not an event of the API channel: ${events}`);
  return events.map(event => factOf(event, receivedAt));
}

function factOf(event: ApiEvent, receivedAt: Date): InboundFact {
  if (event.type === 'receipt') return receiptOf(event, receivedAt);
  const contact = contactOf(event.customer);
  if (event.type === 'message')
    return {
      kind: 'message',
      accountId,
      at: timeOf(event.sentAt, receivedAt),
      direction: 'inbound',
      externalId: event.id,
      contact,
      content: contentOf(event),
      ...(event.replyTo === undefined ? {} : { replyToExternalId: event.replyTo }),
      threadKey: event.conversation ?? '',
      opensWindow: true,
    };
  const about = {
    accountId,
    at: timeOf(event.at, receivedAt),
    externalId: event.id,
    targetExternalId: event.messageId,
    contact,
  };
  switch (event.type) {
    case 'reaction':
      return { kind: 'reaction', ...about, direction: 'inbound', emoji: event.emoji };
    case 'edit':
      return { kind: 'edit', ...about, content: contentOf(event) };
    case 'delete':
      return { kind: 'revoke', ...about };
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function receiptOf(receipt: ApiReceipt, receivedAt: Date): ReceiptFact {
  const { error } = receipt;
  const fault = error ?? { code: 'unknown', message: 'The receiver gave no reason.' };
  return {
    kind: 'receipt',
    accountId,
    at: timeOf(receipt.at, receivedAt),
    externalId: receipt.messageId,
    // A receiver may speak of a message by our id even when it gave the message one of its own.
    ...(uuid.test(receipt.messageId) ? { correlator: receipt.messageId.toLowerCase() } : {}),
    status: receipt.status,
    ...(receipt.status === 'failed' ? { fault: { code: fault.code, title: fault.message } } : {}),
  };
}

/** The integrator vouches for the id only: name, e-mail and phone are what it believes. */
function contactOf(customer: ApiCustomer): Contact {
  return {
    aliases: [{ kind: 'customer_id', value: customer.id }],
    ...(customer.name === undefined ? {} : { name: customer.name }),
    ...(customer.phone === undefined ? {} : { phone: customer.phone }),
    ...(customer.email === undefined ? {} : { profile: { email: customer.email } }),
  };
}

function contentOf({ text, attachments, location, interactive }: ApiContent): MessageContent {
  const caption = text ?? interactive?.title;
  const metadata = {
    ...(location === undefined ? {} : { location }),
    ...(interactive === undefined ? {} : { interactive }),
  };
  return {
    type: attachments?.[0]?.type ?? (interactive ? 'interactive' : location ? 'location' : 'text'),
    ...(caption === undefined ? {} : { text: caption }),
    ...(attachments === undefined ? {} : { media: attachments }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

/** A later time, or one before 1970, is no time of a message: Postgres and JavaScript write it differently. */
const LATEST = new Date('2100-01-01T00:00:00Z');
function timeOf(text: string | undefined, receivedAt: Date): Date {
  const given = new Date(text ?? Number.NaN);
  return given.getTime() > 0 && given < LATEST ? given : receivedAt;
}
