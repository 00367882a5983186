import type { AccountFact, InboundFact, MediaRef, MessageContent, MessageFact } from '../inbound-fact.ts';
import { isOwnAddress } from './email-address.ts';
import { recipientOf, senderOf } from './email-contact.ts';
import { type MailOrigin, type MailScope, readStoredMail } from './mail-envelope.ts';
import { mailReader } from './mail-reader.ts';
import { correlatorIn, idByToken } from './message-ids.ts';
import { readReport } from './parse-report.ts';
import type { MailFile, ReadMail } from './read-mail.ts';

/** A mail as it was fetched. Throws UnreadableDelivery, and Unavailable when it has to be read later. */
export async function parseEmail(body: Buffer, receivedAt: Date): Promise<readonly InboundFact[]> {
  const { origin } = readStoredMail(body);
  return factsOf(await mailReader.read(body), origin, receivedAt);
}

/** Pure. */
export function factsOf(mail: ReadMail, origin: MailOrigin, receivedAt: Date): readonly InboundFact[] {
  const scope = { origin, at: timeOf(mail, origin, receivedAt) };
  // Anybody could write a report in the name of a domain that proves its mail.
  const report = mail.isVerified === false ? undefined : readReport(mail, scope);
  if (report !== undefined) return report;
  return isOurs(mail, origin) ? readOwn(mail, scope) : [readCustomers(mail, scope)];
}

/** A mail may be on its way for so long; an older time is a wrong clock, or a wish to stand elsewhere. */
const longestWayMs = 2 * 24 * 3_600_000;

/** The sender's clock may be wrong, and then the server's is right. */
function timeOf({ date }: ReadMail, { arrivedAt }: MailOrigin, receivedAt: Date): Date {
  const arrived = Math.min(Date.parse(arrivedAt ?? '') || Number.POSITIVE_INFINITY, receivedAt.getTime());
  const written = date === undefined ? Number.NaN : Date.parse(date);
  return new Date(written >= arrived - longestWayMs && written < arrived ? written : arrived);
}

/**
 * Written from this mailbox, here or in another program. In the inbox anybody may have put our address on a mail: one that
 * is known not to be ours is not. One to nobody but us, or that wants its answer to go elsewhere, is a form's of our own
 * website, or a machine's.
 */
function isOurs(mail: ReadMail, { address, folder }: MailOrigin): boolean {
  if (folder === 'sent') return true;
  const isFromUs = mail.from !== undefined && isOwnAddress(mail.from.address, address);
  const goesElsewhere = mail.replyTo.some(({ address: other }) => !isOwnAddress(other, address));
  return isFromUs && !goesElsewhere && mail.isVerified !== false && recipientOf(mail, address) !== undefined;
}

function readOwn(mail: ReadMail, scope: MailScope): readonly MessageFact[] {
  const { address } = scope.origin;
  const contact = recipientOf(mail, address);
  if (contact === undefined) return [];
  const correlator = correlatorIn(mail.messageId, address);
  return [
    {
      ...commonOf(mail, scope),
      direction: 'outbound',
      contact,
      content: contentOf(mail, scope, null),
      ...threadOf(mail, mail.references),
      ...(correlator === undefined ? {} : { correlator }),
    },
  ];
}

function readCustomers(mail: ReadMail, scope: MailScope): MessageFact | AccountFact {
  const { address } = scope.origin;
  const sender = senderOf(mail, address);
  if (sender === undefined) return nobody(mail, scope);
  const { contact, isVerified, mayJoin } = sender;
  const recipients = [...mail.deliveredTo, ...[...mail.to, ...mail.cc].map(({ address: to }) => to)];
  const byToken = recipients.flatMap(recipient => idByToken(recipient, address) ?? []);
  return {
    ...commonOf(mail, scope),
    direction: 'inbound',
    contact,
    content: contentOf(mail, scope, isVerified),
    // The token is a way back for answers that lost their head; what the mail itself names is nearer.
    ...threadOf(
      mail,
      mayJoin ? [...byToken.filter(id => !mail.references.includes(id)), ...mail.references] : [],
    ),
  };
}

