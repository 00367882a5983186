import type { MessageStructureObject } from 'imapflow';
import type { Unavailable } from '../adapter.ts';
import { askForMail, type OpenFolder } from './ask-mail.ts';
import { headerEnd, type LeftFile, leftFileOf, type MailOrigin, writeStoredMail } from './mail-envelope.ts';

const mostTextBytes = 1024 * 1024;

/** The head and the first text of a mail that is too large, as it is stored; `undefined` when it is gone. */
export async function fetchFirstText(
  folder: OpenFolder,
  uid: number,
  origin: MailOrigin,
): Promise<Buffer | { readonly refusal: Unavailable | undefined } | undefined> {
  const asked = await askForMail(folder, uid, 'headers', { headers: true, bodyStructure: true });
  if (asked === 'gone') return undefined;
  if (!('mail' in asked)) return asked;
  const { headers = Buffer.alloc(0), bodyStructure } = asked.mail;
  const leaves = leavesOf(bodyStructure);
  const readable = leaves.filter(leaf => leaf.disposition !== 'attachment');
  const text =
    readable.find(({ type }) => type === 'text/plain') ?? readable.find(({ type }) => type === 'text/html');
  const words = text && (await partOf(folder, uid, text.part ?? '1'));
  const left = leaves
    // Words that are not given stay there like the files.
    .filter(leaf => leaf !== text || words === undefined)
    .slice(0, 100)
    .map(leftFile);
  return writeStoredMail({
    origin: { ...origin, left },
    raw: Buffer.concat([headWithout(headers), Buffer.from(contentFields(text)), words ?? Buffer.alloc(0)]),
  });
}

async function partOf(folder: OpenFolder, uid: number, key: string): Promise<Buffer | undefined> {
  const bodyParts = [{ key, start: 0, maxLength: mostTextBytes }];
  const asked = await askForMail(folder, uid, 'bodyParts', { bodyParts });
  const parts = typeof asked === 'object' && 'mail' in asked ? asked.mail.bodyParts : undefined;
  return [...(parts?.values() ?? [])][0] ?? undefined;
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
