import { identifierOf, type JsonObject, numberOf } from '../json.ts';
import type { DeliveryOutbox } from './delivery-outbox.ts';
import type { EventReader, ReadEvent } from './event-reader.ts';
import { chatOf, plain } from './library-object.ts';
import type { ChatSummary, SessionClient } from './session-client.ts';
import { addressOf } from './web-address.ts';
import { within } from './within.ts';

const mostChats = 50;
const mostMessages = 50;
const chatsWithinMs = 60_000;
const messagesWithinMs = 30_000;
/** Clocks differ, and a message may be a little older than its arrival. */
const overlapMs = 2 * 60_000;

export interface CatchUpParts {
  readonly client: SessionClient;
  readonly reader: EventReader;
  readonly outbox: DeliveryOutbox;
  /** Every message that was seen, to fetch its file and to find it again. */
  readonly seen: (message: unknown, plainMessage: JsonObject) => void;
}

/**
 * What was said while nobody listened, from the chats that have moved since then: messages, and what they look like now
 * where they were edited, revoked or read meanwhile. What was delivered before has the same keys, and no effect. Resolves
 * with how many chats could not be read.
 */
export async function catchUp(
  { client, reader, outbox, seen }: CatchUpParts,
  since: number,
  pairedAt: number,
): Promise<number> {
  const moved = (await within(chatsWithinMs, client.chats()))
    .filter(chat => isChat(chat) && chat.timestamp * 1000 >= since - overlapMs)
    .sort((one, other) => other.timestamp - one.timestamp)
    .slice(0, mostChats);
  let failures = 0;
  for (const chat of moved) {
    let lastKey: string | undefined;
    try {
      const messages = await within(messagesWithinMs, client.messages(chat.id, mostMessages));
      for (const message of messages) {
        const read = plain(message);
        const at = (numberOf(read?.timestamp) ?? 0) * 1000;
        if (read === undefined || at < since - overlapMs || chatOf(read) === undefined) continue;
        seen(message, read);
        for (const event of await eventsOf(reader, read, at < pairedAt - overlapMs)) {
          outbox.add(event.key, event.body);
          lastKey = event.key;
        }
      }
    } catch {
      failures++;
    }
    if (lastKey !== undefined) await outbox.delivered(lastKey);
  }
  return failures;
}

function isChat({ id }: ChatSummary): boolean {
  return addressOf(id) !== undefined;
}

async function eventsOf(
  reader: EventReader,
  message: JsonObject,
  isHistory: boolean,
): Promise<readonly ReadEvent[]> {
  if (identifierOf(message.type) === 'revoked') return listOf(await reader.revoke(message));
  const ack = numberOf(message.ack) ?? 0;
  const isEdited = identifierOf(message.latestEditSenderTimestampMs) !== undefined;
  return [
    ...listOf(await reader.message(message, { isHistory })),
    ...(isEdited ? listOf(await reader.edit(message)) : []),
    ...(message.fromMe === true ? listOf(await reader.ack(message, ack)) : []),
  ];
}

const listOf = (event: ReadEvent | undefined) => (event === undefined ? [] : [event]);
