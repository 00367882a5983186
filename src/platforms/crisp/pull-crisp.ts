import { type PlatformIo, type Pulled, Rejected } from '../adapter.ts';
import { type JsonObject, numberOf } from '../json.ts';
import { conversationsPage, hashOf, messagesPage, messagesSince, pullTime } from './crisp-payload.ts';
import { askCrispForList } from './crisp-request.ts';
import type { CrispSettings } from './crisp-settings.ts';

/** Times are milliseconds since 1970. */
const conversations = /^conversations:(\d{1,4}):(\d{1,15})$/;
const messages = /^messages:([\w-]{1,128}):(\d{1,15})(?::(\d{1,15}))?$/;

const largestPage = 50;
/** No website has more conversations in one outage; a list that never ends has an end here. */
const lastPage = 1000;

/** The conversations in which something happened since then; each of them is asked for its messages. */
export function recallCrisp(since: Date): readonly string[] {
  return [`conversations:1:${pullTime(since.getTime())}`];
}

/** Throws Rejected or Unavailable. */
export async function pullCrisp(what: string, settings: CrispSettings, io: PlatformIo): Promise<Pulled> {
  const [, page, changedSince] = conversations.exec(what) ?? [];
  if (page !== undefined) return pullConversations(Number(page), Number(changedSince), settings, io);
  const [, session, since, before] = messages.exec(what) ?? [];
  if (session !== undefined)
    return pullMessages(
      session,
      Number(since),
      before === undefined ? undefined : Number(before),
      settings,
      io,
    );
  throw new Rejected('message', 'unknown_pull', 'This is nothing that can be fetched from Crisp.');
}

/** The newest first, so that the rest is older once one is. */
async function pullConversations(
  page: number,
  since: number,
  settings: CrispSettings,
  io: PlatformIo,
): Promise<Pulled> {
  const query = new URLSearchParams({
    per_page: String(largestPage),
    order_date_updated: '1',
    filter_date_start: new Date(since).toISOString(),
  });
  const list = await askCrispForList(`/conversations/${page}?${query}`, settings, io);
  const isRecent = ({ updated_at: at }: JsonObject) => (numberOf(at) ?? since) >= since;
  const recent = list.filter(isRecent).map(pick('session_id', 'updated_at'));
  const hasMore = list.length > 0 && recent.length === list.length && page < lastPage;
  return {
    bodies: bodiesOf(recent, () => conversationsPage(settings.websiteId, since, recent)),
    ...(hasMore ? { next: `conversations:${page + 1}:${since}` } : {}),
  };
}

/** Crisp gives a page of messages before a time, the newest of them when there is none. */
async function pullMessages(
  session: string,
  since: number,
  before: number | undefined,
  settings: CrispSettings,
  io: PlatformIo,
): Promise<Pulled> {
  const query = before === undefined ? '' : `?timestamp_before=${before}`;
  const list = await askCrispForList(`/conversation/${session}/messages${query}`, settings, io).catch(
    error => {
      // A conversation that was deleted there has nothing to give.
      if (error instanceof Rejected && error.scope === 'message') return [];
      throw error;
    },
  );
  const isRecent = ({ timestamp }: JsonObject) => (numberOf(timestamp) ?? since) >= since;
  const recent = list.filter(isRecent);
  const oldest = Math.floor(
    Math.min(...list.map(({ timestamp }) => numberOf(timestamp) ?? Number.POSITIVE_INFINITY)),
  );
  const hasMore = oldest > since && oldest < (before ?? Number.POSITIVE_INFINITY);
  return {
    bodies: bodiesOf(recent, () => messagesPage(settings.websiteId, session, recent)),
    ...(hasMore ? { next: `${messagesSince(session, since)}:${pullTime(oldest)}` } : {}),
  };
}

function bodiesOf(content: readonly JsonObject[], write: () => Buffer): Pulled['bodies'] {
  if (content.length === 0) return [];
  const body = write();
  return [{ key: `crisp:pulled:${hashOf(body)}`, body }];
}

function pick(...names: readonly string[]): (object: JsonObject) => JsonObject {
  return object =>
    Object.fromEntries(
      names.flatMap(name => {
        const value = object[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
}
