import { EventEmitter } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  ChatSummary,
  FetchedFile,
  OutgoingFile,
  OwnAccount,
  SessionClient,
} from '../../src/platforms/whatsapp_web/session-client.ts';

export const own = '351910000001';
export const ana = { phone: '351910000002@c.us', lid: '184000000000002@lid' };

export interface FakeMessage {
  readonly id: {
    readonly fromMe: boolean;
    readonly remote: string;
    readonly id: string;
    readonly _serialized: string;
  };
  readonly [field: string]: unknown;
}

/** A message as the library makes them. */
export function fakeMessage(id: string, fields: Readonly<Record<string, unknown>> = {}): FakeMessage {
  const { chat = ana.phone, fromMe = false, ...others } = fields;
  return {
    id: { fromMe: fromMe === true, remote: String(chat), id, _serialized: `${fromMe}_${chat}_${id}` },
    type: 'chat',
    body: `words of ${id}`,
    timestamp: Math.floor(Date.now() / 1000),
    from: fromMe === true ? `${own}@c.us` : chat,
    to: fromMe === true ? chat : `${own}@c.us`,
    fromMe,
    ack: fromMe === true ? 1 : 0,
    hasMedia: false,
    _data: { notifyName: 'Ana Reis', mediaKey: 'a secret', directPath: '/a/secret' },
    ...others,
  };
}

/** WhatsApp Web without a browser: it emits what the library emits, and answers what it is told to. */
export class FakeWebClient extends EventEmitter implements SessionClient {
  state: string | null = 'CONNECTED';
  probeFault: Error | undefined;
  initializeFault: string | undefined;
  directory: string | undefined;
  chatList: ChatSummary[] = [];
  readonly messagesByChat = new Map<string, FakeMessage[]>();
  readonly files = new Map<string, FetchedFile | undefined>();
  readonly sent: {
    readonly chatId: string;
    readonly text?: string;
    readonly file?: OutgoingFile;
    readonly quotedId: string | undefined;
  }[] = [];
  readonly reactions: { readonly messageId: string; readonly emoji: string }[] = [];
  readonly typing: string[] = [];
  registeredAs: string | undefined | null = null;
  /** How the next sends end; without it the message is made and told of, as WhatsApp Web does. */
  onSend: ((chatId: string) => Promise<unknown>) | undefined;
  isClosed = false;
  fetches = 0;
  probes = 0;
  #gone: (reason: string) => void = () => undefined;
  #next = 0;

  onGone(listener: (reason: string) => void): void {
    this.#gone = listener;
  }
  onBrowser(_listener: (pid: number) => void): void {}
  crash(): void {
    this.#gone('it has crashed.');
  }

  async initialize(): Promise<void> {
    if (this.initializeFault !== undefined) throw new Error(this.initializeFault);
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
  account(): OwnAccount {
    return { id: `${own}@c.us`, name: 'Bakery' };
  }
  async probe(): Promise<string | null> {
    this.probes++;
    if (this.probeFault) throw this.probeFault;
    return this.state;
  }
  async lidAndPhone(address: string): Promise<{ readonly lid?: string; readonly phone?: string }> {
    return address === ana.phone || address === ana.lid ? ana : {};
  }
  async registered(address: string): Promise<string | undefined> {
    return this.registeredAs === null ? address : this.registeredAs;
  }
  async chats(): Promise<readonly ChatSummary[]> {
    return this.chatList;
  }
  async chatName(chatId: string): Promise<string | undefined> {
    return this.chatList.find(({ id }) => id === chatId)?.name;
  }
  async messages(chatId: string, limit: number): Promise<readonly FakeMessage[]> {
    return (this.messagesByChat.get(chatId) ?? []).slice(-limit);
  }
  async hasMessage(id: string): Promise<boolean> {
    return [...this.messagesByChat.values()].flat().some(message => message.id._serialized === id);
  }
  async showTyping(chatId: string): Promise<void> {
    this.typing.push(chatId);
  }
  sendText(chatId: string, text: string, quotedId: string | undefined): Promise<unknown> {
    this.sent.push({ chatId, text, quotedId });
    return this.#make(chatId, { body: text });
  }
  sendFile(chatId: string, file: OutgoingFile, quotedId: string | undefined): Promise<unknown> {
    this.sent.push({ chatId, file, quotedId });
    return this.#make(chatId, { type: file.kind, body: file.caption ?? '' });
  }
  async react(messageId: string, emoji: string): Promise<void> {
    this.reactions.push({ messageId, emoji });
  }
  async fetchFile(message: unknown): Promise<FetchedFile | undefined> {
    this.fetches++;
    return this.files.get((message as FakeMessage).id.id);
  }

  /** The library tells of the message before the call that sent it has its answer. */
  async #make(chatId: string, fields: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.onSend) return this.onSend(chatId);
    const message = fakeMessage(this.nextOwnId(), { chat: chatId, fromMe: true, ...fields });
    this.emit('message_create', message);
    return message;
  }
  nextOwnId(): string {
    return `3EB0${String(this.#next++).padStart(16, '0')}`;
  }

  ready(): void {
    this.emit('authenticated');
    this.emit('ready');
  }

  /** Writes a profile as a browser does: `mark` tells one from another. */
  async writeProfile(directory: string, mark: string): Promise<void> {
    const folder = join(directory, 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb');
    await mkdir(folder, { recursive: true });
    await mkdir(join(directory, 'Default/Local Storage/leveldb'), { recursive: true });
    await writeFile(join(folder, '000003.log'), mark.repeat(50));
    await writeFile(join(folder, 'CURRENT'), 'MANIFEST-000001\n');
    await writeFile(join(folder, 'LOCK'), '');
    await writeFile(join(directory, 'Default/Local Storage/leveldb/000003.log'), `storage of ${mark}`);
    await writeFile(join(directory, 'Default/Cookies'), 'not kept');
  }
}
