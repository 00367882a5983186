import { type PlatformIo, type Pulled, Rejected } from '../adapter.ts';
import { type JsonObject, objectOf, objectsOf, textOf } from '../json.ts';
import { hashOf, instantOf, pathPartOf, pulledBody } from './tidio-payload.ts';
import { nameOfList, nameOfThing, readPull, type TidioPull } from './tidio-pulls.ts';
import { askTidioFor } from './tidio-request.ts';
import type { TidioSettings } from './tidio-settings.ts';

/** A list that never ends has an end here. */
const lastPage = 1000;
/** Of a long chat its end: the rest was fetched before. */
const mostMessages = 200;

/** Tidio lists contacts by when they came, and all tickets; what happened in an older contact's chat it does not say. */
export function recallTidio(since: Date): readonly string[] {
  const time = since.getTime();
  return [nameOfList('tickets', time, 1), nameOfList('contacts', time, 1)];
}

/** Throws Rejected or Unavailable. */
export async function pullTidio(what: string, settings: TidioSettings, io: PlatformIo): Promise<Pulled> {
  const pull = readPull(what);
  if (pull === undefined)
    throw new Rejected('message', 'unknown_pull', 'This is nothing that can be fetched from Tidio.');
  switch (pull.kind) {
    case 'contact':
      return pullContact(pull, settings, io);
    case 'ticket':
      return pullTicket(pull, settings, io);
    case 'contacts':
    case 'tickets':
      return pullList(pull, settings, io);
  }
}

type Thing = Extract<TidioPull, { id: string }>;
type List = Extract<TidioPull, { page: number }>;

async function pullContact({ id, since }: Thing, settings: TidioSettings, io: PlatformIo): Promise<Pulled> {
  const answer = await askTidioFor(`/contacts/${id}/messages`, settings, io);
  const messages = newestOf(objectsOf(answer?.messages));
  if (messages.length === 0) return { bodies: [] };
  const contact = await aboutContact(id, settings, io);
  return bodyOf(settings, nameOfThing('contact', id), { ...sinceOf(since), contact, messages });
}

async function pullTicket({ id, since }: Thing, settings: TidioSettings, io: PlatformIo): Promise<Pulled> {
  const answer = await askTidioFor(`/tickets/${id}`, settings, io);
  const ticket = { ...answer, messages: newestOf(objectsOf(answer?.messages)) };
  const contactId = pathPartOf(answer?.contact_id);
  if (ticket.messages.length === 0 || contactId === undefined) return { bodies: [] };
  const contact = await aboutContact(contactId, settings, io);
  return bodyOf(settings, nameOfThing('ticket', id), { ...sinceOf(since), contact, ticket });
}

/** Messages do not say whose they are by name. */
async function aboutContact(id: string, settings: TidioSettings, io: PlatformIo): Promise<JsonObject> {
  const about = objectOf(await askTidioFor(`/contacts/${id}`, settings, io));
  const names = ['first_name', 'last_name', 'email', 'phone', 'distinct_id'] as const;
  return { id, ...Object.fromEntries(names.map(name => [name, about[name] ?? null])) };
}

function newestOf(messages: readonly JsonObject[]): readonly JsonObject[] {
  const timeOf = ({ created_at: at }: JsonObject) => instantOf(at)?.getTime() ?? 0;
  return [...messages].sort((one, other) => timeOf(one) - timeOf(other)).slice(-mostMessages);
}

async function pullList(
  { kind, since, page, cursor }: List,
  settings: TidioSettings,
  io: PlatformIo,
): Promise<Pulled> {
  const query = cursor === undefined ? '' : `?${new URLSearchParams({ cursor })}`;
  const answer = objectOf(await askTidioFor(`/${kind}${query}`, settings, io));
  const listed = objectsOf(answer[kind]);
  const wanted = listed.filter(kind === 'tickets' ? isOpenOrSince(since) : isSince(since));
  const items = wanted.flatMap(({ id }) => (pathPartOf(id) === undefined ? [] : [{ id }]));
  const after = textOf(objectOf(answer.meta).cursor);
  const hasMore =
    listed.length > 0 && after !== undefined && after !== cursor && after.length <= 500 && page < lastPage;
  return {
    ...(items.length === 0 ? { bodies: [] } : bodyOf(settings, kind, { since, items })),
    ...(hasMore ? { next: nameOfList(kind, since, page + 1, after) } : {}),
  };
}

const isSince = (since: number) => (item: JsonObject) =>
  [item.updated_at, item.created_at].some(at => (instantOf(at)?.getTime() ?? -1) >= since);

/** Where a ticket does not say when something last happened in it, an open one may have been answered. */
const isOpenOrSince = (since: number) => (ticket: JsonObject) =>
  isSince(since)(ticket) || (instantOf(ticket.updated_at) === undefined && ticket.status !== 'solved');

function sinceOf(since: number | undefined): object {
  return since === undefined ? {} : { since };
}

function bodyOf({ projectPublicKey }: TidioSettings, pulled: string, content: object): Pulled {
  const body = pulledBody(projectPublicKey, pulled, content);
  return { bodies: [{ key: `tidio:pulled:${hashOf(body)}`, body }] };
}
