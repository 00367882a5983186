import { Unavailable } from '../adapter.ts';

const certificateCodes =
  /^(?:CERT_|UNABLE_TO_(?:GET_|VERIFY_|DECRYPT_)|SELF_SIGNED_|DEPTH_ZERO_|CRL_|INVALID_CA|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;
const otherTlsCodes = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/;

/** Every code of an error and of what it says caused it. */
export function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  let current = error;
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth++) {
    const { code, originalCode, cause, _err: inner } = current as Record<string, unknown>;
    for (const each of [originalCode, code]) if (typeof each === 'string') codes.push(each);
    current = cause ?? inner;
  }
  return codes;
}

/** What a person mends, there or in the settings, is looked at again after this time. */
const mendedWithinMs = 20 * 60_000;

/**
 * A failure of TLS. It stops nothing: a certificate that has run out is renewed, and the mailbox then goes on by itself.
 * A check tells a person of it. `undefined` when the error is of another kind.
 */
export function tlsVerdict(error: unknown, host: string, port: number): Unavailable | undefined {
  const codes = codesOf(error);
  const certificate = codes.find(code => certificateCodes.test(code));
  if (certificate !== undefined)
    return new Unavailable(
      'channel',
      'certificate',
      `The certificate of ${host} cannot be trusted (${certificate}). Check the host in the settings: it must be the name that the certificate is made out to. A company's own authority can be trusted by the operator with NODE_EXTRA_CA_CERTS.`,
      mendedWithinMs,
    );
  const other = codes.find(code => otherTlsCodes.test(code));
  if (other === undefined) return undefined;
  // Also how a server sounds that is just being restarted.
  return new Unavailable(
    'channel',
    'no_tls',
    `The mail server ${host} does not speak TLS at port ${port} (${other}). Check port and "secure" in the settings: 993 and 465 are secure from the start, 143 and 587 are not.`,
  );
}

export function noTls(host: string, port: number): Unavailable {
  return new Unavailable(
    'channel',
    'no_tls',
    `The mail server ${host} offers no encryption at port ${port}, and a password is never sent without. Use a port with TLS: 993 for IMAP, 465 for SMTP.`,
    mendedWithinMs,
  );
}

/** The server takes no mail from this machine, whoever signs in. */
export function noEntry(host: string, said: string): Unavailable {
  return new Unavailable(
    'channel',
    'no_entry',
    `The mail server ${host} lets nobody send from here. Ask its operator to allow this server's address.${said}`,
    mendedWithinMs,
  );
}

const codesForAPerson: ReadonlySet<string> = new Set(['certificate', 'no_tls', 'no_entry']);

/** Tried again by itself, and still not mended by itself as a rule: somebody should know. */
export function isForAPerson({ code }: Unavailable): boolean {
  return codesForAPerson.has(code);
}

export function notReached(host: string, error: unknown): Unavailable {
  const code = codesOf(error)[0] ?? 'no_answer';
  return new Unavailable(
    'channel',
    code,
    `The mail server ${host} cannot be reached at the moment (${code}).`,
  );
}

export function connectionLost(host: string): Unavailable {
  return new Unavailable('channel', 'connection_lost', `The mail server ${host} has ended the connection.`);
}
