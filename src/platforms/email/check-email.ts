import type { ImapFlow } from 'imapflow';
import { type ChannelCheck, type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import { isForAPerson } from './connection-errors.ts';
import type { EmailSettings } from './email-settings.ts';
import { withImap } from './imap-client.ts';
import { authservIdsIn } from './mail-head.ts';
import { findFolder, openFolder } from './pull-email.ts';
import { connectSmtp, disconnectSmtp } from './smtp-client.ts';

type Facts = NonNullable<ChannelCheck['facts']>;

const nearlyFull = 0.95;

/** Signs in at both servers. Never throws. */
export async function checkEmail(settings: EmailSettings, io: PlatformIo): Promise<ChannelCheck> {
  const { address, name } = settings;
  const accountName = name === undefined ? address : `${name} <${address}>`;
  try {
    const { facts, quotaUsed } = await withImap(settings, io, client => readMailbox(client, settings));
    await disconnectSmtp(await connectSmtp(settings, io));
    const isNearlyFull = quotaUsed !== undefined && quotaUsed >= nearlyFull;
    return {
      health: isNearlyFull ? 'warning' : 'ok',
      message: isNearlyFull
        ? 'The mailbox is nearly full. Delete what is no longer needed, or mail to it will be refused.'
        : null,
      accountName,
      facts,
    };
  } catch (error) {
    return { ...stateOf(error), accountName };
  }
}

function stateOf(error: unknown): Pick<ChannelCheck, 'health' | 'message'> {
  if (error instanceof Rejected)
    return { health: error.scope === 'reauthorise' ? 'reauthorise' : 'stopped', message: error.message };
  if (!(error instanceof Unavailable))
    return { health: 'unknown', message: 'The mail server could not be asked.' };
  // A stop would silence a mailbox that works again as soon as its server does.
  return { health: isForAPerson(error) ? 'warning' : 'unknown', message: error.message };
}

async function readMailbox(
  client: ImapFlow,
  settings: EmailSettings,
): Promise<{ readonly facts: Facts; readonly quotaUsed: number | undefined }> {
  const inbox = (await findFolder(client, 'inbox', settings)) ?? 'INBOX';
  const sent = await findFolder(client, 'sent', settings);
  const quota = (await client.getQuota(inbox).catch(() => false as const)) || undefined;
  const { usage, limit } = quota?.storage ?? {};
  const quotaUsed = usage !== undefined && limit ? usage / limit : undefined;
  if (sent !== undefined) await openFolder(client, sent, settings);
  await openFolder(client, inbox, settings);
  const names = await resultsIn(client);
  return {
    quotaUsed,
    facts: [
      { name: 'Inbox', value: inbox },
      { name: 'Sent mail', value: sent ?? 'The server has no folder for it.' },
      ...(quotaUsed === undefined ? [] : [{ name: 'Used', value: `${Math.round(quotaUsed * 100)} %` }]),
      { name: 'Senders are checked by', value: checkedBy(settings.authservId, names) },
    ],
  };
}

/** Under which names the newest mail was checked. */
async function resultsIn(client: ImapFlow): Promise<readonly string[]> {
  if (client.mailbox === false || client.mailbox.exists === 0) return [];
  const newest = await client.fetchOne('*', { headers: ['authentication-results'] });
  const head = newest ? newest.headers : undefined;
  return head === undefined ? [] : authservIdsIn(head.toString('latin1'));
}

function checkedBy(authservId: string | undefined, seen: readonly string[]): string {
  if (authservId !== undefined)
    return seen.length === 0 || seen.includes(authservId.toLowerCase())
      ? authservId
      : `${authservId}; but the newest mail has results of ${seen.join(', ')}`;
  return seen.length === 0
    ? 'Nobody: set "authservId" when your mail server writes Authentication-Results.'
    : `Nobody: set "authservId". The newest mail has results of ${seen.join(', ')}.`;
}
