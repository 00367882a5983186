import { createHash } from 'node:crypto';
import { type DeliveryPart, UnreadableDelivery } from '../adapter.ts';
import { identifierOf, isObject, type JsonObject, type JsonValue, parseJson, textOf } from '../json.ts';

/** One hook, or (`pulled`) a page of what we asked Crisp for. */
export interface CrispBody {
  readonly websiteId: string;
  readonly event: string | undefined;
  readonly pulled: string | undefined;
  readonly fields: JsonObject;
}

/** Throws UnreadableDelivery for what names no website, or nothing that happened there. */
export function readCrispBody(body: Buffer): CrispBody {
  const fields = parseJson(body);
  if (!isObject(fields)) throw new UnreadableDelivery('The body is not a hook of Crisp: it is no object.');
  const websiteId = identifierOf(fields.website_id);
  const event = textOf(fields.event);
  const pulled = textOf(fields.pulled);
  if (websiteId === undefined || (event === undefined && pulled === undefined))
    throw new UnreadableDelivery('The body is not a hook of Crisp: it has no website_id or no event.');
  return { websiteId, event, pulled, fields };
}

/** Of sessions since a time (milliseconds since 1970): they are to be asked for their messages. */
export function conversationsPage(
  websiteId: string,
  since: number,
  conversations: readonly JsonObject[],
): Buffer {
  return Buffer.from(
    JSON.stringify({ website_id: websiteId, pulled: 'conversations', since, conversations }),
  );
}
/** Says nothing of when it was asked for: the same messages make the same bytes. */
export function messagesPage(websiteId: string, session: string, messages: readonly JsonObject[]): Buffer {
  return Buffer.from(
    JSON.stringify({ website_id: websiteId, pulled: 'messages', session_id: session, messages }),
  );
}

/** What to pull to have a session's messages since then. */
export function messagesSince(session: string, since: number): string {
  return `messages:${session}:${pullTime(since)}`;
}

/** As it stands in what is to be pulled. */
export function pullTime(since: number): number {
  const latest = 999_999_999_999_999;
  return Number.isFinite(since) ? Math.min(Math.max(0, Math.floor(since)), latest) : 0;
}

/** A hook speaks for one website; naming it lets the door drop what is not for ours. Throws UnreadableDelivery. */
export function splitCrisp(body: Buffer): readonly DeliveryPart[] {
  return [{ accountId: readCrispBody(body).websiteId, body }];
}

/** Crisp numbers no hooks, but repeats one with the same bytes. */
export function keyOfBytes(body: Buffer): string {
  return `crisp:${hashOf(body)}`;
}
export function hashOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A session is a conversation with one browser, or with one address. It stands in paths: nothing else is let in. */
export function sessionOf(value: JsonValue | undefined): string | undefined {
  const session = identifierOf(value);
  return session !== undefined && /^[\w-]{1,128}$/.test(session) ? session : undefined;
}

/** Crisp's number of a message, which whoever writes the message chooses. */
export function fingerprintOf(value: JsonValue | undefined): string | undefined {
  const fingerprint = identifierOf(value);
  return fingerprint !== undefined && /^\d{1,20}$/.test(fingerprint) ? fingerprint : undefined;
}

/** Fingerprints are times with two more digits: two sessions may have the same one. */
export function externalIdOf(session: string, fingerprint: string): string {
  return `${session}:${fingerprint}`;
}

const smallestFingerprint = 1e14;
/** The same for every try of a message; fifteen digits, as Crisp's own have. */
export function fingerprintFor(correlator: string): number {
  return (
    smallestFingerprint +
    Number.parseInt(createHash('sha256').update(correlator).digest('hex').slice(0, 12), 16)
  );
}

/** The property of a message of ours that holds our own name of it. */
export const correlatorProperty = 'concierge_id';
