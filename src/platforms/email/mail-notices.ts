import type { AccountFact } from '../inbound-fact.ts';
import type { MailOrigin, MailScope } from './mail-envelope.ts';
import { idMadeOf } from './message-ids.ts';
import type { ReadMail } from './read-mail.ts';

/** What cannot stand in any thread: shown with the channel, so that it is not lost unseen. */
function notice(
  { origin, at }: MailScope,
  words: Pick<AccountFact, 'externalId' | 'topic' | 'message' | 'details'>,
): AccountFact {
  return { kind: 'account', accountId: origin.address, at, severity: 'warning', ...words };
}

export function withoutSender({ messageId, subject = '' }: ReadMail, scope: MailScope): AccountFact {
  return notice(scope, {
    externalId: `mail:${messageId}`,
    topic: 'message_without_sender',
    message: 'A mail came that names nobody as its sender. Look at it in the mailbox.',
    details: { subject, messageId },
  });
}

/** Of a mail that the server lists and does not give; its head may be known all the same. */
export function notReadable(
  { from, subject = '' }: ReadMail,
  scope: MailScope,
  { numbering, uid }: NonNullable<MailOrigin['notGiven']>,
): AccountFact {
  const { folder } = scope.origin;
  const named = [
    ...(subject === '' ? [] : [`"${subject.slice(0, 100)}"`]),
    ...(from === undefined ? [] : [`from ${from.address}`]),
    `number ${uid}`,
  ];
  const where = folder === 'inbox' ? 'the inbox' : 'the folder for sent mail';
  return notice(scope, {
    externalId: `mail_not_readable:${idMadeOf(numbering, String(uid))}`,
    topic: 'mail_not_readable',
    message: `The mail server lists a mail and does not give it: ${named.join(', ')}. Look for it in ${where} with another program.`,
    details: { folder, uid, subject },
  });
}
