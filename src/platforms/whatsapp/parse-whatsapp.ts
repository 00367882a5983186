import { accountFaultOf } from '../account-fault.ts';
import type { InboundFact, ReceiptFact, ReceiptStatus } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, objectOf, objectsOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import { readAccountFact, readUserIdUpdates } from './parse-whatsapp-account.ts';
import { type MessageScope, readMessage } from './parse-whatsapp-message.ts';
import { faultOf, standingOf } from './whatsapp-errors.ts';
import { addressBookOf, waIdOf } from './whatsapp-identity.ts';
import { type Change, readChanges } from './whatsapp-payload.ts';

/**
 * Every fact of a body, in the order given. Facts about messages carry the phone number's id as `accountId`; facts
 * about the business account, which name no number, carry the business account's id (`entry.id`).
 * Throws UnreadableDelivery.
 */
export function parseWhatsApp(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  return readChanges(body).flatMap(change => readChange(change, receivedAt));
}

function readChange(change: Change, receivedAt: Date): readonly InboundFact[] {
  const { field, value } = change;
  const scope = scopeOf(change, receivedAt);
  const messages = objectsOf(value.messages);
  const statuses = objectsOf(value.statuses);
  const facts: InboundFact[] = [
    ...messages.flatMap(message =>
      field === 'history' ? readOld(message, value, scope) : [readMessage(message, scope)],
    ),
    ...statuses.flatMap(status => readStatus(status, scope)),
  ];
  switch (field) {
    case 'messages':
    case 'standby':
      if (facts.length > 0 || objectsOf(value.errors).length === 0) return facts;
      return [readAccountFact(change, receivedAt)];
    case 'smb_message_echoes':
      return [
        ...facts,
        ...objectsOf(value.message_echoes).map(message =>
          readMessage(message, { ...scope, direction: 'outbound' }),
        ),
      ];
    case 'history':
      return [...facts, ...readHistory(change, scope)];
    case 'user_id_update':
      return [...facts, ...readUserIdUpdates(change, receivedAt)];
    // The phone's address book, large and about nobody who wrote: nothing to know for an inbox.
    case 'smb_app_state_sync':
      return facts;
    default:
      return facts.length > 0 || Object.keys(value).length === 0
        ? facts
        : [readAccountFact(change, receivedAt)];
  }
}

function scopeOf(change: Change, receivedAt: Date): MessageScope {
  return {
    accountId: change.accountId,
    receivedAt,
    book: addressBookOf(objectsOf(change.value.contacts)),
    errors: objectsOf(change.value.errors),
    direction: 'inbound',
    isHistory: false,
  };
}

/** Old threads of a phone that joined: `history[].threads[]`, each with the customer's number as its id. */
function readHistory(change: Change, scope: MessageScope): readonly InboundFact[] {
  const { value } = change;
  const chunks = objectsOf(value.history);
  const threads = chunks.flatMap(chunk => objectsOf(chunk.threads));
  // The phone's owner may decline, and then this is all that comes.
  const isDeclined = chunks.some(chunk => objectsOf(chunk.errors).length > 0);
  return [
    ...threads.flatMap(thread => {
      const context = objectOf(thread.context);
      const customer = {
        waId: waIdOf(context.wa_id) ?? waIdOf(thread.id),
        bsuid: identifierOf(context.user_id),
        parentBsuid: identifierOf(context.parent_user_id),
      };
      return objectsOf(thread.messages).flatMap(message => readOld(message, value, { ...scope, customer }));
    }),
    ...(isDeclined ? [readAccountFact(change, scope.receivedAt)] : []),
  ];
}

/** One of the phone's old messages, and how far it had come when it was ours. Ours are those from the channel's number. */
function readOld(message: JsonObject, value: JsonObject, scope: MessageScope): readonly InboundFact[] {
  const ownNumber = waIdOf(objectOf(value.metadata).display_phone_number);
  const isOurs = ownNumber !== undefined && waIdOf(message.from) === ownNumber;
  const fact = readMessage(message, {
    ...scope,
    direction: isOurs ? 'outbound' : 'inbound',
    isHistory: true,
  });
  const status = textOf(objectOf(message.history_context).status)?.toLowerCase();
  const reached = isOurs && fact.kind === 'message' ? receiptStatuses.get(status) : undefined;
  if (reached === undefined || reached === 'failed') return [fact];
  const { accountId, at, externalId } = fact;
  return [fact, { kind: 'receipt', accountId, at, externalId, status: reached }];
}

/** `played` is a voice message that was read with the ears. */
const receiptStatuses: ReadonlyMap<unknown, ReceiptStatus> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
]);

function readStatus(status: JsonObject, scope: MessageScope): readonly InboundFact[] {
  const externalId = identifierOf(status.id);
  const known = receiptStatuses.get(status.status);
  if (externalId === undefined || known === undefined) return [];
  const at = timeOf(status.timestamp) ?? scope.receivedAt;
  const correlator = identifierOf(status.biz_opaque_callback_data);
  const metadata = metadataOf(status, at);
  const fault = known === 'failed' ? faultOf(objectsOf(status.errors)) : undefined;
  const standing = fault && standingOf(fault.code);
  const receipt: ReceiptFact = {
    kind: 'receipt',
    accountId: scope.accountId,
    at,
    externalId,
    ...(correlator === undefined ? {} : { correlator }),
    status: known,
    ...(fault && { fault }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  return fault && standing ? [receipt, accountFaultOf(receipt, fault, standing)] : [receipt];
}

function metadataOf(status: JsonObject, at: Date): Readonly<Record<string, unknown>> {
  const participant = identifierOf(status.recipient_participant_id);
  return {
    ...(status.status === 'played' ? { playedAt: at.toISOString() } : {}),
    ...(status.recipient_type === 'group' ? { recipientType: 'group' } : {}),
    ...(participant === undefined ? {} : { recipientParticipantId: participant }),
    ...(isObject(status.pricing) ? { pricing: status.pricing } : {}),
  };
}
