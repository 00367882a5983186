import { randomUUID } from 'node:crypto';
import type { Response, Router } from 'express';
import type { Fault } from '../provider-fault.ts';
import { type ProviderReply, writeReply } from '../provider-reply.ts';
import {
  type DeliverOptions,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../simulated-provider.ts';
import type { WebhookPost } from '../webhook-post.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { signedByTelegram } from '../webhook-signatures.ts';
import {
  type AcceptedTelegram,
  botIdOf,
  type TelegramBot,
  type TelegramCall,
  type TelegramOperation,
  TelegramState,
} from './telegram-bot.ts';
import { badRequest, refusedByTelegram } from './telegram-error.ts';
import { secondsOf, type TelegramEvent, type TelegramMessage, updateOf } from './telegram-event.ts';
import { type TelegramBackend, telegramRoutes } from './telegram-routes.ts';
import { requestFault } from './telegram-rules.ts';

export interface TelegramProviderOptions extends SimulatedProviderOptions {
  readonly accounts?: readonly TelegramBot[];
}

/** What a bot may fetch of a file. */
const largestDownload = 20 * 1024 * 1024;

/**
 * Telegram's side of the line: the Bot API, and the updates that it posts. Those of one chat come one after the other:
 * what is not acknowledged holds back what comes behind it.
 */
export class TelegramProvider
  extends SimulatedProvider<
    TelegramBot,
    TelegramState,
    never,
    TelegramOperation,
    { accepted: [AcceptedTelegram] }
  >
  implements TelegramBackend
{
  readonly router: Router;
  protected readonly platform = 'Telegram';
  /** Awaited when a message has been taken, before the answer leaves. */
  beforeAnswer: ((message: AcceptedTelegram) => Promise<void>) | undefined;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(options: TelegramProviderOptions = {}) {
    super(options);
    this.router = telegramRoutes(this);
    for (const account of options.accounts ?? []) this.addAccount(account);
  }

  protected idOf(account: TelegramBot): string {
    return botIdOf(account);
  }
  protected targetOf({ webhookUrl: url = '', secretToken }: TelegramBot) {
    return { url, sign: signedByTelegram(secretToken) };
  }
  protected open(account: TelegramBot, sender: WebhookSender): TelegramState {
    return new TelegramState(account, sender, this.clock);
  }
  /** A new token leaves the webhook where it is. */
  protected override change(state: TelegramState, account: TelegramBot): void {
    state.account = account;
    if (account.webhookUrl === undefined) return;
    state.webhook = { ...state.webhook, url: account.webhookUrl };
    state.sender.target = this.targetOf(account);
  }

  /** Calls with the right token, whatever was answered, in order. */
  calls(botId: string): readonly TelegramCall[] {
    return this.stateOf(botId).calls;
  }
  /** Every message that was taken, in order. */
  accepted(botId: string): readonly AcceptedTelegram[] {
    return this.stateOf(botId).accepted;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  failNext(botId: string, fault: Fault, times = 1, operation: TelegramOperation = 'messages'): void {
    this.script(botId, fault, times, operation);
  }

  /** Keeps a customer's file; gives the id that a message names it by. */
  addFile(botId: string, bytes: Buffer, fileId: string = randomUUID()): string {
    this.stateOf(botId).files.set(fileId, bytes);
    return fileId;
  }

  /** Knows what customers did, although somebody else posts it. */
  note(botId: string, event: TelegramEvent<object>): void {
    this.stateOf(botId).note(event);
  }

  /**
   * Posts what happened to the bot, each in an update of its own and in the order of its chat; shuffled, in none. What
   * the bot has not asked for is left out. Resolves when each POST is acknowledged or given up.
   */
  async deliver(
    botId: string,
    events: readonly TelegramEvent<object>[],
    options: DeliverOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const state = this.stateOf(botId);
    for (const event of events) state.note(event);
    const wanted = events
      .filter(event => state.wants(event))
      .map(event => ({ event, body: updateOf(state.nextUpdateId(), event) }));
    if (options.isShuffled === true) {
      const bodies = wanted.map(({ body }) => body);
      return this.#heard(state, await this.post(state, bodies, options));
    }
    const posts = wanted.map(({ event, body }) =>
      this.#inTurn(`${botId} ${event.chatId}`, async () =>
        this.#heard(state, await this.post(state, [body], options)),
      ),
    );
    return (await Promise.all(posts)).flat();
  }

  stateOfToken(token: string): TelegramState | undefined {
    return this.states.find(({ account }) => account.botToken === token);
  }

  async call(state: TelegramState, call: TelegramCall, response: Response): Promise<void> {
    state.calls.push(call);
    const { method, parameters } = call;
    if (/^send(?!ChatAction)|^setMessageReaction$/.test(method))
      return this.answer(state, 'messages', response, () => this.#take(state, call));
    writeReply(response, this.#resultOf(state, method, parameters));
  }

  #inTurn<Result>(queue: string, work: () => Promise<Result>): Promise<Result> {
    const turn = this.work.track((this.#queues.get(queue) ?? Promise.resolve()).then(work));
    this.#queues.set(queue, turn);
    return turn;
  }

  /** A bot may call a method in its answer to an update. */
  #heard(state: TelegramState, posts: readonly WebhookPost[]): readonly WebhookPost[] {
    for (const { answer = '' } of posts) {
      if (!answer.startsWith('{')) continue;
      const { method, ...parameters } = JSON.parse(answer) as Record<string, unknown>;
      if (typeof method === 'string') state.calls.push({ method, parameters, file: undefined });
    }
    return posts;
  }

  #resultOf(state: TelegramState, method: string, parameters: TelegramCall['parameters']): ProviderReply {
    switch (method) {
      case 'setWebhook':
        return this.#setWebhook(state, parameters);
      case 'getWebhookInfo':
        return result(webhookInfoOf(state));
      case 'getMe':
        return result(selfOf(state.account));
      case 'getFile': {
        const id = String(parameters.file_id);
        const bytes = state.files.get(id);
        if (bytes === undefined) return refusedByTelegram(badRequest('invalid file_id'));
        if (bytes.length > largestDownload) return refusedByTelegram(badRequest('file is too big'));
        return result({ file_id: id, file_size: bytes.length, file_path: `files/${id}` });
      }
      case 'sendChatAction':
      case 'answerCallbackQuery':
        return result(true);
      default:
        return refusedByTelegram({ code: 404, description: 'Not Found' });
    }
  }

  #setWebhook(state: TelegramState, parameters: TelegramCall['parameters']): ProviderReply {
    const { url, secret_token: secret, allowed_updates: kinds } = parameters;
    const isLoopback = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(String(url));
    if (!isLoopback && URL.parse(String(url))?.protocol !== 'https:')
      return refusedByTelegram(badRequest('bad webhook: An HTTPS URL must be provided for webhook'));
    const secretToken = typeof secret === 'string' ? secret : undefined;
    state.webhook = { url: String(url), allowedUpdates: Array.isArray(kinds) ? kinds : undefined };
    state.sender.target = { url: String(url), sign: signedByTelegram(secretToken) };
    return result(true);
  }

  async #take(state: TelegramState, call: TelegramCall): Promise<ProviderReply> {
    const { method, parameters, file } = call;
    const fault = requestFault(method, parameters, file);
    if (fault !== undefined) return refusedByTelegram(fault);
    const chatId = Number(parameters.chat_id);
    const isGroup = chatId < 0;
    if (state.isBlockedBy(chatId))
      return refusedByTelegram({
        code: 403,
        description: isGroup
          ? 'Forbidden: bot was kicked from the group chat'
          : 'Forbidden: bot was blocked by the user',
      });
    if (method === 'setMessageReaction') return result(true);
    const { text, caption, reply_markup: markup } = parameters;
    const message: TelegramMessage = {
      message_id: state.nextMessageId(),
      date: secondsOf(this.clock.now()),
      chat: { id: chatId, type: isGroup ? 'group' : 'private' },
      from: selfOf(state.account),
      ...(text === undefined ? {} : { text }),
      ...(caption === undefined ? {} : { caption }),
      ...(markup === undefined ? {} : { reply_markup: markup }),
    };
    const taken = { ...call, botId: botIdOf(state.account), chatId: String(chatId), message };
    state.accepted.push(taken);
    this.events.emit('accepted', taken);
    await this.beforeAnswer?.(taken);
    return result(message);
  }
}

function result(value: unknown): ProviderReply {
  return { status: 200, body: { ok: true, result: value } };
}

function selfOf(bot: TelegramBot): object {
  const { name = 'The business', username = 'the_business_bot' } = bot;
  return { id: Number(botIdOf(bot)), is_bot: true, first_name: name, username };
}

/** The newest failure is told, also when a later try has succeeded. */
function webhookInfoOf({ webhook, sender }: TelegramState): object {
  const failed = sender.ledger
    .flatMap(({ attempts }) => attempts)
    .findLast(({ status }) => status === undefined || status < 200 || status >= 300);
  return {
    url: webhook.url,
    has_custom_certificate: false,
    pending_update_count: sender.ledger.filter(({ isFinished }) => !isFinished).length,
    ...(failed && {
      last_error_date: secondsOf(failed.at),
      last_error_message: failed.failure ?? `Wrong response from the webhook: ${failed.status}`,
    }),
  };
}
