import {
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
  Unavailable,
} from '../adapter.ts';
import { type ComposedMail, composeMail } from './compose-mail.ts';
import type { EmailSettings } from './email-settings.ts';
import { enhancedStatusIn, undeliverable } from './mail-status.ts';
import { connectSmtp, disconnectSmtp, transmit } from './smtp-client.ts';
import { type Progress, verdictOfSmtp } from './smtp-errors.ts';

/** Many servers look through a mail before they take it. */
const takenWithinMs = 120_000;
/** A slow line, in bytes of the mail for a millisecond; its files are a quarter less than that. */
const slowestRate = 400;
/** With the time to sign in (a token, and two servers' patience); what the line needs for files is added to a claim. */
export const sendSeconds = 240;

/**
 * Its `Message-ID` is made of the correlator: sent twice, it is one mail for every receiver that looks. Throws Rejected,
 * Unavailable or OutcomeUnknown, nothing else.
 */
export async function sendEmail(
  message: OutboundMessage,
  settings: EmailSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const mail = composeMail(message, settings);
  const connection = await connectSmtp(settings, io);
  try {
    const refusedCopies = await send(mail, settings, connection);
    return {
      externalId: mail.messageId,
      aliases: [],
      ...(refusedCopies.length > 0 && { refusedCopies }),
    };
  } finally {
    await disconnectSmtp(connection);
  }
}

type RefusedCopies = NonNullable<SentReceipt['refusedCopies']>;

async function send(
  mail: ComposedMail,
  { address, smtp }: EmailSettings,
  connection: Awaited<ReturnType<typeof connectSmtp>>,
): Promise<RefusedCopies> {
  let progress: Progress = { isWhole: false, recipient: mail.to };
  const content = mail.open();
  let failure: unknown;
  content.once('end', () => {
    progress = { ...progress, isWhole: true };
  });
  content.once('error', error => {
    failure = error;
    // Without the full stop at its end the server forgets what it was given.
    connection.close();
  });
  const timer = setTimeout(() => connection.close(), takenWithinMs + mail.size / slowestRate);
  try {
    const envelope = { from: address, to: mail.recipients, size: mail.size };
    const { rejected, rejectedErrors = [] } = await transmit(connection, envelope, content);
    const statusOf = (recipient: string) => {
      const { response = '' } = rejectedErrors.find(error => error.recipient === recipient) ?? {};
      return enhancedStatusIn(String(response));
    };
    if (!rejected.includes(mail.to))
      return rejected.map(copy => ({ address: copy, reason: undeliverable(copy, statusOf(copy)) }));
    const status = statusOf(mail.to);
    // Another try would send the copies again.
    throw new Rejected(
      'message',
      status ?? 'refused',
      `${undeliverable(mail.to, status)} Its copies went out all the same.`,
    );
  } catch (error) {
    throw failure === undefined ? verdictOfSmtp(error, smtp, progress) : fileVerdict(failure);
  } finally {
    clearTimeout(timer);
    content.destroy();
  }
}

function fileVerdict(error: unknown): Rejected | Unavailable | OutcomeUnknown {
  if (error instanceof Unavailable || error instanceof Rejected || error instanceof OutcomeUnknown)
    return error;
  return new Rejected('message', 'file_gone', 'A file of this message is not there any more. Send it anew.');
}
