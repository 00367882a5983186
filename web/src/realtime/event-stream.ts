import type { TenantEvent } from '../../../src/contract/index.ts';

/** The socket as the stream needs it. It reconnects by itself, with jitter; the stream only listens. */
export interface EventSocket {
  onConnect(listener: () => void): void;
  onDisconnect(listener: () => void): void;
  onEvent(listener: (event: TenantEvent) => void): void;
  connect(): void;
  close(): void;
}

export interface EventPage {
  readonly items: readonly TenantEvent[];
  readonly lastSeq: number;
}

/** `reset`: what was missed is no longer kept; everything is being fetched anew. */
export type StreamState = 'connecting' | 'catching-up' | 'live' | 'reset' | 'closed';

export interface StreamTimers {
  set(run: () => void, delayMs: number): unknown;
  clear(handle: unknown): void;
}

export interface EventStreamOptions {
  readonly openSocket: () => EventSocket;
  /** `GET /events?after=`. May fail; an error whose `code` is `events_expired` leads to `onReset`. */
  readonly fetchEvents: (after: number) => Promise<EventPage>;
  /** Every number once, in order; `skipped` stands for all numbers up to its own. */
  readonly onEvents: (events: readonly TenantEvent[]) => void;
  readonly onState?: (state: StreamState) => void;
  /** The past is gone: fetch everything again and answer the number from which the stream goes on. */
  readonly onReset: () => Promise<number>;
  /** The number after which the first event is expected. */
  readonly lastSeq: number;
  readonly timers?: StreamTimers;
  readonly random?: () => number;
}

const pageTimers: StreamTimers = {
  set: (run, delayMs) => setTimeout(run, delayMs),
  clear: handle => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
/** More than this is not kept for later: the numbers are fetched instead. */
const maximumBuffered = 2000;
const firstRetryMs = 250;
const slowestRetryMs = 15_000;
const fetchPatienceMs = 20_000;

/**
 * Turns a socket that may drop, repeat and reorder into a sequence without holes. Only `#last + 1` is taken from the
 * socket; whatever lies further ahead waits while the gap is fetched. After every connect the gap is assumed to be there.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #timers: StreamTimers;
  readonly #waiting = new Map<number, TenantEvent>();
  #socket: EventSocket | null = null;
  #last: number;
  /** The highest number heard of; while it is above `#last` there is something to fetch. */
  #highest: number;
  #isConnected = false;
  #isFetching = false;
  /** Set on every connect: what was sent between two connections is known only after one fetch. */
  #mustFetch = false;
  #isClosed = false;
  #failures = 0;
  #retry: unknown = null;
  #state: StreamState = 'connecting';

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#timers = options.timers ?? pageTimers;
    this.#last = options.lastSeq;
    this.#highest = options.lastSeq;
  }

  get lastSeq(): number {
    return this.#last;
  }

  get state(): StreamState {
    return this.#state;
  }

  start(): void {
    if (this.#socket || this.#isClosed) return;
    const socket = this.#options.openSocket();
    this.#socket = socket;
    socket.onConnect(() => {
      this.#isConnected = true;
      this.#mustFetch = true;
      this.#failures = 0;
      this.#fetchNow();
    });
    socket.onDisconnect(() => {
      this.#isConnected = false;
      this.#tell('connecting');
    });
    socket.onEvent(event => this.#hear(event));
    socket.connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#timers.clear(this.#retry);
    this.#socket?.close();
    this.#waiting.clear();
    this.#tell('closed');
  }

  #hear(event: TenantEvent): void {
    if (this.#isClosed || event.seq <= this.#last) return;
    this.#highest = Math.max(this.#highest, event.seq);
    if (event.seq === this.#last + 1 && !this.#isFetching && !this.#mustFetch) {
      this.#deliver([event]);
      this.#drain();
      return;
    }
    // A skipped event may cover every number in between, or only some: the fetch tells.
    if (this.#waiting.size < maximumBuffered) this.#waiting.set(event.seq, event);
    // After a failure the next try waits for its time, however much is announced meanwhile.
    if (this.#retry === null) this.#fetchNow();
  }

  #deliver(events: readonly TenantEvent[]): void {
    const last = events.at(-1);
    if (!last) return;
    this.#last = last.seq;
    this.#options.onEvents(events);
  }

  /** Takes what waits directly behind `#last`; forgets what is behind it already. */
  #drain(): void {
    const ready: TenantEvent[] = [];
    let next = this.#waiting.get(this.#last + 1);
    while (next) {
      ready.push(next);
      this.#waiting.delete(next.seq);
      next = this.#waiting.get(next.seq + 1);
    }
    this.#deliver(ready);
    for (const seq of this.#waiting.keys()) if (seq <= this.#last) this.#waiting.delete(seq);
  }

  #fetchNow(): void {
    this.#timers.clear(this.#retry);
    this.#retry = null;
    if (this.#isFetching || this.#isClosed) return;
    this.#isFetching = true;
    this.#tell('catching-up');
    void this.#closeGap().then(
      isClosed => this.#settled(isClosed ? null : firstRetryMs),
      () => this.#settled(firstRetryMs),
    );
  }

  #settled(retryMs: number | null): void {
    this.#isFetching = false;
    if (this.#isClosed) return;
    if (retryMs === null) {
      this.#failures = 0;
      // A new connection during the fetch began with a hole of its own.
      if (this.#mustFetch || this.#highest > this.#last) return this.#fetchNow();
      this.#tell(this.#isConnected ? 'live' : 'connecting');
      return;
    }
    if (!this.#isConnected) return this.#tell('connecting');
    const longest = Math.min(slowestRetryMs, retryMs * 2 ** this.#failures);
    this.#failures += 1;
    const delayMs = longest * (0.5 + 0.5 * (this.#options.random ?? Math.random)());
    this.#retry = this.#timers.set(() => this.#fetchNow(), delayMs);
  }

  /** Answers whether the gap is closed; `false` when the server does not hold yet what the socket has announced. */
  async #closeGap(): Promise<boolean> {
    this.#mustFetch = false;
    try {
      for (;;) {
        const from = this.#last;
        const page = await this.#inTime(this.#options.fetchEvents(from));
        if (this.#isClosed) return true;
        this.#deliver(page.items.filter(item => item.seq > this.#last));
        this.#drain();
        if (this.#last >= page.lastSeq && this.#last >= this.#highest) return true;
        if (this.#last === from) return false;
      }
    } catch (error) {
      this.#mustFetch = true;
      if (!isExpired(error) || this.#isClosed) throw error;
      return this.#reset();
    }
  }

  /** A request over a line that died without a word is never answered; everything else would wait for it. */
  #inTime(fetching: Promise<EventPage>): Promise<EventPage> {
    return new Promise((resolve, reject) => {
      const timer = this.#timers.set(
        () => reject(new Error('The events did not come in time.')),
        fetchPatienceMs,
      );
      fetching.then(resolve, reject).finally(() => this.#timers.clear(timer));
    });
  }

  async #reset(): Promise<boolean> {
    this.#tell('reset');
    const seq = await this.#options.onReset();
    this.#last = seq;
    this.#highest = Math.max(this.#highest, seq);
    this.#mustFetch = true;
    this.#drain();
    return true;
  }

  #tell(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}

function isExpired(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'events_expired';
}
