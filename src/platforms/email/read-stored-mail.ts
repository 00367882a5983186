import { cleanText } from '../json.ts';
import { type DeliveryReport, readDeliveryReport } from './delivery-report.ts';
import { textOfHtml } from './html-to-text.ts';
import { headerEnd, mailKey, readStoredMail } from './mail-envelope.ts';
import { readHead } from './mail-head.ts';
import { quotedFrom } from './quoted-history.ts';
import type { MailFile, ReadMail } from './read-mail.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import { type FilePart, type MailParts, takeMailApart } from './take-mail-apart.ts';

const longestText = 200_000;
/** Of a layout as it is kept; one that is larger is left out. */
const mostHtmlBytes = 500 * 1024;
/** Of a layout as it came: what is beyond is not even looked at. */
const longestHtml = 2 * 1024 * 1024;
const mostReportBytes = 64 * 1024;

const statusTypes = ['message/delivery-status', 'message/global-delivery-status'];
const originalTypes = ['text/rfc822-headers', 'message/rfc822', 'message/global', 'message/global-headers'];
const reportTypes: readonly string[] = [...statusTypes, ...originalTypes];

/** Reads a stored mail. Work for another thread: whoever wrote the mail decides how long it takes. Throws UnreadableDelivery. */
export async function readMail(body: Buffer): Promise<ReadMail> {
  const { origin, raw } = readStoredMail(body);
  const parts = await takeMailApart(raw, (_, mimeType) =>
    reportTypes.includes(mimeType) ? mostReportBytes : 0,
  );
  const head = raw.subarray(0, headerEnd(raw)).toString('latin1');
  const report = reportIn(parts);
  return {
    key: mailKey(body),
    ...readHead(parts.lines, parts.headers, { head, authservId: origin.authservId }),
    ...wordsOf(parts),
    files: parts.files.map(fileOf),
    ...(report === undefined ? {} : { report }),
  };
}

/** The bytes of one file of a stored mail. Throws UnreadableDelivery. */
export async function unpackFile(
  body: Buffer,
  wanted: number,
): Promise<{ readonly content: Buffer; readonly mimeType: string } | undefined> {
  const { raw } = readStoredMail(body);
  const { files } = await takeMailApart(raw, index => (index === wanted ? raw.length : 0));
  const file = files[wanted];
  return file?.content && { content: file.content, mimeType: file.mimeType };
}

function fileOf({ index, filename, mimeType, size, contentId }: FilePart): MailFile {
  const name = filename === undefined ? nameOfType.get(mimeType) : nameIn(filename);
  const id = contentId === undefined ? '' : cleanText(contentId).replace(/\s/g, '').slice(0, 500);
  return {
    index,
    ...(name === undefined || name === '' ? {} : { filename: name }),
    mimeType,
    size,
    ...(id === '' ? {} : { contentId: id }),
  };
}

const nameOfType: ReadonlyMap<string, string> = new Map([
  ['message/rfc822', 'message.eml'],
  ['text/calendar', 'invitation.ics'],
]);

/** Without folders, which some senders put in. */
function nameIn(filename: string): string {
  const clean = cleanText(filename).replace(/[\p{Cc}\p{Cf}]/gu, '');
  return clean
    .slice(Math.max(clean.lastIndexOf('/'), clean.lastIndexOf('\\')) + 1)
    .trim()
    .slice(-200);
}

type Words = Pick<ReadMail, 'text' | 'isTextCut' | 'quotedFrom' | 'html' | 'isHtmlCut' | 'hasRemoteImages'>;

/** The plain text and the layout. Where the layout says more, or nothing else says anything, its words are the text. */
function wordsOf({ text = '', html, isHtmlApart }: MailParts): Words {
  const given = html === undefined ? undefined : cleanText(html).slice(0, longestHtml);
  const safe = given === undefined ? undefined : sanitiseHtml(given);
  const isPlain = text.trim() !== '' && !isHtmlApart;
  const all = cleanText(isPlain ? text : textOfHtml(safe?.html ?? ''))
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd();
  const shown = cleanText(all.slice(0, longestText));
  const history = quotedFrom(shown);
  const isHtmlCut = (html?.length ?? 0) > longestHtml || Buffer.byteLength(safe?.html ?? '') > mostHtmlBytes;
  const isHtmlKept = safe !== undefined && safe.html !== '' && !isHtmlCut;
  return {
    ...(shown === '' ? {} : { text: shown }),
    isTextCut: all.length > longestText,
    ...(history === undefined ? {} : { quotedFrom: history }),
    ...(isHtmlKept ? { html: safe.html } : {}),
    isHtmlCut,
    hasRemoteImages: isHtmlKept && safe.hasRemoteImages,
  };
}

function contentTypeIn(headers: MailParts['headers']): {
  readonly value: string;
  readonly params: Readonly<Record<string, string>>;
} {
  const header = headers.get('content-type');
  return typeof header === 'object' && 'params' in header
    ? { value: header.value.toLowerCase().trim(), params: header.params }
    : { value: '', params: {} };
}

function reportIn({ headers, files }: MailParts): DeliveryReport | undefined {
  const { value, params } = contentTypeIn(headers);
  if (value !== 'multipart/report' || params['report-type']?.toLowerCase() !== 'delivery-status')
    return undefined;
  const contentOf = (types: readonly string[]) =>
    files.find(({ mimeType }) => types.includes(mimeType))?.content?.toString('utf8') ?? '';
  return readDeliveryReport(contentOf(statusTypes), contentOf(originalTypes));
}
