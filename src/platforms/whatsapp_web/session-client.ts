/** What WhatsApp Web says by itself, under the names that the library gives it, with the library's own arguments. */
export const sessionEvents = [
  'qr',
  'authenticated',
  'auth_failure',
  'ready',
  'change_state',
  'disconnected',
  'loading_screen',
  'message_create',
  'message_edit',
  'message_revoke_everyone',
  'message_ack',
  'message_reaction',
] as const;
export type SessionEvent = (typeof sessionEvents)[number];

export interface OwnAccount {
  /** An address: `351910000001@c.us`. */
  readonly id: string;
  readonly name?: string;
}
export interface ChatSummary {
  readonly id: string;
  readonly name?: string;
  /** Of its last message; seconds since 1970. */
  readonly timestamp: number;
}
export interface FetchedFile {
  readonly content: Buffer;
  readonly mimeType?: string;
  readonly filename?: string;
}
export interface OutgoingFile {
  readonly kind: 'image' | 'video' | 'audio' | 'document' | 'sticker';
  readonly filename: string;
  readonly mimeType: string;
  readonly isVoice: boolean;
  readonly bytes: Uint8Array;
  readonly caption?: string | undefined;
}

/**
 * WhatsApp Web in one browser, as the library shows it. Messages, reactions and states are the library's own objects and
 * are read with care: they change with every release of either.
 */
export interface SessionClient {
  on(event: SessionEvent, listener: (...args: unknown[]) => void): unknown;
  /** The browser or its page is gone, and nothing will come any more. */
  onGone(listener: (reason: string) => void): void;
  onBrowser(listener: (pid: number) => void): void;
  /** Resolves when the page shows a code or knows its account. Throws when it cannot be reached. */
  initialize(): Promise<void>;
  /** Ends the browser, gently for `withinMs` and then by force. Never throws. */
  close(withinMs: number): Promise<void>;
  account(): OwnAccount | undefined;
  /** The library's `WAState`; throws when the page does not answer, or no longer tells us of messages. */
  probe(): Promise<string | null>;
  /** Both addresses of a person, as far as WhatsApp tells them. */
  lidAndPhone(address: string): Promise<{ readonly lid?: string; readonly phone?: string }>;
  /** The address under which a number has an account; `undefined` when it has none. */
  registered(address: string): Promise<string | undefined>;
  chats(): Promise<readonly ChatSummary[]>;
  chatName(chatId: string): Promise<string | undefined>;
  /** The newest messages of a chat, in order. */
  messages(chatId: string, limit: number): Promise<readonly unknown[]>;
  /** Whether a message with this whole id is there. */
  hasMessage(id: string): Promise<boolean>;
  showTyping(chatId: string): Promise<void>;
  /** The message that was made; `undefined` when the library does not say. */
  sendText(chatId: string, text: string, quotedId: string | undefined): Promise<unknown>;
  sendFile(chatId: string, file: OutgoingFile, quotedId: string | undefined): Promise<unknown>;
  react(messageId: string, emoji: string): Promise<void>;
  /** `undefined` while, or when, it cannot be had. */
  fetchFile(message: unknown): Promise<FetchedFile | undefined>;
}
