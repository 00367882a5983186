import type {
  AccountFact,
  Alias,
  Contact,
  IdentityFact,
  InboundFact,
  MessageContent,
} from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectOf, textOf } from '../json.ts';
import { idFromContent } from '../meta/meta-ids.ts';
import { timeOf } from '../platform-time.ts';
import { readContent } from './parse-whatsapp-content.ts';
import {
  type AddressBook,
  aliasesOf,
  contactOf,
  groupAliasOf,
  type Sender,
  waIdOf,
} from './whatsapp-identity.ts';

/** What the webhook around a message says of it. */
export interface MessageScope {
  readonly accountId: string;
  readonly receivedAt: Date;
  readonly book: AddressBook;
  /** Errors of the whole webhook. */
  readonly errors: readonly JsonObject[];
  readonly direction: 'inbound' | 'outbound';
  readonly isHistory: boolean;
  /** Who is on the other side, when the thread says so instead of the message. */
  readonly customer?: Sender;
}
interface Common {
  readonly accountId: string;
  readonly at: Date;
  readonly externalId: string;
}

/** One element of `messages`, `message_echoes` or a thread of `history`: always exactly one fact. */
export function readMessage(message: JsonObject, scope: MessageScope): InboundFact {
  const common: Common = {
    accountId: scope.accountId,
    at: timeOf(message.timestamp) ?? scope.receivedAt,
    externalId: identifierOf(message.id) ?? idFromContent(message),
  };
  // An old change of number says nothing about who has it now.
  if (message.type === 'system' && scope.direction === 'inbound' && !scope.isHistory) {
    const identity = readSystem(message, common);
    if (identity !== undefined) return identity;
  }
  const person = contactOf(customerOf(message, scope), scope.book);
  const groupId = identifierOf(message.group_id);
  const contact = groupId === undefined ? person : { aliases: [groupAliasOf(groupId)] };
  if (contact === undefined) return nobody(message, common);
  const sender = groupId === undefined || scope.direction === 'outbound' ? undefined : senderIn(person);
  const from: From = { contact, threadKey: groupId ?? '', ...(sender === undefined ? {} : { sender }) };
  return readAboutAnother(message, scope, common, from) ?? readOwn(message, scope, common, from);
}

/** Of a group everybody reads the answer, so the conversation is with the group, and who wrote is told with each message. */
interface From {
  readonly contact: Contact;
  readonly threadKey: string;
  readonly sender?: Readonly<Record<string, string>>;
}

function senderIn(person: Contact | undefined): From['sender'] {
  if (person === undefined) return undefined;
  const { aliases, name } = person;
  const id = (aliases.find(({ kind }) => kind === 'wa_id') ?? aliases[0])?.value;
  return { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
}

function contentOf(content: MessageContent, { sender }: From): MessageContent {
  return sender === undefined ? content : { ...content, metadata: { ...content.metadata, sender } };
}

function customerOf(message: JsonObject, scope: MessageScope): Sender {
  if (scope.customer !== undefined) return scope.customer;
  return scope.direction === 'inbound'
    ? senderOf(message)
    : {
        waId: waIdOf(message.to),
        bsuid: identifierOf(message.to_user_id),
        parentBsuid: identifierOf(message.to_parent_user_id),
      };
}

function senderOf(message: JsonObject): Sender {
  return {
    waId: waIdOf(message.from),
    bsuid: identifierOf(message.from_user_id),
    parentBsuid: identifierOf(message.from_parent_user_id),
  };
}

/** Reactions, edits and revocations: they point to a message. Without one they are shown as unsupported. */
function readAboutAnother(
  message: JsonObject,
  scope: MessageScope,
  common: Common,
  from: From,
): InboundFact | undefined {
  const { direction } = scope;
  const { contact } = from;
  if (message.type === 'reaction') {
    const reaction = objectOf(message.reaction);
    const targetExternalId = identifierOf(reaction.message_id);
    if (targetExternalId === undefined) return undefined;
    return {
      kind: 'reaction',
      ...common,
      targetExternalId,
      contact,
      direction,
      emoji: textOf(reaction.emoji) ?? '',
    };
  }
  if (message.type === 'edit') {
    const edit = objectOf(message.edit);
    const targetExternalId = identifierOf(edit.original_message_id);
    if (targetExternalId === undefined) return undefined;
    return {
      kind: 'edit',
      ...common,
      targetExternalId,
      contact,
      content: contentOf(readContent(objectOf(edit.message)), from),
    };
  }
  if (message.type === 'revoke') {
    const targetExternalId = identifierOf(objectOf(message.revoke).original_message_id);
    if (targetExternalId === undefined) return undefined;
    return { kind: 'revoke', ...common, targetExternalId, contact };
  }
  return undefined;
}

/** Types that are not the customer's own words, and so do not open the window even when they are shown. */
const typesThatOpenNothing: ReadonlySet<unknown> = new Set(['system', 'edit', 'revoke', 'reaction']);

function readOwn(message: JsonObject, scope: MessageScope, common: Common, from: From): InboundFact {
  const replyTo = identifierOf(objectOf(message.context).id);
  const notice = message.type === 'system' ? textOf(objectOf(message.system).body) : undefined;
  const content = contentOf(readContent(message, scope.errors), from);
  return {
    kind: 'message',
    ...common,
    direction: scope.direction,
    contact: from.contact,
    content: notice === undefined ? content : { ...content, text: notice },
    ...(replyTo === undefined ? {} : { replyToExternalId: replyTo }),
    threadKey: from.threadKey,
    opensWindow: scope.direction === 'inbound' && !scope.isHistory && !typesThatOpenNothing.has(message.type),
    ...(scope.isHistory ? { isHistory: true } : {}),
  };
}

/**
 * A person got another number or user id. `undefined` for notices of another kind. A changed security code changes no
 * address, but its line belongs in the thread: the same aliases before and after.
 */
function readSystem(message: JsonObject, common: Common): IdentityFact | undefined {
  const system = objectOf(message.system);
  const notice = textOf(system.body);
  const sender = aliasesOf(senderOf(message));
  const current = aliasesOf({
    waId: waIdOf(system.wa_id) ?? waIdOf(system.new_wa_id),
    bsuid: identifierOf(system.user_id),
    parentBsuid: identifierOf(system.parent_user_id),
  });
  const named = aliasesOf({
    waId: waIdOf(system.customer),
    bsuid: identifierOf(system.previous_user_id),
    parentBsuid: identifierOf(system.previous_parent_user_id),
  });
  const previous = [...named, ...without(sender, named)];
  const fact = { kind: 'identity' as const, ...common, ...(notice === undefined ? {} : { notice }) };
  switch (system.type) {
    case 'user_changed_number':
    case 'customer_changed_number':
    case 'user_changed_user_id': {
      const left = without(previous, current);
      return current.length > 0 && left.length > 0 ? { ...fact, previous: left, current } : undefined;
    }
    case 'customer_identity_changed':
    case 'user_identity_changed':
      return sender.length > 0 ? { ...fact, previous: sender, current: sender } : undefined;
    default:
      return undefined;
  }
}

function without(aliases: readonly Alias[], others: readonly Alias[]): readonly Alias[] {
  return aliases.filter(
    alias => !others.some(other => other.kind === alias.kind && other.value === alias.value),
  );
}

/** Cannot be put into any thread; shown with the channel so that it is not lost unseen. */
function nobody(message: JsonObject, common: Common): AccountFact {
  return {
    kind: 'account',
    ...common,
    severity: 'warning',
    topic: 'message_without_sender',
    message: 'WhatsApp passed on a message that names nobody as its sender.',
    details: { message },
  };
}
