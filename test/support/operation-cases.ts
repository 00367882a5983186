import { z } from 'zod';
import type { Operation } from '../../src/contract/operation.ts';

/** What an id names. `chat` is a conversation as visitors know it: by its public id. */
export type Kind =
  | 'user'
  | 'team'
  | 'tag'
  | 'channel'
  | 'customer'
  | 'conversation'
  | 'message'
  | 'attachment'
  | 'chat'
  | 'externalMessage';
export type Ids = Readonly<Record<Kind, number | string>>;
export interface Input {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}
export interface OwnThings {
  readonly ids: Ids;
  /** An outbound message that may be tried again. */
  readonly failedMessage: number;
  /** Something of its own to be deleted. */
  readonly spareChannel: number;
  readonly spareTag: number;
  /** Of a platform that can be asked for what was said before. */
  readonly recallableChannel: number;
  /** Used through a device. */
  readonly pairedChannel: number;
  /** An address of a picture, and what lets one fetch it as a part of the message. */
  readonly picture: { readonly url: string; readonly token: string };
  /** Opens its own attachment. */
  readonly attachmentToken: string;
  readonly email: string;
  readonly password: string;
  readonly refreshToken: string;
  readonly widgetKey: string;
}

/** The body (and what differs from its own ids in the path) with which each operation succeeds. */
export const operationCases: Readonly<Record<string, (own: OwnThings) => Input>> = {
  login: own => ({
    query: { cookie: '0' },
    body: { tenant: 'acme', email: own.email, password: own.password },
  }),
  refresh: own => ({ query: { cookie: '0' }, body: { refreshToken: own.refreshToken } }),
  logout: () => ({ body: {} }),
  me: () => ({}),
  changePassword: own => ({
    query: { cookie: '0' },
    body: { currentPassword: own.password, newPassword: `${own.password} anew` },
  }),
  listUsers: () => ({}),
  createUser: () => ({
    body: { name: 'Nora New', email: 'nora@acme.test', password: 'long enough for us', teamIds: [] },
  }),
  updateUser: () => ({ body: { name: 'Una Updated' } }),
  listTeams: () => ({}),
  listCustomers: () => ({}),
  getCustomer: () => ({}),
  listCustomerConversations: () => ({}),
  listConversations: () => ({}),
  countConversations: () => ({}),
  getConversation: () => ({}),
  updateConversation: () => ({ body: { priority: 'high' } }),
  assignConversation: own => ({ body: { userId: own.ids.user } }),
  markConversationRead: own => ({ body: { lastMessageId: own.ids.message } }),
  listNotes: () => ({}),
  createNote: own => ({ body: { content: 'Mind the gap.', mentions: [own.ids.user] } }),
  setConversationTags: own => ({ body: { tagIds: [own.ids.tag] } }),
  listTags: () => ({}),
  createTag: () => ({ body: { name: 'brand new' } }),
  deleteTag: own => ({ params: { id: own.spareTag } }),
  listMessages: () => ({}),
  sendMessage: own => ({ body: { content: 'Hello back', replyToId: own.ids.message } }),
  retryMessage: own => ({ params: { id: own.failedMessage } }),
  reactToMessage: () => ({ body: { emoji: '👍' } }),
  uploadAttachment: () => ({ body: formWithFile() }),
  getMessageLayout: () => ({}),
  getMessagePicture: own => ({ query: own.picture }),
  getAttachment: own => ({ query: { token: own.attachmentToken } }),
  getChannelHealth: () => ({}),
  checkChannel: () => ({}),
  listTemplates: () => ({}),
  syncTemplates: () => ({}),
  getChannelPairing: own => ({ params: { id: own.pairedChannel } }),
  pairChannel: own => ({ params: { id: own.pairedChannel }, body: {} }),
  recallChannel: own => ({
    params: { id: own.recallableChannel },
    body: { since: '2026-01-01T00:00:00.000Z' },
  }),
  listChannels: () => ({}),
  getChannel: () => ({}),
  createChannel: () => ({ body: { platform: 'api', name: 'More orders', settings: {} } }),
  updateChannel: () => ({ body: { name: 'Renamed' } }),
  deleteChannel: own => ({ params: { id: own.spareChannel } }),
  listEvents: () => ({}),
  initVisitor: own => ({ body: { apiKey: own.widgetKey, sessionId: 'session-of-a-visitor' } }),
  startChat: () => ({ body: { initialMessage: 'Is anybody there?' } }),
  sendExternalMessage: () => ({ body: { content: 'One thing more' } }),
  listExternalMessages: () => ({}),
};

