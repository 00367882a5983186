import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type OutboundContent, type OutboundFile, type OutboundMessage, Rejected } from '../adapter.ts';
import { normalAddress, withToken } from './email-address.ts';
import type { EmailSettings } from './email-settings.ts';
import { isWritableId, ownMessageId } from './message-ids.ts';
import { htmlOfText } from './text-to-html.ts';

/** A mail that is ready to go. */
export interface ComposedMail {
  /** Without brackets. */
  readonly messageId: string;
  readonly to: string;
  /** Everybody who gets it, each once, `to` first. */
  readonly recipients: readonly string[];
  /** About as many bytes as it will have. */
  readonly size: number;
  /** May be called once. */
  open(): Readable;
}

const mostReferences = 20;
const mostRecipients = 100;

/** Throws Rejected. */
export function composeMail(message: OutboundMessage, settings: EmailSettings): ComposedMail {
  const { content, copies, correlator } = message;
  const { address, name, plusAddressing } = settings;
  const to = recipientOf(message);
  const cc = copiesOf(copies?.cc);
  const bcc = copiesOf(copies?.bcc);
  const recipients = [...new Set([to, ...cc, ...bcc])];
  if (recipients.length > mostRecipients)
    throw new Rejected(
      'message',
      'too_many_recipients',
      `A mail may go to ${mostRecipients} people at most. Leave some of the copies out.`,
    );
  const messageId = ownMessageId(correlator, address);
  const { inReplyTo, references } = threadOf(message);
  const { text, files } = partsOf(content);
  const from = { address, name: lineOf(name ?? '') };
  const composer = new MailComposer({
    from,
    to,
    ...(cc.length > 0 && { cc: cc.filter(other => other !== to) }),
    ...(plusAddressing && { replyTo: { ...from, address: withToken(address, correlator) } }),
    subject: subjectOf(message, settings),
    messageId: `<${messageId}>`,
    date: new Date(),
    ...(inReplyTo !== undefined && { inReplyTo: `<${inReplyTo}>` }),
    ...(references.length > 0 && { references: references.map(id => `<${id}>`) }),
    ...(text !== '' && { text, html: htmlOfText(text) }),
    attachments: files.map(file => ({
      filename: lineOf(file.filename),
      contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.mimeType) ? file.mimeType : 'application/octet-stream',
      content: bytesOf(file),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    messageId,
    to,
    recipients,
    size: sizeOf(text, files),
    open: () => composer.compile().createReadStream(),
  };
}

function recipientOf({ to }: OutboundMessage): string {
  const alias = to.find(({ kind }) => kind === 'email');
  const address = alias && normalAddress(alias.value);
  if (address === undefined)
    throw new Rejected('message', 'no_address', 'We know no mail address of this customer.');
  return address;
}

function copiesOf(addresses: readonly string[] = []): readonly string[] {
  return addresses.map(given => {
    const address = normalAddress(given);
    if (address === undefined)
      throw new Rejected(
        'message',
        'bad_address',
        `${lineOf(given).slice(0, 100)} is no mail address. Correct the copies.`,
      );
    return address;
  });
}

function partsOf(content: OutboundContent): {
  readonly text: string;
  readonly files: readonly OutboundFile[];
} {
  if (content.type === 'text') return { text: content.text, files: [] };
  if (content.type === 'media') return { text: content.text ?? '', files: content.files };
  throw new Rejected(
    'message',
    'unsupported',
    `A mail cannot be of the type ${content.type}. Send a text instead.`,
  );
}

/** Opened when their turn comes, so that no file waits open for another. */
function bytesOf(file: OutboundFile): Readable {
  return Readable.from(
    (async function* () {
      yield* await file.open();
    })(),
    { objectMode: false },
  );
}

/** The root of the conversation and the nearest are named, for programs differ in what they look at. */
function threadOf({ thread, replyToExternalId }: OutboundMessage): {
  readonly inReplyTo: string | undefined;
  readonly references: readonly string[];
} {
  const said = (thread?.externalIds ?? []).filter(id => id !== replyToExternalId);
  const ids = [...said, ...(replyToExternalId === undefined ? [] : [replyToExternalId])].filter(isWritableId);
  const [root = '', ...others] = ids;
  const references = ids.length <= mostReferences ? ids : [root, ...others.slice(1 - mostReferences)];
  return { inReplyTo: references.at(-1), references };
}

/** "Re:" in the languages that mail programs write it in. */
const isAnswer = /^(?:re|aw|antw|sv|vs|rif|r|odp|ynt|回复|答复)(?:\[\d{1,3}\])?\s?[:：]/i;

function subjectOf({ thread, replyToExternalId }: OutboundMessage, { name, address }: EmailSettings): string {
  const subject = lineOf(thread?.subject ?? '');
  if (subject === '') return `Message from ${lineOf(name ?? address)}`;
  const isFirst = (thread?.externalIds.length ?? 0) === 0 && replyToExternalId === undefined;
  return isFirst || isAnswer.test(subject) ? subject : `Re: ${subject}`;
}

/** Nothing in a head may end its line. */
function lineOf(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Files are written in base64, in lines of 76. */
function sizeOf(text: string, files: readonly OutboundFile[]): number {
  const words = Buffer.byteLength(text) * 4;
  return files.reduce((sum, { size }) => sum + Math.ceil((size / 57) * 78) + 500, words + 2000);
}
