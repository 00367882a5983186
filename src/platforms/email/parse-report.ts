import type { AccountFact, InboundFact, ReceiptFact } from '../inbound-fact.ts';
import type { DeliveryReport, ReportedRecipient } from './delivery-report.ts';
import type { MailScope } from './mail-envelope.ts';
import { undeliverable } from './mail-status.ts';
import { correlatorIn } from './message-ids.ts';
import type { ReadMail } from './read-mail.ts';

/**
 * A server's report on a mail that went out: a receipt of it, and no message. `undefined` when the mail is none, or does not
 * say which mail it is about: then it is shown like any other.
 */
export function readReport(mail: ReadMail, scope: MailScope): readonly InboundFact[] | undefined {
  const { report } = mail;
  if (report?.messageId === undefined) return undefined;
  const { recipients, messageId } = report;
  const facts: InboundFact[] = [];
  const failed = recipients.filter(({ action }) => action === 'failed');
  const main = failed.find(recipient => isMain(recipient, report));
  if (main !== undefined) facts.push(receiptOf(mail, scope, messageId, main));
  else if (failed[0] !== undefined) facts.push(noticeOf(mail, scope, 'failed_copy', copyFailed(failed[0])));
  else if (recipients.some(({ action }) => action === 'delivered'))
    facts.push(receiptOf(mail, scope, messageId, undefined));
  const delayed = recipients.find(({ action }) => action === 'delayed');
  if (delayed !== undefined && failed.length === 0)
    facts.push(noticeOf(mail, scope, 'delayed_mail', isDelayed(delayed)));
  return facts;
}

/** Whom the mail was for; those who got a copy do not make it fail. Where its head is missing, everybody counts. */
function isMain({ address }: ReportedRecipient, { to }: DeliveryReport): boolean {
  return to.length === 0 || address === undefined || to.includes(address);
}

function receiptOf(
  { messageId: reportId }: ReadMail,
  { origin, at }: MailScope,
  messageId: string,
  failed: ReportedRecipient | undefined,
): ReceiptFact {
  const correlator = correlatorIn(messageId, origin.address);
  return {
    kind: 'receipt',
    accountId: origin.address,
    at,
    externalId: messageId,
    ...(correlator === undefined ? {} : { correlator }),
    status: failed === undefined ? 'delivered' : 'failed',
    ...(failed === undefined
      ? {}
      : {
          fault: {
            code: failed.status ?? 'failed',
            title: undeliverable(failed.address, failed.status),
            ...(failed.diagnostic === undefined ? {} : { details: failed.diagnostic }),
          },
        }),
    metadata: { report: reportId },
  };
}

function copyFailed({ address, status }: ReportedRecipient): string {
  return `A copy did not arrive. ${undeliverable(address, status)}`;
}
function isDelayed({ address }: ReportedRecipient): string {
  return `A mail${address === undefined ? '' : ` to ${address}`} has not arrived yet. The mail server keeps trying, and says so when it gives up.`;
}

function noticeOf(
  { messageId, report }: ReadMail,
  { origin, at }: MailScope,
  topic: string,
  message: string,
): AccountFact {
  return {
    kind: 'account',
    accountId: origin.address,
    at,
    externalId: `${topic}:${messageId}`,
    severity: 'info',
    topic,
    message,
    details: { messageId: report?.messageId ?? '', recipients: report?.recipients ?? [] },
  };
}
