import { z } from 'zod';
import { tryParseJsonText } from '../json.ts';

/** How far a folder has been read. */
const cursor = z.object({
  numbering: z.string().max(1000),
  /** Everything up to it has been seen. */
  uid: z.number().int().nonnegative(),
  /** When nothing was left to be fetched; ISO 8601. */
  at: z.iso.datetime(),
  /** Under way through what came since a time, up to a UID: the mailbox was numbered anew, or is read again. */
  again: z.object({ since: z.iso.datetime(), upTo: z.number().int().nonnegative() }).optional(),
});
export type Cursor = z.infer<typeof cursor>;

/** `undefined` for none, and for one that nobody can read. */
export function readCursor(text: string | undefined): Cursor | undefined {
  const found = cursor.safeParse(tryParseJsonText(text ?? 'null'));
  return found.success ? found.data : undefined;
}

/** A folder as it stands when it is opened. */
export interface FolderState {
  /** What UIDs mean something in: a folder of a mailbox of a server, under its UIDVALIDITY. */
  readonly numbering: string;
  readonly uidNext: number;
}
const dayMs = 24 * 60 * 60 * 1000;
const safetyMs = 2 * dayMs;
/** A folder that is found long after its mailbox was connected does not bring years. */
const longestFirstMs = 7 * dayMs;

/** What a folder is read from: asked for again, or since its mailbox was connected. */
export interface Wanted {
  readonly again?: Date | undefined;
  readonly connected?: Date | undefined;
}

/** Where to go on from. Pure. */
export function startOf(
  folder: FolderState,
  known: Cursor | undefined,
  { again: since, connected }: Wanted,
  now: Date,
): Cursor {
  const { numbering, uidNext } = folder;
  const last = Math.max(0, uidNext - 1);
  const isKnown = known?.numbering === numbering;
  const at = known?.at ?? now.toISOString();
  const anew = (from: Date): Cursor => ({
    numbering,
    uid: 0,
    at,
    again: { since: from.toISOString(), upTo: last },
  });
  if (since !== undefined) return isKnown && known.again?.since === since.toISOString() ? known : anew(since);
  // What was there before the channel is history, and fetched when somebody asks for it.
  if (known === undefined)
    return connected === undefined
      ? { numbering, uid: last, at }
      : anew(new Date(Math.max(connected.getTime(), now.getTime() - longestFirstMs)));
  if (isKnown) return known;
  // Another mailbox, or numbered anew; in the middle of such a walk it begins again.
  const from = known.again ? new Date(known.again.since) : new Date(Date.parse(known.at) - safetyMs);
  return anew(from);
}

/** After a step: `last` is the UID that it came to; `hasMore` of what was to be fetched. Pure. */
export function moved(
  start: Cursor,
  folder: FolderState,
  last: number | undefined,
  hasMore: boolean,
  now: Date,
): Cursor {
  const uid = last ?? start.uid;
  if (hasMore) return { ...start, uid };
  const { again: walk, ...rest } = start;
  if (walk) return { ...rest, uid: Math.max(uid, walk.upTo) };
  return { ...rest, uid: Math.max(uid, folder.uidNext - 1), at: now.toISOString() };
}
