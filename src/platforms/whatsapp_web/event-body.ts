import { UnreadableDelivery } from '../adapter.ts';
import { isObject, type JsonObject, type JsonValue, numberOf, objectOf, parseJson, textOf } from '../json.ts';
import { isMediaBody } from './media-body.ts';

/** What happened in WhatsApp Web, as it is delivered: the library's own fields, with what had to be asked for beside them. */
export interface EventBody {
  readonly v: 1;
  readonly kind: 'message' | 'edit' | 'revoke' | 'ack' | 'reaction';
  /** The number that is paired, as digits; '' when it is not known. */
  readonly account: string;
  /** When it was noticed, in milliseconds since 1970. */
  readonly at: number;
  /** The person or group of the chat. */
  readonly chat: ChatBody;
  /** Who of a group it was. */
  readonly author?: PersonBody;
  readonly message?: JsonObject;
  readonly reaction?: JsonObject;
  readonly ack?: number;
  /** From before the phone was paired. */
  readonly isHistory?: boolean;
  /** Of a message that was sent from here: what it was sent with. */
  readonly correlator?: string;
}
/** The two addresses of one person, as digits: at least one is known. */
export interface PersonBody {
  readonly phone?: string;
  readonly lid?: string;
  readonly name?: string;
}
export interface ChatBody extends PersonBody {
  readonly group?: string;
}

/** `null` for bodies that hold a file. Throws UnreadableDelivery for what no session of ours has written. */
export function readEvent(body: Buffer): JsonObject | null {
  if (isMediaBody(body)) return null;
  const event = parseJson(body);
  if (!isObject(event) || event.v !== 1 || textOf(event.kind) === undefined)
    throw new UnreadableDelivery('The body is not an event of a WhatsApp Web session.');
  return event;
}

export function writeEvent(event: EventBody): Buffer {
  return Buffer.from(JSON.stringify(event));
}

/** Fields that say what a message says. Left out are keys, paths and previews of files, which are nobody's to keep. */
const messageFields = [
  'id',
  'type',
  'body',
  'timestamp',
  'from',
  'to',
  'author',
  'fromMe',
  'ack',
  'hasMedia',
  'duration',
  'location',
  'vCards',
  'isForwarded',
  'forwardingScore',
  'isGif',
  'selectedButtonId',
  'selectedRowId',
  'pollName',
  'pollOptions',
  'orderId',
  'title',
  'description',
  'latestEditSenderTimestampMs',
  'protocolMessageKey',
] as const;
const rawFields = [
  'notifyName',
  'mimetype',
  'size',
  'filename',
  'isViewOnce',
  'quotedStanzaID',
  'parentMsgKey',
  'subtype',
  'latestEditMsgKey',
] as const;

export function messageBody(message: JsonObject): JsonObject {
  const raw = objectOf(message._data);
  const { inviteGrpName } = raw;
  return {
    ...pick(message, messageFields),
    raw: { ...pick(raw, rawFields), ...(inviteGrpName === undefined ? {} : { inviteGrpName }) },
  };
}

export function reactionBody(reaction: JsonObject): JsonObject {
  return pick(reaction, ['id', 'msgId', 'reaction', 'timestamp', 'senderId']);
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(
    fields.flatMap(field => {
      const value: JsonValue | undefined = object[field];
      return value === undefined || value === null ? [] : [[field, value]];
    }),
  );
}

/** A time of ours, in milliseconds. */
export function noticedAt(event: JsonObject): Date | undefined {
  const at = numberOf(event.at);
  return at !== undefined && at > 0 && at < 4_102_444_800_000 ? new Date(Math.floor(at)) : undefined;
}
