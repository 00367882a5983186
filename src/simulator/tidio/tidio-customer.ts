import { randomUUID } from 'node:crypto';
import {
  contactFields,
  newUlid,
  type TidioContact,
  type TidioEvent,
  type TidioMessage,
  tidioTime,
} from './tidio-event.ts';

/** What every message may have; new ids and the present time when left out. */
export interface TidioOptions {
  readonly messageId?: string;
  readonly webhookId?: string;
  readonly at?: Date;
  readonly attachments?: readonly string[];
}
interface Ticket {
  readonly id: number;
  readonly subject?: string;
}

/** A contact writes in the live chat: Tidio rings, and says nothing of the words. */
export function inboundChat(contact: TidioContact, text: string, options: TidioOptions = {}): TidioEvent {
  const { webhookId = randomUUID(), at = new Date() } = options;
  return {
    topic: 'contact.updated',
    webhookId,
    at,
    content: contactFields(contact),
    contact,
    message: messageOf('contact', contact.id, text, at, options),
  };
}

/** A contact opens a ticket; its words must be asked for. */
export function inboundTicket(
  contact: TidioContact,
  ticket: Required<Ticket>,
  text: string,
  options: TidioOptions = {},
): TidioEvent {
  const { webhookId = randomUUID(), at = new Date() } = options;
  return {
    topic: 'ticket.created',
    webhookId,
    at,
    content: { ...ticket, contact_id: contact.id, status: 'open' },
    contact,
    ticket,
    message: messageOf('contact', contact.id, text, at, options),
  };
}

/** A contact answers in a ticket: the words come with it. */
export function inboundTicketReply(
  contact: TidioContact,
  ticket: Ticket,
  text: string,
  options: TidioOptions = {},
): TidioEvent {
  return replyEvent(
    'ticket.contact_replied',
    contact,
    ticket,
    messageOf('contact', contact.id, text, options.at ?? new Date(), options),
    options,
  );
}

/** An operator answers in a ticket, in Tidio. */
export function operatorReply(
  contact: TidioContact,
  ticket: Ticket,
  operatorId: string,
  text: string,
  options: TidioOptions = {},
): TidioEvent {
  return replyEvent(
    'ticket.operator_replied',
    contact,
    ticket,
    messageOf('operator', operatorId, text, options.at ?? new Date(), options),
    options,
  );
}

function replyEvent(
  topic: string,
  contact: TidioContact,
  ticket: Ticket,
  message: TidioMessage,
  { webhookId = randomUUID() }: TidioOptions,
): TidioEvent {
  const { id, author, authorId, text, at, attachments } = message;
  return {
    topic,
    webhookId,
    at,
    content: {
      ...ticket,
      contact_id: contact.id,
      contact: contactFields(contact),
      message: {
        message_id: id,
        author_type: author,
        author_id: authorId,
        message_type: 'public',
        message_content: text,
        created_at: tidioTime(at),
        ...(attachments === undefined ? {} : { attachments }),
      },
    },
    contact,
    ticket,
    message,
  };
}

function messageOf(
  author: TidioMessage['author'],
  authorId: string,
  text: string,
  at: Date,
  { messageId = newUlid(), attachments }: TidioOptions,
): TidioMessage {
  return { id: messageId, author, authorId, text, at, ...(attachments === undefined ? {} : { attachments }) };
}
