import WhatsAppWeb, { type Client as LibraryClient, type Message } from 'whatsapp-web.js';
import { within } from '../../kit/within.ts';
import { fetchInPieces, type Page } from './fetch-in-pieces.ts';
import { plain } from './library-object.ts';
import type { ChatSummary, FetchedFile, OutgoingFile, OwnAccount, SessionClient } from './session-client.ts';
import { messageOf } from './session-faults.ts';
import { addressOf, addressText } from './web-address.ts';

const { Client, MessageMedia } = WhatsAppWeb;

export interface WebClientOptions {
  readonly directory: string;
  readonly browser: { readonly path: string; readonly args: readonly string[] };
  /** A folder with pages of WhatsApp Web by version, and the version that is opened instead of the present one. */
  readonly page?: { readonly folder: string; readonly version: string };
  /** How long the library waits for the page to be WhatsApp Web. */
  readonly pageWithinMs?: number;
}

const ownArgs = [
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-gpu',
  '--disable-sync',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--mute-audio',
  '--renderer-process-limit=2',
  // A page that leaks ends by itself, and is opened again from what was saved.
  '--js-flags=--max-old-space-size=1024',
  '--disk-cache-size=52428800',
] as const;
const oneAnswerWithinMs = 5 * 60_000;

/** WhatsApp Web by whatsapp-web.js, in a browser of its own. */
export function createWebClient(options: WebClientOptions): SessionClient {
  return new WebClient(options);
}

class WebClient implements SessionClient {
  readonly #library: LibraryClient;
  #browserPid: number | undefined;
  #tellGone: (reason: string) => void = () => undefined;
  #tellBrowser: (pid: number) => void = () => undefined;
  #isClosed = false;

