import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import { noEntry, noTls, notReached, tlsVerdict } from './connection-errors.ts';
import type { MailServer } from './email-settings.ts';
import { enhancedStatusIn, undeliverable } from './mail-status.ts';

/** As nodemailer fills its errors. */
interface SmtpError {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
}

/** How far a mail had come. */
export interface Progress {
  /** All of it was given to the server: the full stop after it may have been read. */
  readonly isWhole: boolean;
  readonly recipient: string | undefined;
}
export const notBegun: Progress = { isWhole: false, recipient: undefined };

const limitWaitMs = 60 * 60 * 1000;
const sendingLimit =
  /\b(?:limit|quota) exceeded|too many (?:messages|recipients|e?mails)|sending limit|rate limit/i;

/** What went wrong at an SMTP server, as a verdict on the mail or the channel. */
export function verdictOfSmtp(
  error: unknown,
  server: MailServer,
  { isWhole, recipient }: Progress = notBegun,
): Rejected | Unavailable | OutcomeUnknown {
  if (error instanceof Rejected || error instanceof Unavailable || error instanceof OutcomeUnknown)
    return error;
  const fault = (typeof error === 'object' && error !== null ? error : {}) as SmtpError;
  const { host, port } = server;
  const status = typeof fault.responseCode === 'number' ? fault.responseCode : undefined;
  // Asked for STARTTLS, the server said no.
  if (fault.code === 'ETLS' && status !== undefined && status >= 500) return noTls(host, port);
  if (status !== undefined) return verdictOfAnswer(fault, status, host, recipient);
  if (isWhole)
    return new OutcomeUnknown(
      `The mail server ${host} was given the whole mail and then did not answer; it may have been sent.`,
    );
  const tls = tlsVerdict(error, host, port);
  if (tls) return tls;
  if (fault.code === 'EMESSAGE' && /larger than allowed/i.test(String(fault.message))) return tooLarge(host);
  if (fault.code === 'EAUTH' && fault.command === 'API') return noMechanism(host);
  return notReached(host, error);
}

function verdictOfAnswer(
  fault: SmtpError,
  status: number,
  host: string,
  recipient: string | undefined,
): Rejected | Unavailable {
  const said = typeof fault.response === 'string' ? fault.response.replace(/[\p{Cc}\s]+/gu, ' ').trim() : '';
  const command = typeof fault.command === 'string' ? fault.command : '';
  const enhanced = enhancedStatusIn(said);
  const code = enhanced ?? String(status);
  const quote = said === '' ? '' : ` It says: ${said.slice(0, 200)}`;
  const isLimit =
    /^[45]\.(?:4\.5|1\.90)$/.test(enhanced ?? '') ||
    (command !== 'RCPT TO' && !enhanced?.endsWith('.2.2') && sendingLimit.test(said));
  if (isLimit)
    return new Unavailable(
      'channel',
      code,
      `The mail server ${host} lets this mailbox send no more for now. The message will be tried again.${quote}`,
      limitWaitMs,
    );
  if (status < 500)
    return new Unavailable(
      isOfRecipient(command) && status !== 421 ? 'conversation' : 'channel',
      code,
      `The mail server ${host} takes the mail later. It will be tried again.${quote}`,
    );
  if (command.startsWith('AUTH') || status === 530 || status === 534 || status === 535 || status === 538)
    return new Rejected(
      'reauthorise',
      code,
      `The mail server ${host} does not accept user and password of this mailbox. Some providers want a password for apps, or SMTP allowed in their settings first.${quote}`,
    );
  if ((status === 552 && enhanced !== '5.2.2') || enhanced === '5.3.4' || enhanced === '5.2.3')
    return tooLarge(host, code);
  if (isOfRecipient(command))
    return new Rejected('message', code, `${undeliverable(recipient, enhanced)}${quote}`);
  // Neither stops the channel: mail still arrives.
  if (command !== 'MAIL FROM') return noEntry(host, quote);
  return new Rejected(
    'message',
    code,
    `The mail server ${host} does not let this mailbox send as its address. Add the address there as an alias of the user that signs in.${quote}`,
  );
}

/** Of one mail and whom it goes to; what comes before is between the server and us. */
function isOfRecipient(command: string): boolean {
  return command === 'RCPT TO' || command === 'DATA';
}

function tooLarge(host: string, code = 'too_large'): Rejected {
  return new Rejected(
    'message',
    code,
    `The mail is larger than ${host} takes, or than the recipient's mailbox has room for. Send smaller files, or a link.`,
  );
}
function noMechanism(host: string): Rejected {
  return new Rejected(
    'account',
    'no_mechanism',
    `The mail server ${host} offers no way to sign in that we know. Its administrator may have switched passwords off: use oauth.`,
  );
}
