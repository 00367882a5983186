import type {
  Contact,
  EditFact,
  InboundFact,
  MessageContent,
  MessageFact,
  RevokeFact,
} from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectOf, textOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import {
  type CrispBody,
  correlatorProperty,
  externalIdOf,
  fingerprintOf,
  hashOf,
  sessionOf,
} from './crisp-payload.ts';
import { type Answer, readChoice, readContent, readFilledField } from './parse-crisp-content.ts';

/** What happened, in which session, and when; `undefined` without a session. */
export interface Happening {
  readonly accountId: string;
  readonly at: Date;
  readonly session: string;
  readonly contact: Contact;
  readonly data: JsonObject;
}

export function happeningOf(
  { websiteId, fields }: CrispBody,
  data: JsonObject,
  receivedAt: Date,
): Happening | undefined {
  const session = sessionOf(data.session_id);
  if (session === undefined) return undefined;
  return {
    accountId: websiteId,
    at: timeOf(fields.timestamp) ?? timeOf(data.timestamp) ?? receivedAt,
    session,
    contact: {
      aliases: [{ kind: 'crisp_session', value: session }],
      // Bots often speak first, and what they say does not name the visitor.
      name: `Visitor ${session.replace(/^session_/, '').slice(0, 8)}`,
    },
    data,
  };
}

/** A message of the visitor, or of an operator, a bot or a program: also of ours. */
export function readMessage(
  { accountId, at, session, contact, data }: Happening,
  direction: MessageFact['direction'],
): readonly MessageFact[] {
  const content = readContent(data);
  if (content === undefined) return [];
  const isOwn = direction === 'outbound';
  // Without its number a message is known by what it says and when.
  const number = fingerprintOf(data.fingerprint) ?? hashOf(JSON.stringify([data.timestamp, content]));
  const correlator = isOwn ? identifierOf(objectOf(data.properties)[correlatorProperty]) : undefined;
  return [
    {
      kind: 'message',
      accountId,
      at: timeOf(data.timestamp) ?? at,
      direction,
      externalId: externalIdOf(session, number),
      contact: isOwn ? contact : describe(contact, objectOf(data.user)),
      content: withExtras(content, data, isOwn),
      threadKey: '',
      opensWindow: !isOwn,
      ...(correlator === undefined ? {} : { correlator }),
    },
  ];
}

/** As one of a list of messages, which says itself who wrote it; with what the visitor chose, where it is a question. */
export function readListedMessage(happening: Happening): readonly InboundFact[] {
  if (fingerprintOf(happening.data.fingerprint) === undefined) return [];
  const direction = happening.data.from === 'operator' ? 'outbound' : 'inbound';
  const choice = direction === 'outbound' ? readChoice(happening.data.content) : undefined;
  return [
    ...readMessage(happening, direction),
    ...(choice === undefined ? [] : readAnswer(happening, choice)),
  ];
}

/** New words, or an answer to a question: Crisp writes what was chosen into the question itself. */
export function readUpdate(happening: Happening): readonly InboundFact[] {
  const { data, at, accountId, contact } = happening;
  const text = textOf(data.content);
  if (text === undefined) {
    const answer = readChoice(data.content) ?? readFilledField(data.content);
    return answer === undefined ? [] : readAnswer(happening, answer);
  }
  return targetOf(happening).map(
    (targetExternalId): EditFact => ({
      kind: 'edit',
      accountId,
      at,
      externalId: `${targetExternalId}:edit:${at.getTime()}`,
      targetExternalId,
      contact,
      content: { type: 'text', text },
    }),
  );
}

export function readRemoval(happening: Happening): readonly RevokeFact[] {
  const { accountId, at, contact } = happening;
  return targetOf(happening).map(targetExternalId => ({
    kind: 'revoke',
    accountId,
    at,
    externalId: `${targetExternalId}:removed`,
    targetExternalId,
    contact,
  }));
}

function readAnswer(happening: Happening, { id, title }: Answer): readonly MessageFact[] {
  const { accountId, at, contact } = happening;
  return targetOf(happening).map(question => ({
    kind: 'message',
    accountId,
    at,
    direction: 'inbound',
    externalId: `${question}:answer:${hashOf(id === title ? title : `${id}\n${title}`).slice(0, 16)}`,
    contact,
    content: { type: 'interactive', text: title, metadata: { interactive: { id, title } } },
    replyToExternalId: question,
    threadKey: '',
    opensWindow: true,
  }));
}

function targetOf({ session, data }: Happening): readonly string[] {
  const fingerprint = fingerprintOf(data.fingerprint);
  return fingerprint === undefined ? [] : [externalIdOf(session, fingerprint)];
}

/** Whatever a visitor says of themselves is their word: it names them and proves nothing. */
function describe(contact: Contact, user: JsonObject): Contact {
  const name = textOf(user.nickname)?.trim();
  const avatar = textOf(user.avatar)?.trim();
  return {
    ...contact,
    ...(name === undefined ? {} : { name }),
    ...(avatar === undefined ? {} : { profile: { avatar } }),
  };
}

/** Where it came from when not from the chat, and who of the team or which program wrote it. */
function withExtras(content: MessageContent, data: JsonObject, isOwn: boolean): MessageContent {
  const origin = identifierOf(data.origin);
  const { user_id: userId, nickname } = objectOf(data.user);
  const id = identifierOf(userId);
  const name = textOf(nickname)?.trim();
  const sender = { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
  const extras = {
    ...(origin === undefined || origin === 'chat' ? {} : { origin }),
    ...(isOwn && Object.keys(sender).length > 0 ? { sender } : {}),
    ...(isOwn && data.automated === true ? { automated: true } : {}),
  };
  return Object.keys(extras).length === 0
    ? content
    : { ...content, metadata: { ...content.metadata, ...extras } };
}