function formWithFile(): FormData {
  const form = new FormData();
  form.append('file', new Blob(['words'], { type: 'text/plain' }), 'words.txt');
  return form;
}

const kindOfPath: Readonly<Record<string, Kind>> = {
  users: 'user',
  customers: 'customer',
  conversations: 'conversation',
  messages: 'message',
  attachments: 'attachment',
  channels: 'channel',
  tags: 'tag',
  external: 'chat',
};
/** `undefined`: made by the caller, names nothing that exists. */
const kindOfName: Readonly<Record<string, Kind | undefined>> = {
  userId: 'user',
  assignee: 'user',
  mentions: 'user',
  teamId: 'team',
  teamIds: 'team',
  team: 'team',
  tagIds: 'tag',
  tag: 'tag',
  channel: 'channel',
  customer: 'customer',
  attachments: 'attachment',
  lastMessageId: 'message',
  replyToId: 'message',
  before: 'message',
  after: 'message',
  clientId: undefined,
};

export interface IdParameter {
  readonly place: 'path' | 'query' | 'body';
  readonly name: string;
  readonly kind: Kind;
  readonly isList: boolean;
}

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
}

function isId(schema: Schema): boolean {
  if (schema.anyOf) return schema.anyOf.some(isId);
  return schema.format === 'uuid' || (schema.type === 'integer' && schema.exclusiveMinimum === 0);
}

/** Every place where an operation takes an id, from its schemas. Throws at an id that it cannot place. */
export function idParametersOf(operation: Operation): IdParameter[] {
  const found: IdParameter[] = [];
  const look = (place: IdParameter['place'], schema: Schema) => {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isList = property.items !== undefined && isId(property.items);
      if (!isList && !isId(property)) continue;
      if (place !== 'path' && !(name in kindOfName))
        throw new Error(`${operation.id}: what does ${name} name? Add it to kindOfName.`);
      const section = operation.path.split('/')[1] ?? '';
      const kind = place === 'path' ? kindOfPath[section] : kindOfName[name];
      if (place === 'path' && !kind)
        throw new Error(`${operation.id}: what does its id name? Add ${section} to kindOfPath.`);
      if (kind)
        found.push({
          place,
          name,
          isList,
          kind: property.format === 'uuid' && place === 'query' ? 'externalMessage' : kind,
        });
    }
  };
  look('path', jsonSchema(operation.params, 'output'));
  look('query', jsonSchema(operation.query, 'output'));
  look('body', jsonSchema(operation.body, 'input'));
  return found;
}

/** The input of a call that succeeds: the case, with its own ids in the path. Throws when an operation has no case. */
export function inputOf(operation: Operation, own: OwnThings): Required<Input> {
  const given = operationCases[operation.id];
  if (!given) throw new Error(`${operation.id} has no case. Add one to operation-cases.ts.`);
  const { params = {}, query = {}, body } = given(own);
  const ids = idParametersOf(operation).filter(parameter => parameter.place === 'path');
  return {
    params: { ...Object.fromEntries(ids.map(({ name, kind }) => [name, own.ids[kind]])), ...params },
    query,
    body,
  };
}

/** The same input with one id in it replaced. */
export function withId(input: Required<Input>, parameter: IdParameter, id: number | string): Required<Input> {
  const value = parameter.isList ? [id] : id;
  if (parameter.place === 'path') return { ...input, params: { ...input.params, [parameter.name]: value } };
  if (parameter.place === 'query') return { ...input, query: { ...input.query, [parameter.name]: value } };
  return { ...input, body: { ...(input.body as object), [parameter.name]: value } };
}

export function pathOf(operation: Operation, { params, query }: Required<Input>): string {
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return search.size > 0 ? `${path}?${search}` : path;
}
