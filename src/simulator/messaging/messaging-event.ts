import { createHash, randomBytes } from 'node:crypto';

export type MessagingObject = 'page' | 'instagram';

/** Something that happened between a page (or an Instagram account) and a person. */
export interface MessagingEvent {
  /** Page-scoped, or scoped to the Instagram account: digits beyond what a number of JavaScript holds. */
  readonly personId: string;
  /** Done by the page itself: the person is then the recipient. */
  readonly isOwn?: boolean;
  readonly at: Date;
  /** Without a time of its own, as deliveries are. */
  readonly isTimeless?: boolean;
  /** What stands beside sender, recipient and time: `message`, `postback`, `reaction` … */
  readonly content: Readonly<Record<string, unknown>>;
}

/** An id like Meta's: of random bytes, or always the same one for the same `seed`. */
export function newMid(seed?: string): string {
  const bytes =
    seed === undefined ? randomBytes(48) : createHash('sha384').update(seed).digest().subarray(0, 48);
  return `m_${bytes.toString('base64url')}`;
}

export interface MessagingEntry {
  /** Of the page or the account. */
  readonly id: string;
  readonly events: readonly MessagingEvent[];
}

/** One POST's body; an app that serves several pages gets theirs together. */
export function messagingBody(object: MessagingObject, ...entries: readonly MessagingEntry[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      object,
      entry: entries.map(({ id, events }) => ({
        id,
        time: events.at(-1)?.at.getTime() ?? 0,
        messaging: events.map(event => elementOf(id, event)),
      })),
    }),
  );
}

function elementOf(accountId: string, { personId, isOwn, at, isTimeless, content }: MessagingEvent): object {
  const [sender, recipient] = isOwn === true ? [accountId, personId] : [personId, accountId];
  return {
    sender: { id: sender },
    recipient: { id: recipient },
    ...(isTimeless === true ? {} : { timestamp: at.getTime() }),
    ...content,
  };
}
