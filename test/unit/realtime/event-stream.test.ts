import { expect } from 'chai';
import type { TenantEvent } from '../../../src/contract/events.ts';
import { type EventPage, EventStream, type StreamState } from '../../../web/src/realtime/event-stream.ts';

function event(seq: number): TenantEvent {
  return { seq, type: 'user.updated', at: '2026-01-01T00:00:00.000Z', data: { userId: seq } };
}
const breathe = () => new Promise(resolve => setImmediate(resolve));

interface Asked {
  readonly after: number;
  readonly answer: (page: EventPage) => void;
  readonly fail: (error: unknown) => void;
}

/** A stream with a socket, a server and a clock in the hands of the test. */
class StreamRig {
  readonly heard: number[] = [];
  readonly states: StreamState[] = [];
  readonly asked: Asked[] = [];
  readonly stream: EventStream;
  connect: () => void = () => undefined;
  disconnect: () => void = () => undefined;
  #hear: (event: TenantEvent) => void = () => undefined;
  #timers = new Map<number, { at: number; run: () => void }>();
  #now = 0;
  #timer = 0;

  constructor() {
    this.stream = new EventStream({
      lastSeq: 0,
      openSocket: () => ({
        onConnect: listener => {
          this.connect = listener;
        },
        onDisconnect: listener => {
          this.disconnect = listener;
        },
        onEvent: listener => {
          this.#hear = listener;
        },
        connect: () => undefined,
        close: () => undefined,
      }),
      fetchEvents: after =>
        new Promise((answer, fail) => {
          this.asked.push({ after, answer, fail });
        }),
      onEvents: events => this.heard.push(...events.map(({ seq }) => seq)),
      onState: state => this.states.push(state),
      onReset: async () => 0,
      timers: {
        set: (run, delayMs) => {
          this.#timers.set(++this.#timer, { at: this.#now + delayMs, run });
          return this.#timer;
        },
        clear: handle => void this.#timers.delete(handle as number),
      },
      random: () => 1,
    });
    this.stream.start();
  }

  hear(...seqs: number[]): void {
    for (const seq of seqs) this.#hear(event(seq));
  }

  /** The oldest question that is open, answered from an outbox that ends with `lastSeq`. */
  async answer(lastSeq: number): Promise<void> {
    const { after, answer } = this.asked.shift() as Asked;
    const items = Array.from({ length: lastSeq - after }, (_, index) => event(after + 1 + index));
    answer({ items, lastSeq });
    await breathe();
  }

  async fail(): Promise<void> {
    this.asked.shift()?.fail(new Error('away'));
    await breathe();
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const [handle, { at, run }] of [...this.#timers])
      if (at <= this.#now && this.#timers.delete(handle)) run();
    await breathe();
  }
}

describe('the stream of events in the browser', () => {
  it('asks for what it missed after every connection, and is live when it has that', async () => {
    const rig = new StreamRig();
    rig.connect();
    await rig.answer(3);
    rig.hear(4);
    rig.disconnect();
    rig.connect();
    rig.hear(7);
    await rig.answer(7);
    expect(rig.heard).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect(rig.states).to.deep.equal(['catching-up', 'live', 'connecting', 'catching-up', 'live']);
  });

  it('gives up a request that is never answered, and asks again', async () => {
    const rig = new StreamRig();
    rig.connect();
    expect(rig.asked).to.have.length(1);
    rig.disconnect();
    rig.connect();
    rig.hear(2);
    await rig.pass(20_000);
    await rig.pass(250);
    rig.asked.shift();
    await rig.answer(2);
    expect(rig.heard).to.deep.equal([1, 2]);
    expect(rig.stream.state).to.equal('live');
  });

  it('does not ask faster because more is announced while the server fails', async () => {
    const rig = new StreamRig();
    rig.connect();
    await rig.fail();
    for (let seq = 1; seq <= 100; seq++) {
      rig.hear(seq);
      await rig.fail();
    }
    expect(rig.asked).to.deep.equal([]);
    await rig.pass(250);
    await rig.answer(100);
    expect(rig.heard).to.have.length(100);
    expect(rig.stream.state).to.equal('live');
  });

  it('asks at once when the line is back, also while a retry waits', async () => {
    const rig = new StreamRig();
    rig.connect();
    await rig.fail();
    rig.disconnect();
    rig.connect();
    await rig.answer(1);
    expect(rig.heard).to.deep.equal([1]);
    await rig.pass(20_000);
    expect(rig.asked).to.deep.equal([]);
  });
});
