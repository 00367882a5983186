import type { InboundFact, PullFact } from '../inbound-fact.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../json.ts';
import { contactOf, readMessage, type Thread } from './parse-tidio-message.ts';
import { instantOf, pathPartOf, readTidioBody, type TidioBody } from './tidio-payload.ts';
import { nameOfThing } from './tidio-pulls.ts';

/** Throws UnreadableDelivery. Topics that are not known give no facts. */
export function parseTidio(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  const tidio = readTidioBody(body);
  const { topic, pulled } = tidio;
  switch (pulled.split(':')[0]) {
    case 'contact':
      return readContact(tidio, receivedAt);
    case 'ticket':
      return readTicket(tidio, receivedAt);
    case 'contacts':
      return readList(tidio, 'contact', receivedAt);
    case 'tickets':
      return readList(tidio, 'ticket', receivedAt);
  }
  const content = objectOf(tidio.fields.content);
  if (topic.startsWith('ticket.')) return readTicketEvent(tidio, content, receivedAt);
  const id = topic.startsWith('contact.')
    ? pathPartOf(content.id)
    : topic.startsWith('conversation.')
      ? (pathPartOf(content.contact_id) ?? pathPartOf(objectOf(content.contact).id))
      : undefined;
  return id === undefined ? [] : [pullOf(tidio, 'contact', id, receivedAt)];
}

/** Only these say something new to the customer or by them. */
const telling = /(?:created|replied)$/;

/** Replies come with their words; where they do not, the ticket is asked for them. */
function readTicketEvent(tidio: TidioBody, content: JsonObject, receivedAt: Date): readonly InboundFact[] {
  const ticketId = pathPartOf(content.id) ?? pathPartOf(content.ticket_id);
  if (ticketId === undefined || !telling.test(tidio.topic)) return [];
  const contactId = pathPartOf(content.contact_id) ?? pathPartOf(objectOf(content.contact).id);
  const given = [...objectsOf([content.message ?? null]), ...objectsOf(content.messages)];
  if (given.length > 0 && given.every(message => message.message_type === 'internal')) return [];
  const author: JsonObject = tidio.topic === 'ticket.operator_replied' ? { author_type: 'operator' } : {};
  const messages = given.map(message => ({ ...author, ...message }));
  const facts =
    contactId === undefined
      ? []
      : readMessages(messages, {
          accountId: tidio.projectPublicKey,
          contactId,
          contact: contactOf(contactId, { ...content, ...objectOf(content.contact) }),
          threadKey: ticketId,
          subject: textOf(content.subject)?.trim(),
          at: instantOf(tidio.fields.created_at) ?? receivedAt,
        });
  return facts.length > 0 ? facts : [pullOf(tidio, 'ticket', ticketId, receivedAt)];
}

/** A contact's chat as Tidio gave it, from its beginning. */
function readContact(tidio: TidioBody, receivedAt: Date): readonly InboundFact[] {
  const { fields, projectPublicKey: accountId } = tidio;
  const about = objectOf(fields.contact);
  const contactId = pathPartOf(about.id) ?? pathPartOf(tidio.pulled.split(':')[1]);
  if (contactId === undefined) return [];
  return readMessages(objectsOf(fields.messages), {
    accountId,
    contactId,
    contact: contactOf(contactId, about),
    threadKey: '',
    at: receivedAt,
    historyUntil: historyUntil(tidio, receivedAt),
  });
}

function readTicket(tidio: TidioBody, receivedAt: Date): readonly InboundFact[] {
  const { fields, projectPublicKey: accountId } = tidio;
  const ticket = objectOf(fields.ticket);
  const ticketId = pathPartOf(ticket.id) ?? pathPartOf(tidio.pulled.split(':')[1]);
  const contactId = pathPartOf(ticket.contact_id);
  if (ticketId === undefined || contactId === undefined) return [];
  return readMessages(objectsOf(ticket.messages), {
    accountId,
    contactId,
    contact: contactOf(contactId, {
      contact_email: ticket.contact_email ?? null,
      ...objectOf(fields.contact),
    }),
    threadKey: ticketId,
    subject: textOf(ticket.subject)?.trim(),
    at: receivedAt,
    historyUntil: historyUntil(tidio, receivedAt),
  });
}

const dayMs = 24 * 60 * 60 * 1000;

/** Webhooks arrive within five hours: what is older than a day was known, or was written before the channel was there. */
function historyUntil({ fields }: TidioBody, receivedAt: Date): Date {
  const since = numberOf(fields.since);
  return new Date(
    since === undefined ? receivedAt.getTime() - dayMs : Math.min(Math.max(since, 0), receivedAt.getTime()),
  );
}

function readMessages(messages: readonly JsonObject[], thread: Thread): readonly InboundFact[] {
  return messages.flatMap(message => readMessage(message, thread) ?? []);
}

/** What a list names is to be asked for one by one. */
function readList(tidio: TidioBody, kind: 'contact' | 'ticket', receivedAt: Date): readonly PullFact[] {
  const since = numberOf(tidio.fields.since) ?? 0;
  return objectsOf(tidio.fields.items).flatMap(item => {
    const id = pathPartOf(item.id);
    return id === undefined ? [] : [pullOf(tidio, kind, id, receivedAt, since)];
  });
}

/** Several events of one contact name the same: it is fetched once. */
function pullOf(
  { projectPublicKey, fields }: TidioBody,
  kind: 'contact' | 'ticket',
  id: string,
  receivedAt: Date,
  since?: number,
): PullFact {
  const what = nameOfThing(kind, id, since);
  return {
    kind: 'pull',
    accountId: projectPublicKey,
    at: instantOf(fields.created_at) ?? receivedAt,
    externalId: `pull:${what}:${pathPartOf(fields.webhook_id) ?? receivedAt.getTime()}`,
    what,
  };
}
