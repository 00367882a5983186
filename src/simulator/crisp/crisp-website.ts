import { ProviderAccount } from '../provider-account.ts';
import type { RequestQuota } from '../request-quota.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import type { CrispEvent, CrispMessage } from './crisp-event.ts';

/** A website, and the token by which a business gets at it. */
export interface CrispWebsite {
  readonly websiteId: string;
  readonly identifier: string;
  readonly key: string;
  readonly tier?: 'plugin' | 'website';
  /** Signs the hooks of a plugin; of a website it is expected in `webhookUrl`, as `?key=`. */
  readonly hookSecret: string;
  readonly webhookUrl: string;
  readonly name?: string;
  /** How often the token may ask in a day; without end when left out. */
  readonly requestsPerDay?: number;
}

/** An echo is what Crisp tells of every message that a visitor receives. */
export type CrispStatus = 'echo' | 'delivered' | 'read';
export type CrispOperation = 'messages' | 'questions';

/** A message of the business that was taken, whether or not the provider managed to say so. */
export interface AcceptedCrisp {
  readonly websiteId: string;
  readonly sessionId: string;
  readonly fingerprint: number;
  readonly body: Readonly<Record<string, unknown>> & Pick<CrispMessage, 'type' | 'content'>;
  readonly at: Date;
}

interface Conversation {
  readonly messages: Map<number, CrispMessage>;
  nickname: string;
  updatedAt: number;
}

/** Everything that the provider keeps about one website. */
export class CrispState extends ProviderAccount<CrispWebsite, CrispStatus, CrispOperation> {
  readonly accepted: AcceptedCrisp[] = [];
  readonly quota: RequestQuota;
  readonly #conversations = new Map<string, Conversation>();

  constructor(account: CrispWebsite, sender: WebhookSender, quota: RequestQuota) {
    super(account, sender);
    this.quota = quota;
  }

  /** Keeps what was said: it can be asked for. */
  note({ event, sessionId, at, data }: CrispEvent): void {
    const conversation = this.#conversationOf(sessionId);
    const { messages } = conversation;
    const fingerprint = Number(data.fingerprint);
    const known = messages.get(fingerprint);
    conversation.updatedAt = Math.max(conversation.updatedAt, at.getTime());
    switch (event) {
      case 'message:send':
      case 'message:received':
        messages.set(fingerprint, data as CrispMessage);
        conversation.nickname = nicknameOf(data) ?? conversation.nickname;
        return;
      case 'message:updated':
        if (known !== undefined) messages.set(fingerprint, { ...known, content: data.content, edited: true });
        return;
      case 'message:removed':
        messages.delete(fingerprint);
    }
  }

  /** A page of those that were active since then (milliseconds since 1970), the newest first; pages from 1. */
  conversations(page: number, perPage: number, since: number): readonly object[] {
    return [...this.#conversations]
      .filter(([, { updatedAt }]) => updatedAt >= since)
      .sort(([, one], [, other]) => other.updatedAt - one.updatedAt)
      .slice((page - 1) * perPage, page * perPage)
      .map(([sessionId, { nickname, updatedAt }]) => ({
        session_id: sessionId,
        website_id: this.account.websiteId,
        updated_at: updatedAt,
        meta: { nickname },
      }));
  }

  /** The last messages before a time, oldest first; `undefined` for a conversation that is not known. */
  messages(sessionId: string, before: number, most: number): readonly CrispMessage[] | undefined {
    const conversation = this.#conversations.get(sessionId);
    return (
      conversation &&
      [...conversation.messages.values()]
        .filter(({ timestamp }) => timestamp < before)
        .sort((one, other) => one.timestamp - other.timestamp)
        .slice(-most)
    );
  }

  #conversationOf(sessionId: string): Conversation {
    const known = this.#conversations.get(sessionId);
    if (known !== undefined) return known;
    const opened = { messages: new Map<number, CrispMessage>(), nickname: '', updatedAt: 0 };
    this.#conversations.set(sessionId, opened);
    return opened;
  }
}

function nicknameOf({ from, user }: CrispEvent['data']): string | undefined {
  return from === 'user' ? (user as { nickname?: string } | undefined)?.nickname : undefined;
}
