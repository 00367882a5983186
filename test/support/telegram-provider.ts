import { type FormFile, readRequestForm } from './request-form.ts';
import { type SeenRequest, type StubAnswer, StubServer } from './stub-server.ts';

export interface TelegramBot {
  readonly botToken: string;
  readonly secretToken: string;
}
/** A method of the Bot API that was called with the right token. */
export interface TelegramCall {
  readonly bot: TelegramBot;
  readonly method: string;
  /** The fields of a form stand here as values, too. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly file: FormFile | undefined;
}

/** The Bot API as far as an inbox needs it, by real HTTP: it knows the bots by their tokens and keeps customers' files. */
export class TelegramProvider {
  /** Calls that were let through, in order, whatever was answered. */
  readonly calls: TelegramCall[] = [];
  /** For the next messages and reactions, in order; afterwards they are taken. */
  readonly faults: StubAnswer[] = [];
  /** For the next fetches of a file's bytes. */
  readonly fileFaults: StubAnswer[] = [];
  readonly #bots: readonly TelegramBot[];
  readonly #files = new Map<string, Buffer>();
  readonly #webhooks = new Map<string, unknown>();
  readonly #server = new StubServer();
  #lastMessage = 900;

  constructor(bots: readonly TelegramBot[]) {
    this.#bots = bots;
    this.#server.answer = request => this.#answer(request);
  }
  start(): Promise<void> {
    return this.#server.start();
  }
  stop(): Promise<void> {
    return this.#server.stop();
  }
  get url(): string {
    return this.#server.url;
  }
  addFile(fileId: string, bytes: Buffer): void {
    this.#files.set(fileId, bytes);
  }
  /** What was asked of this chat. */
  callsTo(chatId: string): readonly TelegramCall[] {
    return this.calls.filter(({ parameters }) => String(parameters.chat_id) === chatId);
  }

  async #answer(request: SeenRequest): Promise<StubAnswer> {
    const { pathname } = new URL(request.url, this.url);
    const [, isFile, token, rest = ''] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(pathname) ?? [];
    const bot = this.#bots.find(({ botToken }) => botToken === decodeURIComponent(token ?? ''));
    if (!bot) return refusedByTelegram(401, 'Unauthorized');
    if (isFile) return this.fileFaults.shift() ?? this.#file(rest.replace(/^files\//, ''));
    const { parameters, file } = await read(request);
    this.calls.push({ bot, method: rest, parameters, file });
    return this.#result(bot, rest, parameters);
  }

  #result(bot: TelegramBot, method: string, parameters: TelegramCall['parameters']): StubAnswer {
    switch (method) {
      case 'setWebhook':
        this.#webhooks.set(bot.botToken, parameters.url);
        return { body: { ok: true, result: true } };
      case 'getWebhookInfo':
        return {
          body: {
            ok: true,
            result: { url: this.#webhooks.get(bot.botToken) ?? '', pending_update_count: 0 },
          },
        };
      case 'getMe':
        return { body: { ok: true, result: { id: 1, is_bot: true, username: 'acme_bot' } } };
      case 'getFile': {
        const id = String(parameters.file_id);
        if (!this.#files.has(id)) return refusedByTelegram(400, 'Bad Request: wrong file_id');
        return { body: { ok: true, result: { file_id: id, file_path: `files/${id}` } } };
      }
    }
    if (!/^(send|setMessageReaction$)/.test(method)) return refusedByTelegram(404, 'Not Found');
    const fault = this.faults.shift();
    if (fault) return fault;
    if (!method.startsWith('send')) return { body: { ok: true, result: true } };
    const result = { message_id: ++this.#lastMessage, date: Math.floor(Date.now() / 1000) };
    return { body: { ok: true, result } };
  }

  #file(id: string): StubAnswer {
    const bytes = this.#files.get(id);
    if (!bytes) return { status: 404, body: 'no such file' };
    return { headers: { 'content-type': 'application/octet-stream' }, body: bytes };
  }
}

async function read(request: SeenRequest): Promise<Pick<TelegramCall, 'parameters' | 'file'>> {
  if (!request.headers['content-type']?.startsWith('multipart/form-data'))
    return { parameters: JSON.parse(request.body.toString() || '{}'), file: undefined };
  const { fields, files } = await readRequestForm(request);
  const readField = (text: string) => (text.startsWith('{') ? JSON.parse(text) : text);
  const parameters = Object.entries(fields).map(([name, text]) => [name, readField(text)]);
  return { parameters: Object.fromEntries(parameters), file: files[0] };
}

/** As the Bot API refuses. */
export function refusedByTelegram(code: number, description: string, parameters?: object): StubAnswer {
  return {
    status: code,
    body: { ok: false, error_code: code, description, ...(parameters && { parameters }) },
  };
}
