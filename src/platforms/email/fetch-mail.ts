import type { FetchMessageObject, ImapFlow, MessageStructureObject } from 'imapflow';
import { Unavailable } from '../adapter.ts';
import {
  headerEnd,
  type LeftFile,
  leftFileOf,
  type MailOrigin,
  mailBounds,
  writeStoredMail,
} from './mail-envelope.ts';

/** What is known of a mail before it is fetched. */
export interface ListedMail {
  readonly uid: number;
  /** Bytes, as the server says. */
  readonly size: number;
  readonly arrivedAt: Date | undefined;
}
type Origin = Omit<MailOrigin, 'arrivedAt' | 'left'>;

/** In the order of their UIDs. Those that are gone meanwhile are left out. */
export async function listMails(client: ImapFlow, uids: readonly number[]): Promise<readonly ListedMail[]> {
  if (uids.length === 0) return [];
  const query = { uid: true, size: true, internalDate: true };
  const found = await client.fetchAll(uids.join(','), query, { uid: true });
  const wanted = new Set(uids);
  const listed = found
    .filter(({ uid }) => wanted.has(uid))
    .map(({ uid, size = 0, internalDate }) => ({ uid, size, arrivedAt: dateOf(internalDate) }));
  await assertGone(
    client,
    uids.filter(uid => !listed.some(mail => mail.uid === uid)),
  );
  return listed.sort((one, other) => one.uid - other.uid);
}

function dateOf(value: Date | string | undefined): Date | undefined {
  const date = new Date(value ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A connection that breaks may look as if the folder were empty: what was not given must really be gone. */
async function assertGone(client: ImapFlow, uids: readonly number[]): Promise<void> {
  if (uids.length === 0) return;
  const present = await client.search({ uid: uids.join(',') }, { uid: true });
  if (!Array.isArray(present) || present.some(uid => uids.includes(uid)))
    throw new Unavailable('channel', 'mail_missing', 'The mail server lists a mail that it does not give.');
}

/** As they are stored, in the order given; without those that are gone. Of one that is too large its head and its first text. */
export async function fetchMails(
  client: ImapFlow,
  mails: readonly ListedMail[],
  origin: Origin,
): Promise<readonly Buffer[]> {
  const whole = await fetchWhole(
    client,
    mails.filter(({ size }) => size <= mailBounds.bytes),
  );
  const bodies: Buffer[] = [];
  for (const mail of mails) {
    const own = { ...origin, ...(mail.arrivedAt && { arrivedAt: mail.arrivedAt.toISOString() }) };
    const raw = whole.get(mail.uid);
    if (raw !== undefined && raw.length <= mailBounds.bytes)
      bodies.push(writeStoredMail({ origin: own, raw }));
    else if (raw !== undefined || mail.size > mailBounds.bytes) {
      const body = await fetchFirstText(client, mail.uid, own);
      if (body !== undefined) bodies.push(body);
    }
  }
  return bodies;
}

/** By their UIDs. */
async function fetchWhole(
  client: ImapFlow,
  mails: readonly ListedMail[],
): Promise<ReadonlyMap<number, Buffer>> {
  if (mails.length === 0) return new Map();
  const uids = mails.map(({ uid }) => uid);
  const found = await client.fetchAll(uids.join(','), { uid: true, source: true }, { uid: true });
  const sources = new Map(
    found.flatMap(({ uid, source }) => (source === undefined ? [] : [[uid, source] as const])),
  );
  await assertGone(
    client,
    uids.filter(uid => !sources.has(uid)),
  );
  return sources;
}

async function fetchOne(
  client: ImapFlow,
  uid: number,
  query: Parameters<ImapFlow['fetchOne']>[1],
): Promise<FetchMessageObject | undefined> {
  const found = await client.fetchOne(String(uid), { uid: true, ...query }, { uid: true });
  if (found && found.uid === uid) return found;
  await assertGone(client, [uid]);
  return undefined;
}

const mostTextBytes = 1024 * 1024;

async function fetchFirstText(
  client: ImapFlow,
  uid: number,
  origin: MailOrigin,
): Promise<Buffer | undefined> {
  const outline = await fetchOne(client, uid, { headers: true, bodyStructure: true });
  if (outline === undefined) return undefined;
  const leaves = leavesOf(outline.bodyStructure);
  const readable = leaves.filter(leaf => leaf.disposition !== 'attachment');
  const text =
    readable.find(({ type }) => type === 'text/plain') ?? readable.find(({ type }) => type === 'text/html');
  const key = text && (text.part ?? '1');
  const found =
    key === undefined
      ? undefined
      : await fetchOne(client, uid, { bodyParts: [{ key, start: 0, maxLength: mostTextBytes }] });
  const content = [...(found?.bodyParts?.values() ?? [])][0] ?? Buffer.alloc(0);
  const left = leaves
    .filter(leaf => leaf !== text)
    .slice(0, 100)
    .map(leftFile);
  const head = headWithout(outline.headers ?? Buffer.alloc(0));
  return writeStoredMail({
    origin: { ...origin, left },
    raw: Buffer.concat([head, Buffer.from(contentFields(text)), content]),
  });
}

function leavesOf(node: MessageStructureObject | undefined): readonly MessageStructureObject[] {
  if (node === undefined) return [];
  return node.childNodes && node.type.startsWith('multipart/') ? node.childNodes.flatMap(leavesOf) : [node];
}

function leftFile(leaf: MessageStructureObject): LeftFile {
  const { type, encoding, size, dispositionParameters, parameters } = leaf;
  const decoded =
    size !== undefined && encoding?.toLowerCase() === 'base64' ? Math.floor((size / 78) * 57) : size;
  return leftFileOf(dispositionParameters?.filename ?? parameters?.name, type.toLowerCase(), decoded);
}

const contentField = /^(?:content-[\w-]+|mime-version):/i;

/** The fields that spoke of the whole do not fit its first part. */
function headWithout(head: Buffer): Buffer {
  const text = head.subarray(0, headerEnd(head)).toString('latin1');
  const fields = text.split(/\r?\n(?![ \t])/).filter(field => field !== '' && !contentField.test(field));
  return Buffer.from(fields.map(field => `${field}\r\n`).join(''), 'latin1');
}

function contentFields(part: MessageStructureObject | undefined): string {
  const charset = part?.parameters?.charset ?? '';
  const type = part?.type === 'text/html' ? 'text/html' : 'text/plain';
  const encoding = part?.encoding?.toLowerCase() ?? '';
  return [
    'MIME-Version: 1.0',
    `Content-Type: ${type}${/^[\w.:+-]{1,40}$/.test(charset) ? `; charset="${charset}"` : ''}`,
    `Content-Transfer-Encoding: ${/^(?:base64|quoted-printable|8bit)$/.test(encoding) ? encoding : '8bit'}`,
    '',
    '',
  ].join('\r\n');
}
