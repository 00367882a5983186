import type { QueryClient } from '@tanstack/react-query';
import {
  type Conversation,
  type ConversationPatch,
  getConversation,
  listEvents,
  type SendMessageBody,
  sendMessage,
  type TenantEvent,
} from '../../../src/contract/index.ts';
import { ApiError, isPassing, sentenceOf } from '../api/api-error.ts';
import type { ApiClient } from '../api/client.ts';
import type { AgentSocket } from './agent-socket.ts';
import {
  applyEvents,
  type EventState,
  emptyState,
  type Fetched,
  mergeFetched,
  settle,
} from './event-reducer.ts';
import { EventStream, type StreamState } from './event-stream.ts';
import { LivePresence } from './live-presence.ts';
import { Outbox } from './outbox.ts';
import { Store } from './store.ts';

export interface DeskOptions {
  readonly api: ApiClient;
  readonly viewer: number;
  /** Keeps what belongs to this tenant and user apart in the browser's storage. */
  readonly scope: string;
  readonly queries: QueryClient;
  readonly openSocket: () => AgentSocket;
}

/** Events are shown once per frame, however many arrive. */
const publishEveryMs = 16;
const countsAfterMs = 400;
const missingAfterMs = 250;
/** More unknown conversations than this at once: the lists are asked again instead of each of them. */
const mostFetchedSingly = 8;

/**
 * What the agent has on the table: all that was fetched and every event since, in one state. Answers and events pass
 * through the reducer and nothing else writes to it; queries hold only which ids belong to a page.
 */
