import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UnreadableDelivery } from '../adapter.ts';
import { cleanText, tryParseJsonText } from '../json.ts';
import { normalAddress } from './email-address.ts';

/** A file of a mail that was too large to be fetched whole. */
const leftFile = z.object({
  filename: z.string().max(500).optional(),
  mimeType: z.string().max(200),
  size: z.number().int().nonnegative().optional(),
});
export type LeftFile = z.infer<typeof leftFile>;

const origin = z.object({
  /** The channel's own, as `normalAddress` gives it. */
  address: z.string(),
  folder: z.enum(['inbox', 'sent']),
  /** Whose `Authentication-Results` are believed. */
  authservId: z.string().max(255).optional(),
  /** When it came to the mailbox, as the server says. */
  arrivedAt: z.iso.datetime().optional(),
  /** The mail was too large: its head and first text are here, and these files are not. */
  left: z.array(leftFile).max(100).optional(),
  /** The server lists this mail of the folder and does not give it: at most some of its head is here. */
  notGiven: z.object({ numbering: z.string().max(1000), uid: z.number().int().positive() }).optional(),
});
/** Where a mail was found: what it does not say of itself, and nothing that its sender could have written. */
export type MailOrigin = z.infer<typeof origin>;

/** What is known of a mail beside what it says. */
export interface MailScope {
  readonly origin: MailOrigin;
  readonly at: Date;
}

/** A mail as it is stored: its bytes as the server gave them, behind one line of ours. */
export interface StoredMail {
  readonly origin: MailOrigin;
  readonly raw: Buffer;
}

export const mailBounds = {
  bytes: 30 * 1024 * 1024,
  headerBytes: 256 * 1024,
  parts: 200,
  depth: 20,
  addresses: 500,
} as const;

const field = 'X-Concierge-Mailbox: ';
const longestFirstLine = 256 * 1024;
const lineFeed = 0x0a;

/** The first line is ours; one of the same name further down is the sender's, and nobody reads it. */
export function writeStoredMail({ origin, raw }: StoredMail): Buffer {
  const ascii = JSON.stringify(origin).replace(
    /[\u007f-\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.concat([Buffer.from(`${field}${ascii}\r\n`), raw]);
}

/** Throws UnreadableDelivery, also for what is larger than a mail may be. */
export function readStoredMail(body: Buffer): StoredMail {
  const end = body.subarray(0, longestFirstLine).indexOf(lineFeed);
  const line = body.subarray(0, Math.max(end, 0)).toString('latin1').trimEnd();
  if (end === -1 || !line.startsWith(field))
    throw new UnreadableDelivery('The body is no mail that was fetched from a mailbox.');
  const found = origin.safeParse(tryParseJsonText(line.slice(field.length)));
  const address = found.success ? normalAddress(found.data.address) : undefined;
  if (!found.success || address === undefined)
    throw new UnreadableDelivery('The line that says where the mail was found cannot be read.');
  const raw = body.subarray(end + 1);
  if (raw.length > mailBounds.bytes) throw new UnreadableDelivery('The mail is larger than 30 MB.');
  if (headerEnd(raw) > mailBounds.headerBytes)
    throw new UnreadableDelivery('The head of the mail is larger than 256 KB.');
  return { origin: { ...found.data, address }, raw };
}

/** Where the first empty line begins, which ends the head. */
export function headerEnd(raw: Buffer): number {
  if (raw[0] === lineFeed || (raw[0] === 0x0d && raw[1] === lineFeed)) return 0;
  const start = raw.subarray(0, mailBounds.headerBytes + 3);
  const ends = [start.indexOf('\n\r\n'), start.indexOf('\n\n')].filter(at => at !== -1);
  return ends.length === 0 ? raw.length : Math.min(...ends) + 1;
}

/** The same for the same bytes. */
export function mailKey(body: Buffer): string {
  return `mail-${createHash('sha256').update(body).digest('hex')}`;
}

/** What may stand in a line of JSON of ours, of what a server says. */
export function leftFileOf(
  filename: string | undefined,
  mimeType: string,
  size: number | undefined,
): LeftFile {
  return {
    ...(filename === undefined || filename === '' ? {} : { filename: cleanText(filename).slice(0, 120) }),
    mimeType: /^[\w.+-]{1,100}\/[\w.+-]{1,90}$/.test(mimeType) ? mimeType : 'application/octet-stream',
    ...(size === undefined || !Number.isSafeInteger(size) || size < 0 ? {} : { size }),
  };
}
