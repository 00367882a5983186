import type { LiveEvents, TenantEvent } from '../../../src/contract/index.ts';
import { Store } from './store.ts';

export interface Presence {
  /** Who is writing, by conversation. */
  readonly typing: Readonly<Record<number, readonly string[]>>;
  /** Colleagues who look at the conversation, without the viewer. */
  readonly viewing: Readonly<Record<number, readonly { id: number; name: string }[]>>;
}

/** A sign of writing that is not repeated for this long is over. */
const typingLastsMs = 6000;
/** How the customer is told from colleagues among the writers. */
export const customerWrites = 'customer';

/** What is true of the moment only: nothing of it is stored anywhere. */
export class LivePresence {
  readonly store = new Store<Presence>({ typing: {}, viewing: {} });
  readonly #viewer: number;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(viewer: number) {
    this.#viewer = viewer;
  }

  typing(data: LiveEvents['typing']): void {
    if (data.user?.id === this.#viewer) return;
    this.#set(data.conversationId, data.user?.name ?? customerWrites, data.isTyping);
  }

  viewing(data: LiveEvents['viewing']): void {
    const others = data.users.filter(user => user.id !== this.#viewer);
    this.store.update(presence => ({
      ...presence,
      viewing: { ...presence.viewing, [data.conversationId]: others },
    }));
  }

  /** Whoever has sent what they were writing is not writing any more. */
  settle(events: readonly TenantEvent[]): void {
    for (const event of events) {
      if (event.type !== 'message.created') continue;
      const { conversationId, direction, sender } = event.data.message;
      this.#set(conversationId, direction === 'inbound' ? customerWrites : (sender?.name ?? ''), false);
    }
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.store.set({ typing: {}, viewing: {} });
  }

  #set(conversationId: number, who: string, isTyping: boolean): void {
    const key = `${conversationId} ${who}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const held = this.store.get().typing[conversationId] ?? [];
    const without = held.filter(other => other !== who);
    if (isTyping)
      this.#timers.set(
        key,
        setTimeout(() => this.#set(conversationId, who, false), typingLastsMs),
      );
    if (!isTyping && without.length === held.length) return;
    if (isTyping && without.length !== held.length) return;
    const typing = { ...this.store.get().typing, [conversationId]: isTyping ? [...without, who] : without };
    this.store.update(presence => ({ ...presence, typing }));
  }
}
