import type { ImapFlow } from 'imapflow';
import type { LineHost, OpenLine, PlatformIo } from '../adapter.ts';
import { connectionLost } from './connection-errors.ts';
import type { EmailSettings } from './email-settings.ts';
import { connectImap, disconnectImap } from './imap-client.ts';
import { verdictOfImap } from './imap-errors.ts';
import { findFolder, openFolder } from './pull-email.ts';

/** Servers forget to tell of new mail now and then; asked, they do. Also well within the half hour that IDLE may last. */
const askEveryMs = 60_000;

/** Listens to the inbox (IDLE) and rings for what comes. Throws Rejected or Unavailable. */
export async function openEmailLine(
  settings: EmailSettings,
  io: PlatformIo,
  host: LineHost,
): Promise<OpenLine> {
  const client = await connectImap(settings, io, { isLine: true });
  try {
    await openFolder(client, (await findFolder(client, 'inbox', settings)) ?? 'INBOX', settings);
  } catch (error) {
    await disconnectImap(client);
    throw verdictOfImap(error, settings.imap);
  }
  return listen(client, settings, host);
}

function listen(client: ImapFlow, { imap }: EmailSettings, host: LineHost): OpenLine {
  let isClosing = false;
  let fail: (error: unknown) => void = () => undefined;
  let finish: () => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  // Whoever holds the line hears of it there.
  ended.catch(() => undefined);
  const timer = setInterval(() => client.noop().catch(lose), askEveryMs);

  function lose(error: unknown): void {
    clearInterval(timer);
    if (!isClosing) fail(error);
    client.close();
  }
  /** What the host throws says that the line is another's by now: everything ends. */
  const tellHost = (told: Promise<void>) => void told.catch(lose);

  client.on('exists', () => tellHost(host.ring('inbox')));
  client.on('error', error => lose(verdictOfImap(error, imap)));
  client.on('close', () => lose(connectionLost(imap.host)));
  tellHost(host.tell({ health: 'ok', message: null }));
  // What came while nobody listened.
  tellHost(host.ring('inbox'));
  return {
    ended,
    close: async () => {
      isClosing = true;
      clearInterval(timer);
      await disconnectImap(client);
      finish();
    },
  };
}
