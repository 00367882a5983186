import type { Message, Note } from '../../../../src/contract/index.ts';
import type { OutgoingMessage } from '../../realtime/outbox.ts';
import { sameDay } from '../../ui/time.ts';
import { namedByPlatform } from './writer.ts';

export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'message'; key: string; at: string; message: Message; isFirst: boolean }
  | { kind: 'system'; key: string; at: string; message: Message }
  | { kind: 'note'; key: string; at: string; note: Note }
  | { kind: 'outgoing'; key: string; at: string; outgoing: OutgoingMessage };

export interface ThreadParts {
  readonly messages: readonly Message[];
  readonly notes: readonly Note[];
  readonly outgoing: readonly OutgoingMessage[];
  /** The oldest message that was fetched; while there are more, nothing older is shown, for there would be holes. */
  readonly oldest: Message | null;
  readonly hasMore: boolean;
}

/** Bubbles of one writer within this time stand together. */
const togetherMs = 5 * 60_000;

/** What stands in the thread from top to bottom. What waits to be sent is always last. */
export function threadItems({ messages, notes, outgoing, oldest, hasMore }: ThreadParts): ThreadItem[] {
  const from = hasMore && oldest ? oldest : null;
  const shown = from
    ? messages.filter(
        message => message.sentAt > from.sentAt || (message.sentAt === from.sentAt && message.id >= from.id),
      )
    : messages;
  const notesShown = from ? notes.filter(note => note.createdAt >= from.sentAt) : notes;
  const items: ThreadItem[] = [];
  let day: string | null = null;
  let noteAt = 0;
  let writer: { name: string; at: number } | null = null;

  const openDay = (at: string) => {
    if (day !== null && sameDay(day, at)) return;
    day = at;
    writer = null;
    items.push({ kind: 'day', key: `day-${at}`, at });
  };
  const putNote = (note: Note) => {
    openDay(note.createdAt);
    writer = null;
    items.push({ kind: 'note', key: `note-${note.id}`, at: note.createdAt, note });
  };
  const putMessage = (message: Message) => {
    openDay(message.sentAt);
    if (message.type === 'system') {
      writer = null;
      items.push({ kind: 'system', key: `message-${message.id}`, at: message.sentAt, message });
      return;
    }
    const name = [message.direction, message.senderType, message.sender?.id, namedByPlatform(message)].join(
      ' ',
    );
    const at = Date.parse(message.sentAt);
    const isFirst = writer === null || writer.name !== name || at - writer.at > togetherMs;
    writer = { name, at };
    // The client's id stays the same when the server's answer replaces what was shown at once: nothing blinks.
    items.push({
      kind: 'message',
      key: message.clientId ?? `message-${message.id}`,
      at: message.sentAt,
      message,
      isFirst,
    });
  };

  for (const message of shown) {
    for (let note = notesShown[noteAt]; note && note.createdAt <= message.sentAt; note = notesShown[noteAt]) {
      putNote(note);
      noteAt += 1;
    }
    putMessage(message);
  }
  for (const note of notesShown.slice(noteAt)) putNote(note);
  const taken = new Set(messages.map(message => message.clientId));
  for (const item of outgoing) {
    if (taken.has(item.clientId)) continue;
    openDay(item.createdAt);
    items.push({ kind: 'outgoing', key: item.clientId, at: item.createdAt, outgoing: item });
  }
  return items;
}
