import { isIP } from 'node:net';
import { ImapFlow } from 'imapflow';
import { within } from '../../kit/within.ts';
import { type PlatformIo, Unavailable } from '../adapter.ts';
import { withAccessToken } from './email-oauth.ts';
import type { EmailSettings } from './email-settings.ts';
import { verdictOfImap } from './imap-errors.ts';
import { mailBounds } from './mail-envelope.ts';

const connectWithinMs = 15_000;
/** No answer for so long: the connection is dead. */
const signInWithinMs = 45_000;
const silenceMs = 60_000;
const lineSilenceMs = 150_000;
/** With the time to sign in shorter than a pull may take. */
const doneWithinMs = 90_000;
const sayGoodbyeWithinMs = 3000;

/** Loopback lines are nobody else's to read. */
export function isLoopback(address: string): boolean {
  return /^127\./.test(address) || address === '::1';
}

/** A connection that is signed in; whoever asked closes it. `isLine`: it listens. Throws Rejected or Unavailable. */
export async function connectImap(
  settings: EmailSettings,
  io: PlatformIo,
  { isLine = false } = {},
): Promise<ImapFlow> {
  const { host, port } = settings.imap;
  const address = await io.resolve(host, port);
  return withAccessToken(settings, io, accessToken => signIn(settings, address, accessToken, isLine));
}

async function signIn(
  { imap }: EmailSettings,
  address: string,
  accessToken: string | undefined,
  isLine: boolean,
): Promise<ImapFlow> {
  const { host, port, secure, user, password } = imap;
  const client = new ImapFlow({
    host: address,
    port,
    secure,
    // Insisted on: an attacker on the line could make a server look as if it had none.
    ...(secure ? {} : { doSTARTTLS: !isLoopback(address) }),
    ...(isIP(host) === 0 && { servername: host }),
    auth: { user, ...(accessToken === undefined ? { pass: password } : { accessToken }) },
    tls: { minVersion: 'TLSv1.2' },
    clientInfo: { name: 'Concierge' },
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: isLine ? lineSilenceMs : silenceMs,
    disableAutoIdle: !isLine,
    autoIdleDelay: 200,
    maxLineLength: 2 * 1024 * 1024,
    // Some servers say less than a mail then has.
    maxLiteralSize: 2 * mailBounds.bytes,
    maxResponseSize: 2 * mailBounds.bytes + 4 * 1024 * 1024,
    logger: false,
  });
  // Without a listener it would end the process; whoever waits hears of it as well.
  client.on('error', () => undefined);
  try {
    await within(signInWithinMs, client.connect());
    return client;
  } catch (error) {
    client.close();
    throw verdictOfImap(error, imap);
  }
}

/** Never throws. */
export async function disconnectImap(client: ImapFlow): Promise<void> {
  const timer = setTimeout(() => client.close(), sayGoodbyeWithinMs);
  await client.logout().catch(() => undefined);
  clearTimeout(timer);
  client.close();
}

/** Signs in, does something, and leaves, whatever happens. Throws Rejected or Unavailable. */
export async function withImap<Result>(
  settings: EmailSettings,
  io: PlatformIo,
  use: (client: ImapFlow) => Promise<Result>,
): Promise<Result> {
  const client = await connectImap(settings, io);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    client.close();
  }, doneWithinMs);
  try {
    return await use(client);
  } catch (error) {
    if (isLate)
      throw new Unavailable(
        'channel',
        'too_slow',
        'The mail server takes too long. It is tried again later.',
      );
    throw verdictOfImap(error, settings.imap);
  } finally {
    clearTimeout(timer);
    await disconnectImap(client);
  }
}
