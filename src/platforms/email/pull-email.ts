import type { ImapFlow } from 'imapflow';
import { type PlatformIo, type Pulled, Rejected, Unavailable } from '../adapter.ts';
import { type Cursor, type FolderState, moved, readCursor, startOf } from './email-cursor.ts';
import type { EmailSettings } from './email-settings.ts';
import { fetchMails, listMails } from './fetch-mail.ts';
import { withImap } from './imap-client.ts';
import { mailKey } from './mail-envelope.ts';

type Folder = 'inbox' | 'sent';

/** Of mails that are only asked when they came, more than are fetched at once. */
const mostListed = { new: 20, again: 250 };
const form = /^(inbox|sent)(?: since (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z))?$/;
const dayMs = 24 * 60 * 60 * 1000;

/** What left the mailbox by other programs lies in the folder for sent mail; many have one. */
export function pollsOfEmail(): readonly string[] {
  return ['inbox', 'sent'];
}

export function recallEmail(since: Date): readonly string[] {
  const time = new Date(Math.max(0, since.getTime())).toISOString();
  return [`inbox since ${time}`, `sent since ${time}`];
}

/**
 * The next mails of a folder, at most 20 or 10 MB of them, in the order in which they came. Nothing is changed there: no
 * mail is marked as read. Throws Rejected or Unavailable.
 */
export async function pullEmail(
  what: string,
  settings: EmailSettings,
  io: PlatformIo,
  cursor?: string,
): Promise<Pulled> {
  const [, folder, sinceText] = form.exec(what) ?? [];
  const since = sinceText === undefined ? undefined : new Date(sinceText);
  if (folder === undefined || Number.isNaN(since?.getTime() ?? 0))
    throw new Rejected('message', 'unknown_pull', 'This is nothing that can be fetched from a mailbox.');
  const known = readCursor(cursor);
  return withImap(settings, io, async client => {
    const path = await findFolder(client, folder as Folder, settings);
    if (path === undefined) return { bodies: [] };
    const state = await openFolder(client, path, settings);
    const connected = settings.since === undefined ? undefined : new Date(settings.since);
    const start = startOf(state, known, { again: since, connected }, new Date());
    const { bodies, last, hasMore } = await fetchNext(client, folder as Folder, settings, state, start);
    const cursorThen = JSON.stringify(moved(start, state, last, hasMore, new Date()));
    if (hasMore) return { bodies, next: what, cursor: cursorThen };
    // Once through what came since a time, that is done with.
    return { bodies, ...(since === undefined && { cursor: cursorThen }) };
  });
}

/** `undefined` when the server has none for sent mail. */
export async function findFolder(
  client: ImapFlow,
  folder: Folder,
  { folders }: EmailSettings,
): Promise<string | undefined> {
  if (folder === 'inbox') return folders?.inbox ?? 'INBOX';
  if (folders?.sent !== undefined) return folders.sent;
  const all = await client.list();
  return all.find(({ specialUse }) => specialUse === '\\Sent')?.path;
}

/** For reading alone: the server then marks nothing. */
export async function openFolder(
  client: ImapFlow,
  path: string,
  { imap }: EmailSettings,
): Promise<FolderState> {
  const { uidValidity, uidNext } = await client.mailboxOpen(path, { readOnly: true }).catch(async error => {
    const { responseStatus } = error as { responseStatus?: unknown };
    if (responseStatus === undefined || (await client.list()).some(other => other.path === path)) throw error;
    throw new Rejected(
      'account',
      'no_folder',
      `The mail server has no folder ${path}. Check "folders" in the settings.`,
    );
  });
  const numbering = `${uidValidity} ${imap.user}@${imap.host}:${imap.port}/${path}`;
  if (uidNext > 0) return { numbering, uidNext };
  const [last = 0] = (await searched(client, { uid: '*' })).slice(-1);
  return { numbering, uidNext: last + 1 };
}

async function searched(
  client: ImapFlow,
  query: Parameters<ImapFlow['search']>[0],
): Promise<readonly number[]> {
  const found = await client.search(query, { uid: true });
  if (!Array.isArray(found))
    throw new Unavailable('channel', 'search_failed', 'The mail server could not say what is new.');
  return found;
}

interface Step {
  readonly bodies: Pulled['bodies'];
  /** The UID that it came to. */
  readonly last: number | undefined;
  readonly hasMore: boolean;
}

async function fetchNext(
  client: ImapFlow,
  folder: Folder,
  { address, authservId, imap }: EmailSettings,
  state: FolderState,
  start: Cursor,
): Promise<Step> {
  const uids = await uidsAfter(client, state, start);
  const looked = uids.slice(0, start.again ? mostListed.again : mostListed.new);
  const open = { client, server: imap };
  const since = start.again === undefined ? 0 : Date.parse(start.again.since);
  const listed = await listMails(open, looked);
  const wanted = listed.filter(({ arrivedAt }) => (arrivedAt?.getTime() ?? since) >= since);
  const origin = { address: address.toLowerCase(), folder, ...(authservId !== undefined && { authservId }) };
  const { bodies, amount } = await fetchMails(open, wanted, origin, state.numbering);
  const isWhole = amount === wanted.length;
  return {
    bodies: bodies.map(body => ({ key: mailKey(body), body })),
    last: isWhole ? looked.at(-1) : wanted[amount - 1]?.uid,
    hasMore: !isWhole || looked.length < uids.length,
  };
}

/** Which mails are to be fetched, in their order. */
async function uidsAfter(
  client: ImapFlow,
  { uidNext }: FolderState,
  start: Cursor,
): Promise<readonly number[]> {
  const { uid, again } = start;
  if (again) {
    if (uid >= again.upTo) return [];
    // The server knows days only, and those of its own zone.
    const since = new Date(Date.parse(again.since) - dayMs);
    const found = await searched(client, { since, uid: `${uid + 1}:${again.upTo}` });
    return found.filter(each => each > uid && each <= again.upTo);
  }
  if (uidNext <= uid + 1) return [];
  // "n:*" also names the last mail when that is below n.
  return (await searched(client, { uid: `${uid + 1}:*` })).filter(each => each > uid);
}
