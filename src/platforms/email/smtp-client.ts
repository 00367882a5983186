import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import type { PlatformIo } from '../adapter.ts';
import { domainOf } from './email-address.ts';
import { withAccessToken } from './email-oauth.ts';
import type { EmailSettings } from './email-settings.ts';
import { isLoopback } from './imap-client.ts';
import { verdictOfSmtp } from './smtp-errors.ts';

const connectWithinMs = 15_000;
const signInWithinMs = 45_000;
const silenceMs = 60_000;
const sayGoodbyeWithinMs = 2000;

/** A connection that is signed in; whoever asked closes it. Throws Rejected or Unavailable. */
export async function connectSmtp(settings: EmailSettings, io: PlatformIo): Promise<SMTPConnection> {
  const { host, port } = settings.smtp;
  const address = await io.resolve(host, port);
  return withAccessToken(settings, io, accessToken => signIn(settings, address, accessToken));
}

async function signIn(
  { smtp, address: own }: EmailSettings,
  address: string,
  accessToken: string | undefined,
): Promise<SMTPConnection> {
  const { host, port, secure, user, password } = smtp;
  const isOwnLine = !secure && isLoopback(address);
  const connection = new SMTPConnection({
    host: address,
    port,
    secure,
    // Insisted on: an attacker on the line could make a server look as if it had none.
    requireTLS: !secure && !isOwnLine,
    ignoreTLS: isOwnLine,
    ...(isIP(host) === 0 && { servername: host }),
    tls: { minVersion: 'TLSv1.2' },
    name: domainOf(own),
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: silenceMs,
    maxResponseSize: 64 * 1024,
  });
  // Without a listener it would end the process; whoever waits hears of it as well.
  connection.on('error', () => undefined);
  const timer = setTimeout(() => connection.close(), signInWithinMs);
  try {
    await until(connection, done => connection.connect(done));
    await until(connection, done =>
      accessToken === undefined
        ? connection.login({ user, pass: password ?? '', credentials: { user, pass: password ?? '' } }, done)
        : connection.login({ method: 'XOAUTH2', user, oauth2: new XOAuth2({ user, accessToken }) }, done),
    );
    return connection;
  } catch (error) {
    connection.close();
    throw verdictOfSmtp(error, smtp);
  } finally {
    clearTimeout(timer);
  }
}

/** Throws the error of the connection. */
export function transmit(
  connection: SMTPConnection,
  envelope: { readonly from: string; readonly to: readonly string[]; readonly size: number },
  mail: Readable,
): Promise<SMTPConnectionSendInfo> {
  return until(connection, done =>
    connection.send({ from: envelope.from, to: [...envelope.to], size: envelope.size }, mail, done),
  );
}

/** Never throws. */
export async function disconnectSmtp(connection: SMTPConnection): Promise<void> {
  if (connection.destroyed) return;
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, sayGoodbyeWithinMs);
    connection.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    connection.quit();
  });
  connection.close();
}

/** What a step comes to; a connection that is lost meanwhile does not answer by itself. */
function until<Result>(
  connection: SMTPConnection,
  start: (done: (error?: Error | null, result?: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null | undefined, result?: Result) => {
      connection.off('error', settle);
      connection.off('end', lost);
      if (error) reject(error);
      else resolve(result as Result);
    };
    const lost = () => settle(Object.assign(new Error('The connection has ended.'), { code: 'ECONNECTION' }));
    connection.on('error', settle);
    connection.on('end', lost);
    start(settle);
  });
}
