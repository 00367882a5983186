import type { ImapFlow } from 'imapflow';
import { askForMail, type OpenFolder, thoseThere } from './ask-mail.ts';
import { fetchFirstText } from './fetch-large-mail.ts';
import { isRefusal, verdictOfImap } from './imap-errors.ts';
import { type MailOrigin, mailBounds, writeStoredMail } from './mail-envelope.ts';

/** What is known of a mail before it is fetched. */
export interface ListedMail {
  readonly uid: number;
  /** Bytes, as the server says; 0 when it does not. */
  readonly size: number;
  readonly arrivedAt: Date | undefined;
}

/** In the order of their UIDs. Those that are gone meanwhile are left out; those that are only not described are not. */
export async function listMails(
  { client, server }: OpenFolder,
  uids: readonly number[],
): Promise<readonly ListedMail[]> {
  if (uids.length === 0) return [];
  const query = { uid: true, size: true, internalDate: true };
  const found = await client.fetchAll(uids.join(','), query, { uid: true }).catch((error: unknown) => {
    const verdict = verdictOfImap(error, server);
    if (!isRefusal(verdict)) throw verdict;
    return [];
  });
  const wanted = new Set(uids);
  const listed = found
    .filter(({ uid }) => wanted.has(uid))
    .map(({ uid, size = 0, internalDate }) => ({ uid, size, arrivedAt: dateOf(internalDate) }));
  const known = new Set(listed.map(({ uid }) => uid));
  const others = await othersThere(client, uids, known);
  return [...listed, ...others].sort((one, other) => one.uid - other.uid);
}

async function othersThere(
  client: ImapFlow,
  uids: readonly number[],
  known: ReadonlySet<number>,
): Promise<readonly ListedMail[]> {
  const there = await thoseThere(
    client,
    uids.filter(uid => !known.has(uid)),
  );
  return there.map(uid => ({ uid, size: 0, arrivedAt: undefined }));
}

function dateOf(value: Date | string | undefined): Date | undefined {
  const date = new Date(value ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const mostMails = 20;
const mostBytes = 10 * 1024 * 1024;

type Origin = Omit<MailOrigin, 'arrivedAt' | 'left' | 'notGiven'>;

export interface Fetched {
  /** As they are stored, in the order given; without those that are gone. */
  readonly bodies: readonly Buffer[];
  /** Of how many of the mails; the rest comes with the next step. */
  readonly amount: number;
}

/**
 * At most 20 or 10 MB of them, one at least. One after the other, because a server may say less than a mail then has. Of one
 * that is too large its head and its first text. One that the server does not give becomes a notice; when it refuses each of
 * them, the fault is the server's, and the refusal is thrown.
 */
export async function fetchMails(
  folder: OpenFolder,
  mails: readonly ListedMail[],
  origin: Origin,
  numbering: string,
): Promise<Fetched> {
  const bodies: Buffer[] = [];
  let bytes = 0;
  let amount = 0;
  let given = 0;
  let refusal: Error | undefined;
  for (const mail of mails.slice(0, mostMails)) {
    if (bytes > 0 && bytes + mail.size > mostBytes) break;
    amount++;
    const own = { ...origin, ...(mail.arrivedAt && { arrivedAt: mail.arrivedAt.toISOString() }) };
    const body = await fetchMail(folder, mail, own);
    if (body === undefined) continue;
    if (Buffer.isBuffer(body)) given++;
    else refusal ??= body.refusal;
    const stored = Buffer.isBuffer(body) ? body : await noticeOf(folder, mail.uid, own, numbering);
    bodies.push(stored);
    bytes += stored.length;
  }
  if (refusal !== undefined && given === 0) throw refusal;
  return { bodies, amount };
}

/** `undefined` when it is gone. */
async function fetchMail(
  folder: OpenFolder,
  { uid, size }: ListedMail,
  origin: MailOrigin,
): Promise<Buffer | { readonly refusal: Error | undefined } | undefined> {
  if (size > mailBounds.bytes) return fetchFirstText(folder, uid, origin);
  const asked = await askForMail(folder, uid, 'source', { source: true });
  if (asked === 'gone') return undefined;
  if (!('mail' in asked)) return asked;
  const { source: raw = Buffer.alloc(0) } = asked.mail;
  return raw.length > mailBounds.bytes
    ? fetchFirstText(folder, uid, origin)
    : writeStoredMail({ origin, raw });
}

/** With as much of its head as the server gives. */
async function noticeOf(
  folder: OpenFolder,
  uid: number,
  origin: MailOrigin,
  numbering: string,
): Promise<Buffer> {
  const asked = await askForMail(folder, uid, 'headers', { headers: ['from', 'subject', 'date'] });
  const head = typeof asked === 'object' && 'mail' in asked ? asked.mail.headers : undefined;
  const raw = head !== undefined && head.length < mailBounds.headerBytes ? head : Buffer.alloc(0);
  return writeStoredMail({ origin: { ...origin, notGiven: { numbering, uid } }, raw });
}
