import { Rejected, Unavailable } from '../adapter.ts';
import { noTls, notReached, tlsVerdict } from './connection-errors.ts';
import type { MailServer } from './email-settings.ts';

/** As imapflow fills its errors. */
interface ImapError {
  readonly message?: unknown;
  readonly authenticationFailed?: unknown;
  readonly serverResponseCode?: unknown;
  readonly responseText?: unknown;
  readonly responseStatus?: unknown;
  readonly response?: unknown;
  readonly code?: unknown;
  readonly throttleReset?: unknown;
}

/** The server is there, and has had enough of us for now. */
const busyCodes: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'OVERQUOTA']);
const busyWords =
  /too many (?:simultaneous )?(?:connections|logins|login)|bandwidth|rate.?limit|throttl|try again later|temporar|maximum number of connections|account is locked for|system error|overloaded/i;
const refused = 'refused';
const throttledMs = 15 * 60 * 1000;

/** What went wrong at an IMAP server, as a verdict on the channel. */
export function verdictOfImap(error: unknown, { host, port }: MailServer): Rejected | Unavailable {
  if (error instanceof Rejected || error instanceof Unavailable) return error;
  const fault = (typeof error === 'object' && error !== null ? error : {}) as ImapError;
  const tls = tlsVerdict(error, host, port);
  if (tls) return tls;
  const said = saidBy(fault);
  if (/does not support STARTTLS/i.test(String(fault.message))) return noTls(host, port);
  const code = typeof fault.serverResponseCode === 'string' ? fault.serverResponseCode.toUpperCase() : '';
  if (fault.code === 'ETHROTTLE' || busyCodes.has(code) || busyWords.test(said))
    return new Unavailable(
      'channel',
      code === '' ? 'busy' : code.toLowerCase(),
      `The mail server ${host} asks us to wait${quoted(said)}.`,
      retryAfterMs(fault, said),
    );
  if (fault.authenticationFailed === true)
    return new Rejected(
      'reauthorise',
      code === '' ? 'authentication_failed' : code.toLowerCase(),
      `The mail server ${host} does not accept user and password of this mailbox${quoted(said)}. Some providers want a password for apps, or IMAP allowed in their settings first.`,
    );
  if (/unsupported authentication mechanism/i.test(String(fault.message)))
    return new Rejected(
      'account',
      'no_mechanism',
      `The mail server ${host} offers no way to sign in that we know. Its administrator may have switched passwords off: use oauth.`,
    );
  if (fault.responseStatus === 'NO' || fault.responseStatus === 'BAD')
    return new Unavailable(
      'channel',
      refused,
      `The mail server ${host} did not do what we asked${quoted(said)}.`,
    );
  return notReached(host, error);
}

/** The server is there, and does not do this one thing. */
export function isRefusal(verdict: Rejected | Unavailable): verdict is Unavailable {
  return verdict instanceof Unavailable && verdict.code === refused;
}

function saidBy({ responseText, response }: ImapError): string {
  const text = typeof responseText === 'string' ? responseText : typeof response === 'string' ? response : '';
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
function quoted(said: string): string {
  return said === '' ? '' : `. It says: ${said.replace(/[.\s]+$/, '')}`;
}

/** A daily limit is not over in a minute. */
function retryAfterMs({ throttleReset }: ImapError, said: string): number | undefined {
  if (typeof throttleReset === 'number' && throttleReset > 0)
    return Math.min(throttleReset, 24 * 60 * 60 * 1000);
  return /bandwidth|exceeded|throttl/i.test(said) ? throttledMs : undefined;
}
