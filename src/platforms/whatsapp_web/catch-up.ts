import { within } from '../../kit/within.ts';
import { identifierOf, type JsonObject, numberOf } from '../json.ts';
import type { DeliveryOutbox } from './delivery-outbox.ts';
import type { EventReader, ReadEvent } from './event-reader.ts';
import { chatOf, plain } from './library-object.ts';
import type { ChatSummary, SessionClient } from './session-client.ts';
import { addressOf } from './web-address.ts';

const mostChats = 1000;
/** Of one chat: more of them are asked for, from the phone when need be, while the oldest is not old enough. */
const steps = [50, 500, 5000] as const;
const chatsWithinMs = 60_000;
const messagesWithinMs = 120_000;
/** Clocks differ, and a message may be a little older than its arrival. */
const overlapMs = 2 * 60_000;

export interface CatchUpParts {
  readonly client: SessionClient;
  readonly reader: EventReader;
  readonly outbox: DeliveryOutbox;
  /** Every message that was seen, to fetch its file and to find it again. */
  readonly seen: (message: unknown, plainMessage: JsonObject) => void;
  /** The correlator of a message that was sent from here. */
  readonly sentWith: (plainMessage: JsonObject) => Promise<string | undefined>;
}

/** `failed` can be tried again; `cut`: there was more than is fetched. */
export type CatchUpResult = 'complete' | 'cut' | 'failed';

/**
 * What was said while nobody listened, from the chats that have moved since then: messages, and what they look like now
 * where they were edited, revoked or read meanwhile. What was delivered before has the same keys, and no effect.
 */
export async function catchUp(
  { client, reader, outbox, seen, sentWith }: CatchUpParts,
  since: number,
  pairedAt: number,
): Promise<CatchUpResult> {
  const from = since - overlapMs;
  const moved = (await within(chatsWithinMs, client.chats()))
    .filter(chat => isChat(chat) && chat.timestamp * 1000 >= from)
    .sort((one, other) => other.timestamp - one.timestamp);
  let result: CatchUpResult = moved.length > mostChats ? 'cut' : 'complete';
  for (const chat of moved.slice(0, mostChats)) {
    let lastKey: string | undefined;
    try {
      const { messages, isCut } = await messagesSince(client, chat.id, from);
      if (isCut && result === 'complete') result = 'cut';
      for (const message of messages) {
        const read = plain(message);
        const at = timeOf(message);
        if (read === undefined || at < from || chatOf(read) === undefined) continue;
        const correlator = await sentWith(read);
        if (!isOnItsWay(read, correlator)) seen(message, read);
        for (const event of await eventsOf(reader, read, at < pairedAt - overlapMs, correlator)) {
          outbox.add(event.key, event.body);
          lastKey = event.key;
        }
      }
    } catch {
      result = 'failed';
    }
    if (lastKey !== undefined) await outbox.delivered(lastKey);
  }
  return result;
}

async function messagesSince(
  client: SessionClient,
  chatId: string,
  from: number,
): Promise<{ readonly messages: readonly unknown[]; readonly isCut: boolean }> {
  let messages: readonly unknown[] = [];
  for (const most of steps) {
    messages = await within(messagesWithinMs, client.messages(chatId, most));
    if (messages.length < most || messages.some(message => timeOf(message) < from))
      return { messages, isCut: false };
  }
  return { messages, isCut: true };
}

/** Sent from here, and WhatsApp does not have it yet, or never will. */
export function isOnItsWay(message: JsonObject, correlator: string | undefined): boolean {
  return correlator !== undefined && (numberOf(message.ack) ?? 0) < 1;
}

const timeOf = (message: unknown) => (numberOf(plain(message)?.timestamp) ?? 0) * 1000;

function isChat({ id }: ChatSummary): boolean {
  return addressOf(id) !== undefined;
}

async function eventsOf(
  reader: EventReader,
  message: JsonObject,
  isHistory: boolean,
  correlator: string | undefined,
): Promise<readonly ReadEvent[]> {
  if (identifierOf(message.type) === 'revoked') return listOf(await reader.revoke(message));
  const ack = numberOf(message.ack) ?? 0;
  const isEdited = identifierOf(message.latestEditSenderTimestampMs) !== undefined;
  const acks = message.fromMe === true ? listOf(await reader.ack(message, ack, correlator)) : [];
  if (isOnItsWay(message, correlator)) return acks;
  return [
    ...listOf(await reader.message(message, { isHistory, correlator })),
    ...(isEdited ? listOf(await reader.edit(message)) : []),
    ...acks,
  ];
}

const listOf = (event: ReadEvent | undefined) => (event === undefined ? [] : [event]);
