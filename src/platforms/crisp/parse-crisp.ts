import type { InboundFact, PullFact, ReachFact, ReceiptFact, ReceiptStatus } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../json.ts';
import {
  type CrispBody,
  externalIdOf,
  fingerprintOf,
  messagesSince,
  readCrispBody,
  sessionOf,
} from './crisp-payload.ts';
import {
  type Happening,
  happeningOf,
  readListedMessage,
  readMessage,
  readRemoval,
  readUpdate,
} from './parse-crisp-message.ts';

/** Crisp names directions as its visitors see them: they send, and receive what operators write. */
const readers: ReadonlyMap<string, (happening: Happening) => readonly InboundFact[]> = new Map([
  ['message:send', happening => readMessage(happening, 'inbound')],
  ['message:received', happening => readMessage(happening, 'outbound')],
  ['message:updated', readUpdate],
  ['message:removed', readRemoval],
  ['message:acknowledge:read:send', happening => readReceipts(happening, 'read')],
  ['message:acknowledge:read:received', happening => readReceipts(happening, 'read')],
  ['message:acknowledge:delivered', happening => readReceipts(happening, 'delivered')],
  ['message:acknowledge:ignored', happening => readReceipts(happening, 'failed')],
  ['session:removed', readDeletion],
  ['session:set_block', readBlock],
]);

/** Throws UnreadableDelivery. Events that are not known, and those that nobody has to see, give no facts. */
export function parseCrisp(body: Buffer, receivedAt: Date): readonly InboundFact[] {
  const crisp = readCrispBody(body);
  if (crisp.pulled === 'conversations') return readConversations(crisp, receivedAt);
  if (crisp.pulled === 'messages') return readMessages(crisp, receivedAt);
  const happening = happeningOf(crisp, objectOf(crisp.fields.data), receivedAt);
  const read = readers.get(crisp.event ?? '');
  return happening === undefined || read === undefined ? [] : read(happening);
}

/** One event for many messages. Those of the visitor are among them: a receipt of theirs says nothing, and has no effect. */
function readReceipts(
  { accountId, at, session, data }: Happening,
  status: ReceiptStatus,
): readonly ReceiptFact[] {
  const listed = Array.isArray(data.fingerprints) ? data.fingerprints : [];
  const fingerprints = new Set(listed.flatMap(listing => fingerprintOf(listing) ?? []));
  return [...fingerprints].map(fingerprint => ({
    kind: 'receipt',
    accountId,
    at,
    externalId: externalIdOf(session, fingerprint),
    status,
    ...(status === 'failed' ? { fault: faultOf(data) } : {}),
  }));
}

function faultOf({ origin, details }: JsonObject): NonNullable<ReceiptFact['fault']> {
  const { type, reason } = objectOf(details);
  const said = textOf(reason)?.trim();
  return {
    code: identifierOf(type) ?? 'ignored',
    title:
      origin === 'email'
        ? 'Crisp could not deliver this message by e-mail.'
        : 'Crisp did not deliver this message.',
    ...(said === undefined ? {} : { details: said }),
  };
}

function readDeletion(happening: Happening): readonly ReachFact[] {
  return [
    reachOf(
      happening,
      'removed',
      false,
      'The conversation was deleted in Crisp: nothing can be sent any more.',
    ),
  ];
}

function readBlock(happening: Happening): readonly ReachFact[] {
  const isBlocked = happening.data.is_blocked;
  if (typeof isBlocked !== 'boolean') return [];
  const notice = isBlocked
    ? 'The customer was blocked in Crisp: what they write does not arrive any more.'
    : 'The customer is no longer blocked in Crisp.';
  return [reachOf(happening, `block:${happening.at.getTime()}:${isBlocked}`, !isBlocked, notice)];
}

function reachOf(
  { accountId, at, session, contact }: Happening,
  what: string,
  isReachable: boolean,
  notice: string,
): ReachFact {
  return { kind: 'reach', accountId, at, externalId: `${session}:${what}`, contact, isReachable, notice };
}

function readConversations({ websiteId, fields }: CrispBody, receivedAt: Date): readonly PullFact[] {
  const since = numberOf(fields.since) ?? 0;
  return objectsOf(fields.conversations).flatMap(conversation => {
    const session = sessionOf(conversation.session_id);
    const what = session === undefined ? undefined : messagesSince(session, since);
    if (what === undefined) return [];
    return [{ kind: 'pull', accountId: websiteId, at: receivedAt, externalId: `pull:${what}`, what }];
  });
}

function readMessages(crisp: CrispBody, receivedAt: Date): readonly InboundFact[] {
  const session = crisp.fields.session_id ?? null;
  return objectsOf(crisp.fields.messages).flatMap(message => {
    const happening = happeningOf(crisp, { ...message, session_id: session }, receivedAt);
    return happening === undefined ? [] : readListedMessage(happening);
  });
}
