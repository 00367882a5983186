import { type CrispEvent, type CrispMessage, type CrispVisitor, newFingerprint } from './crisp-event.ts';

/** What every message may have; a new number and the present time when left out. */
export interface CrispOptions {
  readonly fingerprint?: number;
  readonly at?: Date;
}
type MessageEvent = CrispEvent & { readonly data: CrispMessage };

/** A message of any type. */
export function inbound(
  { sessionId, nickname }: CrispVisitor,
  type: string,
  content: unknown,
  { fingerprint = newFingerprint(), at = new Date() }: CrispOptions = {},
): MessageEvent {
  return {
    event: 'message:send',
    sessionId,
    at,
    data: {
      type,
      from: 'user',
      origin: 'chat',
      content,
      fingerprint,
      timestamp: at.getTime(),
      stamped: true,
      mentions: [],
      user: { type: 'website', user_id: sessionId, ...(nickname === undefined ? {} : { nickname }) },
    },
  };
}

export function inboundText(visitor: CrispVisitor, text: string, options?: CrispOptions): MessageEvent {
  return inbound(visitor, 'text', text, options);
}

export interface InboundCrispFile {
  readonly name: string;
  /** Open to everybody who knows it. */
  readonly url: string;
  readonly mimeType: string;
}
/** Pictures are files as well. */
export function inboundFile(
  visitor: CrispVisitor,
  { name, url, mimeType }: InboundCrispFile,
  options?: CrispOptions,
): MessageEvent {
  return inbound(visitor, 'file', { name, url, type: mimeType }, options);
}

interface Picker {
  readonly choices: readonly { readonly value: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}
/** The visitor chooses an answer of a question: Crisp writes that into the question itself. */
export function inboundChoice(
  { sessionId }: CrispVisitor,
  question: { readonly fingerprint: number; readonly content: Picker },
  value: string,
  at = new Date(),
): CrispEvent {
  const { fingerprint, content } = question;
  const choices = content.choices.map(choice => ({ ...choice, selected: choice.value === value }));
  return {
    event: 'message:updated',
    sessionId,
    at,
    data: { fingerprint, content: { ...content, choices } },
  };
}

export function inboundEdit(
  { sessionId }: CrispVisitor,
  fingerprint: number,
  text: string,
  at = new Date(),
): CrispEvent {
  return { event: 'message:updated', sessionId, at, data: { fingerprint, content: text } };
}

export function inboundRemoval(
  { sessionId }: CrispVisitor,
  fingerprint: number,
  at = new Date(),
): CrispEvent {
  return { event: 'message:removed', sessionId, at, data: { fingerprint } };
}

/** What an operator, a bot or a program wrote; also what we sent by the API, with the fields that we gave it. */
export function operatorMessage(
  { sessionId }: CrispVisitor,
  fields: Readonly<Record<string, unknown>> & Pick<CrispMessage, 'type' | 'content'>,
  { fingerprint = newFingerprint(), at = new Date() }: CrispOptions = {},
): MessageEvent {
  return {
    event: 'message:received',
    sessionId,
    at,
    data: {
      from: 'operator',
      origin: 'chat',
      ...fields,
      fingerprint,
      timestamp: at.getTime(),
      stamped: true,
      mentions: [],
    },
  };
}

/** These messages have reached the visitor, or were read by them. */
export function acknowledged(
  { sessionId }: CrispVisitor,
  status: 'delivered' | 'read',
  fingerprints: readonly number[],
  at = new Date(),
): CrispEvent {
  const event = status === 'read' ? 'message:acknowledge:read:received' : 'message:acknowledge:delivered';
  return { event, sessionId, at, data: { origin: 'chat', fingerprints } };
}

export function blockChange({ sessionId }: CrispVisitor, isBlocked: boolean, at = new Date()): CrispEvent {
  return { event: 'session:set_block', sessionId, at, data: { is_blocked: isBlocked } };
}
