import type { Clock } from '../../kit/clock.ts';
import { ProviderAccount } from '../provider-account.ts';
import type { FormFile } from '../request-form.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import type { TelegramEvent, TelegramMessage } from './telegram-event.ts';

export interface TelegramBot {
  readonly botToken: string;
  /** As if the webhook had been set already; a bot tells it by `setWebhook`. */
  readonly webhookUrl?: string;
  readonly secretToken?: string;
  readonly name?: string;
  readonly username?: string;
}

/** Messages and reactions; the bytes of files. */
export type TelegramOperation = 'messages' | 'files';

/** A method of the Bot API that was called with the right token, or in the answer to a webhook. */
export interface TelegramCall {
  readonly method: string;
  /** The fields of a form stand here as values, too. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly file: FormFile | undefined;
}
/** A message of the bot that was taken, whether or not the provider managed to say so. */
export interface AcceptedTelegram extends TelegramCall {
  readonly botId: string;
  readonly chatId: string;
  /** As Telegram gives it back to the bot. */
  readonly message: TelegramMessage;
}

interface Webhook {
  readonly url: string;
  /** `undefined`: what Telegram sends by itself. */
  readonly allowedUpdates: readonly string[] | undefined;
}
/** Sent only to a bot that asks for them. */
const unasked: ReadonlySet<string> = new Set(['message_reaction', 'message_reaction_count', 'chat_member']);

/** The id of a bot is what its token begins with. */
export function botIdOf({ botToken }: Pick<TelegramBot, 'botToken'>): string {
  return botToken.slice(0, botToken.indexOf(':'));
}

/** Everything that the provider keeps about one bot. */
export class TelegramState extends ProviderAccount<TelegramBot, never, TelegramOperation> {
  readonly calls: TelegramCall[] = [];
  readonly accepted: AcceptedTelegram[] = [];
  readonly files = new Map<string, Buffer>();
  webhook: Webhook;
  #lastUpdateId: number;
  /** Far from the numbers of messages that are posted around this provider. */
  #lastMessageId = 1_000_000;
  readonly #blockedBy = new Set<number>();

  constructor(account: TelegramBot, sender: WebhookSender, clock: Clock) {
    super(account, sender);
    this.webhook = { url: account.webhookUrl ?? '', allowedUpdates: undefined };
    // A bot that is simulated anew must not repeat numbers.
    this.#lastUpdateId = Math.floor(clock.now().getTime() / 100) % 2 ** 31;
  }

  nextUpdateId(): number {
    return ++this.#lastUpdateId;
  }

  nextMessageId(): number {
    return ++this.#lastMessageId;
  }

  wants({ kind }: TelegramEvent<object>): boolean {
    const { allowedUpdates } = this.webhook;
    return allowedUpdates === undefined ? !unasked.has(kind) : allowedUpdates.includes(kind);
  }

  /** Learns who has blocked the bot, and which numbers messages have. */
  note({ kind, value, chatId }: TelegramEvent<object>): void {
    const { message_id: id, new_chat_member: member } = value as {
      message_id?: number;
      new_chat_member?: { status?: string };
    };
    if (kind === 'message' && id !== undefined) this.#lastMessageId = Math.max(this.#lastMessageId, id);
    if (kind !== 'my_chat_member') return;
    if (member?.status === 'kicked' || member?.status === 'left') this.#blockedBy.add(chatId);
    else this.#blockedBy.delete(chatId);
  }

  isBlockedBy(chatId: number): boolean {
    return this.#blockedBy.has(chatId);
  }
}