function commonOf(mail: ReadMail, { origin, at }: MailScope) {
  return {
    kind: 'message' as const,
    accountId: origin.address,
    at,
    externalId: mail.messageId,
    ...(mail.subject === undefined ? {} : { subject: mail.subject }),
    opensWindow: false,
  };
}

const mostReferences = 50;

/** Never by the subject: strangers may have the same. */
function threadOf(mail: ReadMail, references: readonly string[]) {
  const others = references.filter(id => id !== mail.messageId);
  return {
    threadKey: others[0] ?? mail.messageId,
    ...(others.length === 0 ? {} : { references: others.slice(-mostReferences) }),
  };
}

function contentOf(mail: ReadMail, { origin }: MailScope, isVerified: boolean | null): MessageContent {
  const media = [...mail.files.map(file => mediaOf(file, mail.key)), ...leftOf(origin)];
  // A mail may say all that it has to say in its subject.
  const text = mail.text ?? (media.length === 0 && mail.html === undefined ? mail.subject : undefined);
  const hasWords = text !== undefined || mail.html !== undefined;
  return {
    type: hasWords ? 'text' : (media[0]?.type ?? 'unsupported'),
    ...(text === undefined ? {} : { text }),
    ...(mail.html === undefined ? {} : { html: mail.html }),
    ...(media.length === 0 ? {} : { media }),
    metadata: {
      email: emailOf(mail, isVerified),
      ...(!hasWords && media.length === 0 ? { unsupported: { type: 'empty mail' } } : {}),
    },
  };
}

const addressesOf = (list: ReadMail['to']) => list.map(({ address }) => address);

/** What the thread shows beside the words. */
function emailOf(mail: ReadMail, isVerified: boolean | null): Readonly<Record<string, unknown>> {
  const { from, to, cc, bcc, replyTo, automatic, quotedFrom } = mail;
  return {
    subject: mail.subject ?? '',
    ...(from === undefined ? {} : { from }),
    ...(replyTo.length === 0 ? {} : { replyTo: addressesOf(replyTo) }),
    to: addressesOf(to),
    cc: addressesOf(cc),
    ...(bcc.length === 0 ? {} : { bcc: addressesOf(bcc) }),
    isVerified,
    isAutomatic: automatic !== undefined,
    ...(automatic === undefined ? {} : { automaticReason: automatic }),
    ...(quotedFrom === undefined || mail.text === undefined ? {} : { quotedFrom }),
    ...(mail.isTextCut ? { textCut: true } : {}),
    ...(mail.isHtmlCut ? { htmlCut: true } : {}),
    ...(mail.hasRemoteImages ? { hasRemoteImages: true } : {}),
    ...(mail.areRecipientsCut ? { recipientsCut: true } : {}),
  };
}

function mediaOf({ index, filename, mimeType, size, contentId }: MailFile, key: string): MediaRef {
  return {
    type: typeOf(mimeType),
    id: `${key}:${index}`,
    mimeType,
    ...(filename === undefined ? {} : { filename }),
    size,
    ...(contentId === undefined ? {} : { contentId }),
  };
}

function leftOf({ left = [] }: MailOrigin): readonly MediaRef[] {
  return left.map(({ filename, mimeType, size }) => ({
    type: typeOf(mimeType),
    mimeType,
    ...(filename === undefined ? {} : { filename }),
    ...(size === undefined ? {} : { size }),
    unavailable: 'The mail is larger than 30 MB, so that its files stay in the mailbox. Open it there.',
  }));
}

/** A drawing that may hold programs is shown as no image. */
function typeOf(mimeType: string): MediaRef['type'] {
  const family = mimeType.split('/')[0];
  if (mimeType.startsWith('image/svg')) return 'document';
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
}

/** Cannot be put into any thread; shown with the channel so that it is not lost unseen. */
function nobody(mail: ReadMail, { origin, at }: MailScope): AccountFact {
  return {
    kind: 'account',
    accountId: origin.address,
    at,
    externalId: `mail:${mail.messageId}`,
    severity: 'warning',
    topic: 'message_without_sender',
    message: 'A mail came that names nobody as its sender. Look at it in the mailbox.',
    details: { subject: mail.subject ?? '', messageId: mail.messageId },
  };
}
