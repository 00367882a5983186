import { ProviderAccount } from '../provider-account.ts';
import type { RequestQuota } from '../request-quota.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import {
  contactFields,
  type TidioContact,
  type TidioEvent,
  type TidioMessage,
  tidioTime,
} from './tidio-event.ts';

export interface TidioProject {
  readonly projectPublicKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** With several Tidio signs with each of them, as while one replaces another. */
  readonly webhookSecret: string | readonly string[];
  readonly webhookUrl: string;
  readonly name?: string;
  readonly operators?: readonly { readonly id: string; readonly name: string }[];
  /** As the plan has it: 10, 60 or 120; without end when left out. */
  readonly requestsPerMinute?: number;
}

export type TidioOperation = 'messages' | 'questions';

/** A reply to a ticket that was taken, whether or not the provider managed to say so. */
export interface AcceptedTidio {
  readonly projectPublicKey: string;
  readonly ticketId: string;
  readonly contactId: string;
  readonly messageId: string;
  readonly operatorId: string;
  readonly text: string;
  readonly at: Date;
}

interface Chat {
  readonly contact: TidioContact;
  readonly messages: Map<string, TidioMessage>;
  readonly createdAt: Date;
}
interface Ticket extends Chat {
  readonly id: number;
  readonly subject: string | undefined;
  updatedAt: Date;
}

/** Everything that the provider keeps about one project. */
export class TidioState extends ProviderAccount<TidioProject, never, TidioOperation> {
  readonly accepted: AcceptedTidio[] = [];
  readonly quota: RequestQuota;
  readonly #chats = new Map<string, Chat>();
  readonly #tickets = new Map<string, Ticket>();

  constructor(account: TidioProject, sender: WebhookSender, quota: RequestQuota) {
    super(account, sender);
    this.quota = quota;
  }

  /** Keeps what was said: it can be asked for. */
  note({ contact, ticket, message, at }: TidioEvent): void {
    const known = this.#chats.get(contact.id);
    const chat = { createdAt: at, messages: new Map<string, TidioMessage>(), ...known, contact };
    this.#chats.set(contact.id, chat);
    if (ticket === undefined) {
      if (message !== undefined) chat.messages.set(message.id, message);
      return;
    }
    const opened = this.#tickets.get(String(ticket.id)) ?? {
      ...{ id: ticket.id, subject: ticket.subject, contact, createdAt: at, updatedAt: at },
      messages: new Map<string, TidioMessage>(),
    };
    this.#tickets.set(String(ticket.id), opened);
    if (message !== undefined) this.#keep(opened, message);
  }

  /** An operator's words in a ticket; `undefined` when there is none with this id. */
  reply(ticketId: string, message: TidioMessage): TidioContact | undefined {
    const ticket = this.#tickets.get(ticketId);
    if (ticket !== undefined) this.#keep(ticket, message);
    return ticket?.contact;
  }

  contact(id: string): object | undefined {
    const chat = this.#chats.get(id);
    return chat && { ...contactFields(chat.contact), created_at: tidioTime(chat.createdAt) };
  }

  /** Of the live chat, oldest first; `undefined` for a contact that is not known. */
  chat(contactId: string): readonly object[] | undefined {
    const chat = this.#chats.get(contactId);
    return chat && listed(chat.messages);
  }

  ticket(id: string): object | undefined {
    const ticket = this.#tickets.get(id);
    return ticket && { ...summaryOf(ticket), messages: listed(ticket.messages) };
  }

  get contacts(): readonly object[] {
    return [...this.#chats.keys()].map(id => this.contact(id) ?? {});
  }
  get tickets(): readonly object[] {
    return [...this.#tickets.values()].map(summaryOf);
  }

  #keep(ticket: Ticket, message: TidioMessage): void {
    ticket.messages.set(message.id, message);
    if (message.at > ticket.updatedAt) ticket.updatedAt = message.at;
  }
}

function summaryOf({ id, subject, contact, createdAt, updatedAt }: Ticket): object {
  return {
    id,
    contact_id: contact.id,
    contact_email: contact.email ?? null,
    subject: subject ?? null,
    status: 'open',
    priority: 'normal',
    created_at: tidioTime(createdAt),
    updated_at: tidioTime(updatedAt),
  };
}

function listed(messages: ReadonlyMap<string, TidioMessage>): readonly object[] {
  return [...messages.values()]
    .sort((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ id, author, authorId, text, at, isInternal, attachments = [] }) => ({
      message_id: id,
      created_at: tidioTime(at),
      author_type: author,
      author_id: authorId,
      message_type: isInternal === true ? 'internal' : 'public',
      content: text,
      attachments,
    }));
}
