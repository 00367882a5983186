import type { FetchMessageObject, FetchQueryObject, ImapFlow } from 'imapflow';
import { Unavailable } from '../adapter.ts';
import type { MailServer } from './email-settings.ts';
import { isRefusal, verdictOfImap } from './imap-errors.ts';

/** A folder that is open, and the server that it is of. */
export interface OpenFolder {
  readonly client: ImapFlow;
  readonly server: MailServer;
}

/** What came of asking for one mail. */
export type Asked =
  | { readonly mail: FetchMessageObject }
  | 'gone'
  /** The server lists it, and gives nothing of it; `refusal` when it says that it does not. */
  | { readonly refusal: Unavailable | undefined };

const attempts = 2;

/**
 * Asks for one mail alone, once more when it is not given: a server may only have been late. `field` is what has to come.
 * Throws Rejected or Unavailable when the server is not fit to be asked.
 */
export async function askForMail(
  { client, server }: OpenFolder,
  uid: number,
  field: 'source' | 'headers' | 'bodyParts',
  query: FetchQueryObject,
): Promise<Asked> {
  let refusal: Unavailable | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await client
      .fetchAll(String(uid), { uid: true, ...query }, { uid: true })
      .catch((error: unknown) => {
        const verdict = verdictOfImap(error, server);
        if (!isRefusal(verdict)) throw verdict;
        refusal = verdict;
        return [];
      });
    // Servers tell of other mails meanwhile, and of new marks.
    const mail = found.find(each => each.uid === uid && each[field] !== undefined);
    if (mail !== undefined) return { mail };
    if ((await thoseThere(client, [uid])).length === 0) return 'gone';
  }
  return { refusal };
}

/** Which of them the folder has. A connection that breaks may look as if it were empty: then it throws Unavailable. */
export async function thoseThere(client: ImapFlow, uids: readonly number[]): Promise<readonly number[]> {
  if (uids.length === 0) return [];
  const present = await client.search({ uid: uids.join(',') }, { uid: true });
  if (!Array.isArray(present))
    throw new Unavailable('channel', 'search_failed', 'The mail server could not say which mails it has.');
  return uids.filter(uid => present.includes(uid));
}
