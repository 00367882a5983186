import { createHash } from 'node:crypto';
import { type PlatformIo, type Pulled, Rejected } from '../adapter.ts';
import { identifierOf, type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../json.ts';
import { callGraph, isTokenEnded } from '../meta/graph-account.ts';
import { whatsappVerdicts } from './whatsapp-errors.ts';
import { numberUrl } from './whatsapp-request.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

/** Seconds since 1970, the number of the page, and where it begins. */
const history = /^history:(\d{1,12}):(\d{1,4})(?::([\w=+/-]{1,500}))?$/;
const pageSize = 100;
/** A list that never ends has an end here. */
const lastPage = 1000;
const fields = 'id,message_id,events{id,delivery_status,timestamp,error_description}';

/** What became of our messages since then; WhatsApp keeps no messages of customers to be asked for. */
export function recallWhatsApp(since: Date): readonly string[] {
  return [`history:${Math.floor(since.getTime() / 1000)}:1`];
}

/** A page of the number's history as the statuses of a webhook. Throws Rejected or Unavailable. */
export async function pullWhatsApp(
  what: string,
  settings: WhatsAppSettings,
  io: PlatformIo,
): Promise<Pulled> {
  const [, seconds, page, after] = history.exec(what) ?? [];
  if (seconds === undefined)
    throw new Rejected('message', 'unknown_pull', 'This is nothing that can be fetched from WhatsApp.');
  const query = new URLSearchParams({
    fields,
    limit: String(pageSize),
    ...(after !== undefined && { after }),
  });
  const access = { io, receiver: 'WhatsApp', verdicts: whatsappVerdicts, token: settings.accessToken };
  const url = `${numberUrl(settings, io)}/message_history?${query}`;
  const answer = await callGraph(access, 'GET', url).catch(asRefusedHistory);
  const since = Number(seconds);
  const entries = objectsOf(answer.data);
  const statuses = entries.flatMap(entry => statusesOf(entry, since));
  const { cursors, next } = objectOf(answer.paging);
  const cursor = textOf(objectOf(cursors).after);
  // The newest first: a page with nothing of that time is followed by older ones.
  const hasMore = next !== undefined && statuses.length > 0 && Number(page) < lastPage;
  const following = `history:${seconds}:${Number(page) + 1}:${cursor}`;
  return {
    bodies: bodiesOf(statuses, settings),
    ...(hasMore && cursor !== undefined && history.test(following) ? { next: following } : {}),
  };
}

/** A token may send without being allowed to look back: only one that has ended is the channel's fault. */
function asRefusedHistory(error: unknown): never {
  if (!(error instanceof Rejected) || isTokenEnded(error)) throw error;
  throw new Rejected(
    'message',
    error.code,
    `WhatsApp does not tell what became of earlier messages. ${error.message}`,
  );
}

const statusWords: Readonly<Record<string, string>> = {
  SENT: 'sent',
  DELIVERED: 'delivered',
  READ: 'read',
  FAILED: 'failed',
};

function statusesOf(entry: JsonObject, since: number): object[] {
  const id = identifierOf(entry.message_id);
  if (id === undefined) return [];
  return objectsOf(objectOf(entry.events).data).flatMap(event => {
    const status = statusWords[textOf(event.delivery_status) ?? ''];
    const at = numberOf(event.timestamp);
    if (status === undefined || at === undefined || at < since) return [];
    // Words without a code: one that we made up would be taken for WhatsApp's.
    const title = textOf(event.error_description);
    return [{ id, status, timestamp: String(at), ...(title !== undefined && { errors: [{ title }] }) }];
  });
}

function bodiesOf(statuses: readonly object[], settings: WhatsAppSettings): Pulled['bodies'] {
  if (statuses.length === 0) return [];
  const { phoneNumberId, businessAccountId } = settings;
  const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: phoneNumberId }, statuses };
  const entry = [{ id: businessAccountId, changes: [{ field: 'messages', value }] }];
  const body = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }));
  return [{ key: `whatsapp:history:${createHash('sha256').update(body).digest('hex')}`, body }];
}