export class Desk {
  readonly state: Store<EventState>;
  /** Changes of the viewer that the server has not confirmed yet, by conversation. */
  readonly hopes = new Store<Readonly<Record<number, Partial<ConversationPatch>>>>({});
  readonly stream = new Store<StreamState>('connecting');
  readonly presence: LivePresence;
  readonly outbox: Outbox;
  readonly viewer: number;
  readonly #options: DeskOptions;
  #truth: EventState = emptyState();
  #events: EventStream | null = null;
  #socket: AgentSocket | null = null;
  #fetches = 0;
  #epoch = 0;
  #since: TenantEvent[] = [];
  #viewed: number | null = null;
  #isClosed = false;
  readonly #timers: Record<'publish' | 'counts' | 'missing', ReturnType<typeof setTimeout> | undefined> = {
    publish: undefined,
    counts: undefined,
    missing: undefined,
  };

  constructor(options: DeskOptions) {
    this.#options = options;
    this.viewer = options.viewer;
    this.state = new Store(this.#truth);
    this.presence = new LivePresence(options.viewer);
    this.outbox = new Outbox({
      storage: localStorage,
      prefix: `concierge.outbox.${options.scope}.`,
      send: (conversationId, body) => this.#send(conversationId, body),
      // Nothing is refused for want of a session: it goes out after the next sign-in.
      isPassing: error => isPassing(error) || (error instanceof ApiError && error.status === 401),
      sentenceOf,
      retryAfterMs: error => (error instanceof ApiError ? error.retryAfterMs : null),
    });
  }

  /** Reads the newest number before anything else is fetched, so that nothing falls between. */
  async start(): Promise<void> {
    const lastSeq = await this.#newestSeq();
    if (this.#isClosed) return;
    this.#setTruth(emptyState(lastSeq));
    this.#events = new EventStream({
      openSocket: () => this.#openSocket(),
      fetchEvents: async after => {
        const page = await this.#options.api.call(listEvents, { query: { after, limit: 500 } });
        return { items: page.items as TenantEvent[], lastSeq: page.lastSeq };
      },
      onEvents: events => this.#apply(events),
      onState: state => this.#streamChanged(state),
      onReset: () => this.#reset(),
      lastSeq,
    });
    this.#events.start();
    globalThis.addEventListener('online', this.#online);
    this.outbox.flush();
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    globalThis.removeEventListener('online', this.#online);
    this.#events?.close();
    this.outbox.close();
    this.presence.clear();
  }

  /** Runs a request whose answer holds conversations, messages or notes, and takes them over. */
  async fetch<T>(request: () => Promise<T>, pick: (answer: T) => Fetched): Promise<T> {
    const begunAt = this.#truth.lastSeq;
    const epoch = this.#epoch;
    this.#fetches += 1;
    try {
      const answer = await request();
      // Everything was thrown away meanwhile and is asked for anew: this answer is of the time before.
      if (epoch !== this.#epoch) return answer;
      const since = this.#since.filter(event => event.seq > begunAt);
      const fetched = pick(answer);
      this.#setTruth(mergeFetched(this.#truth, fetched, since, this.viewer));
      this.outbox.settle(fetched.messages?.map(message => message.clientId) ?? []);
      return answer;
    } finally {
      this.#fetches -= 1;
      if (this.#fetches === 0) this.#since = [];
    }
  }

  /** Shows a change at once, and the truth as soon as the server has answered. Throws what the request throws. */
  async change(
    id: number,
    hope: Partial<ConversationPatch>,
    request: () => Promise<Conversation>,
  ): Promise<Conversation> {
    this.hopes.update(hopes => ({ ...hopes, [id]: { ...hopes[id], ...hope } }));
    try {
      return await this.fetch(request, conversation => ({ conversations: [conversation] }));
    } finally {
      this.hopes.update(hopes => {
        const rest = Object.fromEntries(
          Object.entries(hopes[id] ?? {}).filter(([field]) => !(field in hope)),
        );
        const { [id]: _, ...others } = hopes;
        return Object.keys(rest).length > 0 ? { ...others, [id]: rest } : others;
      });
    }
  }

  /** Tells colleagues where the viewer is; told again after every connect. */
  view(conversationId: number | null): void {
    this.#viewed = conversationId;
    this.#socket?.say('conversation.view', { conversationId });
  }

  typing(conversationId: number, isTyping: boolean): void {
    this.#socket?.say('typing', { conversationId, isTyping });
  }

  async #newestSeq(): Promise<number> {
    const ask = (after: number) => this.#options.api.call(listEvents, { query: { after, limit: 1 } });
    try {
      return (await ask(0)).lastSeq;
    } catch (error) {
      // The first events are no longer kept; behind the last there is nothing that could be missing.
      if (error instanceof ApiError && error.code === 'events_expired')
        return (await ask(Number.MAX_SAFE_INTEGER)).lastSeq;
      throw error;
    }
  }

  #openSocket(): AgentSocket {
    const socket = this.#options.openSocket();
    this.#socket = socket;
    socket.onTyping(data => this.presence.typing(data));
    socket.onViewing(data => this.presence.viewing(data));
    socket.onConnect(() => {
      if (this.#viewed !== null) socket.say('conversation.view', { conversationId: this.#viewed });
    });
    return socket;
  }

  #apply(events: readonly TenantEvent[]): void {
    if (this.#fetches > 0) this.#since.push(...events);
    this.presence.settle(events);
    this.#truth = applyEvents(this.#truth, events, this.viewer);
    this.#seeToStale();
    this.#timers.publish ??= setTimeout(() => {
      this.#timers.publish = undefined;
      this.state.set(this.#truth);
    }, publishEveryMs);
    this.outbox.settle(
      events.map(event => (event.type === 'message.created' ? event.data.message.clientId : null)),
    );
  }

  #setTruth(state: EventState): void {
    this.#truth = state;
    this.#seeToStale();
    this.state.set(this.#truth);
  }

  #seeToStale(): void {
    const { stale } = this.#truth;
    const { queries } = this.#options;
    if (stale.channels)
      for (const key of ['channels', 'channel-pairing', 'channel-health'])
        void queries.invalidateQueries({ queryKey: [key] });
    if (stale.users)
      for (const key of ['users', 'teams']) void queries.invalidateQueries({ queryKey: [key] });
    if (stale.counts)
      this.#timers.counts ??= setTimeout(() => {
        this.#timers.counts = undefined;
        void queries.invalidateQueries({ queryKey: ['counts'] });
      }, countsAfterMs);
    if (stale.conversations.length > 0)
      this.#timers.missing ??= setTimeout(() => this.#fetchMissing(), missingAfterMs);
    const { conversations } = stale;
    this.#truth = {
      ...settle(this.#truth),
      stale: { counts: false, channels: false, users: false, conversations },
    };
  }

  #fetchMissing(): void {
    this.#timers.missing = undefined;
    const missing = this.#truth.stale.conversations.filter(id => !this.#truth.conversations[id]);
    this.#truth = settle(this.#truth);
    if (missing.length > mostFetchedSingly) {
      void this.#options.queries.invalidateQueries({ queryKey: ['conversations'] });
      return;
    }
    for (const id of missing)
      this.fetch(
        () => this.#options.api.call(getConversation, { params: { id } }),
        conversation => ({ conversations: [conversation] }),
      ).catch(() => this.#options.queries.invalidateQueries({ queryKey: ['conversations'] }));
  }

  async #reset(): Promise<number> {
    const lastSeq = await this.#newestSeq();
    this.#since = [];
    this.#epoch += 1;
    this.#setTruth(emptyState(lastSeq));
    void this.#options.queries.resetQueries();
    return lastSeq;
  }

  #streamChanged(state: StreamState): void {
    if (state === 'connecting') this.presence.clear();
    if (state === 'live') this.outbox.flush();
    this.stream.set(state);
  }

  readonly #online = (): void => this.outbox.flush();

  async #send(conversationId: number, body: SendMessageBody): Promise<void> {
    await this.fetch(
      () => this.#options.api.call(sendMessage, { params: { id: conversationId }, body }),
      message => ({ messages: [message] }),
    );
  }
}
