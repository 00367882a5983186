import type {
  AccountFact,
  Contact,
  InboundFact,
  MediaRef,
  MessageContent,
  MessageFact,
} from '../inbound-fact.ts';
import { isOwnAddress } from './email-address.ts';
import { recipientOf, senderOf } from './email-contact.ts';
import { type MailOrigin, type MailScope, readStoredMail } from './mail-envelope.ts';
import { notReadable, withoutSender } from './mail-notices.ts';
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
  if (origin.notGiven !== undefined) return [notReadable(mail, scope, origin.notGiven)];
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
 * Written from this mailbox, here or in another program. In the inbox anybody may have put our address on a mail, and an id
 * of ours that they have seen: only what our own server has verified counts. One to nobody but us, or that wants its answer
 * to go elsewhere, is a form's of our own website, or a machine's.
 */
function isOurs(mail: ReadMail, { address, folder }: MailOrigin): boolean {
  if (folder === 'sent') return true;
  const isFromUs = mail.from !== undefined && isOwnAddress(mail.from.address, address);
  const goesElsewhere = mail.replyTo.some(({ address: other }) => !isOwnAddress(other, address));
  return isFromUs && !goesElsewhere && mail.isVerified === true && recipientOf(mail, address) !== undefined;
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
  if (sender === undefined) return withoutSender(mail, scope);
  const { contact, isVerified, mayJoin } = sender;
  const recipients = [...mail.deliveredTo, ...[...mail.to, ...mail.cc].map(({ address: to }) => to)];
  const byToken = recipients.flatMap(recipient => idByToken(recipient, address) ?? []);
  // The token is a way back for answers that lost their head; what the mail itself names is nearer.
  const named = [...byToken.filter(id => !mail.references.includes(id)), ...mail.references];
  const externalId = isInOurName(mail, contact, address) ? besideItsId(mail) : mail.messageId;
  return {
    ...commonOf(mail, scope),
    externalId,
    direction: 'inbound',
    contact,
    content: contentOf(mail, scope, isVerified),
    ...threadOf(mail, mayJoin ? named : [], externalId),
  };
}

/**
 * In our name, and not known to be ours: the copy in the folder for sent mail may come later and is the message itself, so
 * that its id must not be taken by then. Our own answers to such a mail are known here by theirs.
 */
function isInOurName(mail: ReadMail, { aliases }: Contact, own: string): boolean {
  const isAnswerToOurselves =
    correlatorIn(mail.messageId, own) !== undefined && recipientOf(mail, own) === undefined;
  return aliases.some(({ value }) => isOwnAddress(value, own)) && !isAnswerToOurselves;
}
/** No mail has an id with a space in it, and none can name this one. */
const besideItsId = ({ messageId }: ReadMail) => `${messageId} in the inbox`;

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
function threadOf({ messageId }: ReadMail, references: readonly string[], externalId = messageId) {
  const others = references.filter(id => id !== messageId);
  return {
    threadKey: others[0] ?? externalId,
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
