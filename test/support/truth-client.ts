import { setTimeout as delay } from 'node:timers/promises';
import type { Conversation, Note } from '../../src/contract/conversations.ts';
import type { TenantEvent } from '../../src/contract/events.ts';
import type { Message } from '../../src/contract/messages.ts';
import { openAgentSocket } from '../../web/src/realtime/agent-socket.ts';
import {
  applyEvents,
  type EventState,
  emptyState,
  type Fetched,
  mergeFetched,
  settle,
} from '../../web/src/realtime/event-reducer.ts';
import { EventStream } from '../../web/src/realtime/event-stream.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** Everything that an agent can see of a tenant, as one plain value. */
export interface Truth {
  readonly conversations: Readonly<Record<number, Conversation>>;
  readonly messages: Readonly<Record<number, readonly Message[]>>;
  readonly notes: Readonly<Record<number, readonly Note[]>>;
}
export interface TruthUser {
  readonly id: number;
  readonly token: () => Promise<string>;
}

const ALL = 'new,open,pending,snoozed,resolved,archived';
/** A browser that gets no answer gives up, later than this; what it asked for is asked again. */
const ANSWER_PATIENCE_MS = 10_000;

async function get<Body>(url: string, token: string, path: string): Promise<Body> {
  const response = await fetch(`${url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_PATIENCE_MS),
  });
  const body = (await response.json()) as Body & { error?: { code: string } };
  if (!response.ok) throw Object.assign(new Error(`${path}: ${response.status}`), { code: body.error?.code });
  return body;
}

/** The same by pages of the API, for whoever the token is of. */
export async function readTruth(url: string, token: string): Promise<Truth> {
  const conversations: Record<number, Conversation> = {};
  const messages: Record<number, Message[]> = {};
  const notes: Record<number, Note[]> = {};
  for (let cursor: string | null = ''; cursor !== null; ) {
    const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Conversation[]; nextCursor: string | null } = await get(
      url,
      token,
      `/conversations?limit=100&status=${ALL}${more}`,
    );
    for (const conversation of page.items) conversations[conversation.id] = conversation;
    cursor = page.nextCursor;
  }
  for (const id of Object.keys(conversations).map(Number)) {
    const thread: Message[] = [];
    for (let hasMore = true; hasMore; ) {
      const before = thread[0] ? `&before=${thread[0].id}` : '';
      const page = await get<{ items: Message[]; hasMore: boolean }>(
        url,
        token,
        `/conversations/${id}/messages?limit=100${before}`,
      );
      thread.unshift(...page.items);
      hasMore = page.hasMore;
    }
    if (thread.length > 0) messages[id] = thread;
    const written = await get<{ items: Note[] }>(url, token, `/conversations/${id}/notes?limit=100`);
    if (written.items.length > 0) notes[id] = written.items;
  }
  return { conversations, messages, notes };
}

/**
 * A browser without its pages: the stream and the reducer of the agent app over a real socket and real requests, all on a
 * line of its own. What it fetches it merges as the app does; it loads once, at the start.
 */
export class TruthClient {
  readonly line: TcpProxy;
  readonly user: TruthUser;
  readonly #stream: EventStream;
  #state: EventState;
  #since: TenantEvent[] = [];
  #fetches = 0;
  /** The past was no longer kept, and everything was asked for anew: a reload, which nothing here should cause. */
  resets = 0;

  private constructor(line: TcpProxy, user: TruthUser, lastSeq: number) {
    this.line = line;
    this.user = user;
    this.#state = emptyState(lastSeq);
    this.#stream = new EventStream({
      lastSeq,
      openSocket: () => openAgentSocket({ origin: line.url, token: () => user.token() }),
      fetchEvents: after => this.#get(`/events?after=${after}&limit=500`),
      onEvents: events => this.#apply(events),
      onReset: async () => {
        this.resets++;
        return this.#state.lastSeq;
      },
    });
  }

  /** On a line to this server, with all that there is now. */
  static async open(serverUrl: string, user: TruthUser): Promise<TruthClient> {
    const line = await TcpProxy.open(serverUrl);
    const { lastSeq } = await get<{ lastSeq: number }>(line.url, await user.token(), '/events?limit=1');
    const client = new TruthClient(line, user, lastSeq);
    client.#stream.start();
    await client.#fetch(
      async () => readTruth(line.url, await user.token()),
      ({ conversations, messages, notes }) => ({
        conversations: Object.values(conversations),
        messages: Object.values(messages).flat(),
        notes: Object.values(notes).flat(),
      }),
    );
    return client;
  }

  get truth(): Truth {
    const { conversations, messages, notes } = this.#state;
    return { conversations, messages, notes };
  }

  get lastSeq(): number {
    return this.#stream.lastSeq;
  }

  get isLive(): boolean {
    return this.#stream.state === 'live' && this.#fetches === 0;
  }

  async #get<Body>(path: string): Promise<Body> {
    return get<Body>(this.line.url, await this.user.token(), path);
  }

  #apply(events: readonly TenantEvent[]): void {
    if (this.#fetches > 0) this.#since.push(...events);
    this.#state = applyEvents(this.#state, events, this.user.id);
    this.#fetchMissing();
  }

  /** What a patch alone cannot make is asked for, until it is there. */
  #fetchMissing(): void {
    const missing = this.#state.stale.conversations.filter(id => !this.#state.conversations[id]);
    this.#state = settle(this.#state);
    for (const id of missing)
      void this.#fetch(
        () => this.#get<Conversation>(`/conversations/${id}`),
        conversation => ({ conversations: [conversation] }),
      );
  }

  async #fetch<Answer>(request: () => Promise<Answer>, pick: (answer: Answer) => Fetched): Promise<void> {
    this.#fetches++;
    try {
      for (;;) {
        const begunAt = this.#state.lastSeq;
        try {
          const fetched = pick(await request());
          const since = this.#since.filter(event => event.seq > begunAt);
          this.#state = mergeFetched(this.#state, fetched, since, this.user.id);
          return;
        } catch {
          await delay(50);
        }
      }
    } finally {
      this.#fetches--;
      if (this.#fetches === 0) this.#since = [];
    }
  }

  async close(): Promise<void> {
    this.#stream.close();
    await this.line.close();
  }
}