  constructor(options: WebClientOptions) {
    const { page, pageWithinMs = 60_000 } = options;
    // As root the browser does not start otherwise; for anybody else the sandbox stays.
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    this.#library = new Client({
      authStrategy: this.#strategy(),
      authTimeoutMs: pageWithinMs,
      ...(page
        ? { webVersion: page.version, webVersionCache: { type: 'local', path: page.folder, strict: true } }
        : { webVersionCache: { type: 'none' } }),
      puppeteer: {
        executablePath: options.browser.path,
        userDataDir: options.directory,
        args: [...ownArgs, ...options.browser.args, ...sandbox],
        headless: true,
        // A browser that is spoken to by a pipe ends when the pipe does: also when this process is killed.
        pipe: true,
        protocolTimeout: oneAnswerWithinMs,
        // This process decides when the browser ends, and is told by its line.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      },
    });
  }

  on(event: string, listener: (...args: unknown[]) => void): void {
    (this.#library as NodeJS.EventEmitter).on(event, listener);
  }
  onGone(listener: (reason: string) => void): void {
    this.#tellGone = listener;
  }
  onBrowser(listener: (pid: number) => void): void {
    this.#tellBrowser = listener;
  }

  async initialize(): Promise<void> {
    try {
      await this.#library.initialize();
    } catch (error) {
      throw new Error(startFault(messageOf(error), this.#browserPid !== undefined));
    }
  }

  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    await within(withinMs, this.#library.destroy()).catch(() => undefined);
    this.#kill();
  }

  account(): OwnAccount | undefined {
    const info = plain(this.#library.info);
    const address = addressOf(info?.wid ?? null);
    if (address === undefined) return undefined;
    const { pushname } = this.#library.info;
    return { id: addressText(address), ...(pushname ? { name: pushname } : {}) };
  }

  async probe(): Promise<string | null> {
    const hears = await this.#page().evaluate(
      `typeof window.WWebJS === 'object' && typeof window.onAddMessageEvent === 'function'`,
    );
    if (hears !== true) throw new Error('the page tells nothing of messages any more');
    return this.#library.getState();
  }

  async lidAndPhone(address: string): Promise<{ readonly lid?: string; readonly phone?: string }> {
    const [found] = await this.#library.getContactLidAndPhone([address]);
    return { ...(found?.lid ? { lid: found.lid } : {}), ...(found?.pn ? { phone: found.pn } : {}) };
  }

  async registered(address: string): Promise<string | undefined> {
    const found = await this.#library.getNumberId(address);
    return found?._serialized;
  }

  /** Not by the library, which asks WhatsApp about every group for it. */
  async chats(): Promise<readonly ChatSummary[]> {
    return (await this.#page().evaluate(
      `window.require('WAWebCollections').Chat.getModelsArray().map(chat => ({
         id: chat.id._serialized, name: chat.formattedTitle, timestamp: chat.t ?? 0 }))`,
    )) as readonly ChatSummary[];
  }

  async chatName(chatId: string): Promise<string | undefined> {
    const name = await this.#page().evaluate(
      `window.require('WAWebCollections').Chat.get(${JSON.stringify(chatId)})?.formattedTitle`,
    );
    return typeof name === 'string' && name !== '' ? name : undefined;
  }

  async messages(chatId: string, limit: number): Promise<readonly unknown[]> {
    const chat = await this.#library.getChatById(chatId);
    return (await chat?.fetchMessages({ limit })) ?? [];
  }

  async hasMessage(id: string): Promise<boolean> {
    const message: unknown = await this.#library.getMessageById(id);
    return message !== null && message !== undefined;
  }

  async showTyping(chatId: string): Promise<void> {
    await this.#page().evaluate(`window.WWebJS.sendChatstate('typing', ${JSON.stringify(chatId)})`);
  }

  sendText(chatId: string, text: string, quotedId: string | undefined): Promise<unknown> {
    return this.#library.sendMessage(chatId, text, { ...asked(quotedId), parseVCards: false });
  }

  async sendFile(chatId: string, file: OutgoingFile, quotedId: string | undefined): Promise<unknown> {
    const { kind, bytes, mimeType, filename, caption, isVoice } = file;
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    return this.#library.sendMessage(chatId, new MessageMedia(mimeType, content, filename, bytes.length), {
      ...asked(quotedId),
      ...(caption === undefined ? {} : { caption }),
      sendAudioAsVoice: kind === 'audio' && isVoice,
      sendMediaAsDocument: kind === 'document',
      sendMediaAsSticker: kind === 'sticker',
    });
  }

  react(messageId: string, emoji: string): Promise<void> {
    return this.#library.sendReaction(messageId, emoji);
  }

  fetchFile(message: unknown): Promise<FetchedFile | undefined> {
    return fetchInPieces(this.#page(), message as Message);
  }

  #page(): Page {
    const { pupPage } = this.#library;
    if (!pupPage) throw new Error('the browser is not open');
    return pupPage;
  }

  /** The library gives everything to its strategy that could end a session. Ours does nothing of it. */
  #strategy() {
    const nothing = async () => undefined;
    return {
      setup: () => undefined,
      beforeBrowserInitialized: nothing,
      afterBrowserInitialized: async () => this.#watch(),
      onAuthenticationNeeded: async () => ({ failed: false, restart: false, failureEventPayload: undefined }),
      getAuthEventPayload: nothing,
      afterAuthReady: nothing,
      disconnect: nothing,
      destroy: nothing,
      logout: nothing,
    };
  }

  #watch(): void {
    const { pupBrowser, pupPage } = this.#library;
    const pid = pupBrowser?.process()?.pid;
    if (pid !== undefined && this.#browserPid !== pid) {
      this.#browserPid = pid;
      this.#tellBrowser(pid);
      pupBrowser?.once('disconnected', () => this.#tellGone('it was closed or has crashed.'));
      pupPage?.once('error', error => this.#tellGone(`its page has crashed (${error.message}).`));
    }
    // It was closed while it started.
    if (this.#isClosed) this.#kill();
  }

  /** The browser and what it has started: they are a group of their own. */
  #kill(): void {
    const pid = this.#browserPid;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** An answer goes out also when what it answers is gone; sent means that WhatsApp has it. */
const asked = (quotedId: string | undefined) => ({
  ...(quotedId === undefined ? {} : { quotedMessageId: quotedId }),
  ignoreQuoteErrors: true,
  waitUntilMsgSent: true,
});

function startFault(said: string, hasBrowser: boolean): string {
  if (!hasBrowser) return `the browser does not start: ${said.slice(0, 500)}`;
  const network = /net::(ERR_\w+)/.exec(said)?.[1];
  if (network !== undefined)
    return `${network.replaceAll('_', ' ').toLowerCase().replace(/^err /, '')} (web.whatsapp.com).`;
  if (said === 'auth timeout') return 'the page that opens is not WhatsApp Web as this release knows it.';
  return said.slice(0, 500);
}
