import { mock } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import type { TenantEvent } from '../../../src/contract/events.ts';
import { TenantFeed } from '../../../src/realtime/tenant-feed.ts';

function event(seq: number): TenantEvent {
  return { seq, type: 'user.updated', at: '2026-01-01T00:00:00.000Z', data: { userId: seq } };
}
const events = (...seqs: number[]) => seqs.map(event);
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Lets promises that are settled be heard. */
const breathe = () => new Promise(resolve => setImmediate(resolve));

/** A feed over an outbox in memory, on a clock that moves only when told. */
class FeedRig {
  readonly emitted: number[] = [];
  readonly failures: unknown[] = [];
  /** What is committed, by number from 1. */
  committed: number;
  readonly reads: { after: number; settle: (fails: boolean) => void }[] = [];
  /** Off: a read waits until `reads` settles it. */
  isAnsweredAtOnce = true;
  failuresToCome = 0;
  readonly feed: TenantFeed;

  constructor(last = 0) {
    this.committed = last;
    this.feed = new TenantFeed(last, {
      read: (after, limit) => this.#read(after, limit),
      emit: ({ seq }) => void this.emitted.push(seq),
      onFailure: error => void this.failures.push(error),
    });
  }

  #read(after: number, limit: number): Promise<readonly TenantEvent[]> {
    const page = events(...upTo(this.committed, after + 1).slice(0, limit));
    return new Promise((resolve, reject) => {
      const settle = (fails: boolean) => (fails ? reject(new Error('away')) : resolve(page));
      if (this.isAnsweredAtOnce) settle(this.failuresToCome-- > 0);
      else this.reads.push({ after, settle });
    });
  }

  async pass(ms: number): Promise<void> {
    await breathe();
    mock.timers.tick(ms);
    await breathe();
  }
}

describe('the feed of a tenant', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('hands on at once what comes in order, and reads nothing', async () => {
    const rig = new FeedRig(7);
    rig.isAnsweredAtOnce = false;
    rig.feed.offer(events(8, 9));
    rig.feed.offer(events(10));
    await rig.pass(1000);
    expect(rig.emitted).to.deep.equal([8, 9, 10]);
    expect(rig.reads).to.deep.equal([]);
  });

  it('waits a moment for two commits that report in the wrong order, and reads nothing', async () => {
    const rig = new FeedRig();
    rig.isAnsweredAtOnce = false;
    rig.feed.offer(events(3));
    rig.feed.offer(events(2));
    await rig.pass(1);
    expect(rig.emitted).to.deep.equal([]);
    rig.feed.offer(events(1));
    expect(rig.emitted).to.deep.equal([1, 2, 3]);
    await rig.pass(1000);
    expect(rig.reads).to.deep.equal([]);
  });

  it('reads what another process committed before its own', async () => {
    const rig = new FeedRig();
    rig.committed = 4;
    rig.feed.offer(events(4));
    await rig.pass(5);
    expect(rig.emitted).to.deep.equal([1, 2, 3, 4]);
  });

  it('reads what it only heard of, also more than a page of it', async () => {
    const rig = new FeedRig();
    rig.committed = 1234;
    rig.feed.hear(1234);
    for (let turn = 0; turn < 4; turn++) await rig.pass(5);
    expect(rig.emitted).to.deep.equal(upTo(1234));
  });

  it('reads again when reading failed, after a pause', async () => {
    const rig = new FeedRig();
    rig.failuresToCome = 2;
    rig.committed = 2;
    rig.feed.hear(2);
    await rig.pass(5);
    await rig.pass(100);
    expect(rig.failures).to.have.length(1);
    await rig.pass(400);
    await rig.pass(500);
    expect(rig.failures).to.have.length(2);
    expect(rig.emitted).to.deep.equal([1, 2]);
  });

  it('does not ask without pause for what was announced and is not there', async () => {
    const rig = new FeedRig();
    rig.isAnsweredAtOnce = false;
    rig.feed.hear(9);
    let asked = 0;
    for (let ms = 0; ms < 2000; ms += 5) {
      await rig.pass(5);
      for (const read of rig.reads.splice(0)) {
        asked++;
        read.settle(false);
      }
    }
    expect(asked).to.be.within(2, 6);
    rig.committed = 9;
    rig.isAnsweredAtOnce = true;
    await rig.pass(500);
    await rig.pass(500);
    expect(rig.emitted).to.deep.equal(upTo(9));
  });

  it('hands on nothing and reads nothing after it was closed', async () => {
    const rig = new FeedRig();
    rig.isAnsweredAtOnce = false;
    rig.committed = 3;
    rig.feed.hear(2);
    rig.feed.close();
    rig.feed.hear(3);
    await rig.pass(1000);
    expect(rig.reads).to.deep.equal([]);
    expect(rig.emitted).to.deep.equal([]);
  });

  it('hands on every number once and in order, however commits, notices, readings and failures fall', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('commit' as const), size: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('foreign' as const), size: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('offer' as const), which: fc.nat(20) }),
      fc.record({ kind: fc.constant('hear' as const), which: fc.nat(20), isLost: fc.boolean() }),
      fc.record({ kind: fc.constant('read' as const), which: fc.nat(3), fails: fc.boolean() }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 5, 600) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(50), fc.array(step, { maxLength: 60 }), async (start, steps) => {
        const rig = new FeedRig(start);
        rig.isAnsweredAtOnce = false;
        const offers: number[][] = [];
        const notices: number[] = [];
        const take = <Item>(list: Item[], which: number) =>
          list.splice(which % Math.max(1, list.length), 1)[0];
        const isInOrder = () => rig.emitted.every((seq, index) => seq === start + 1 + index);
        for (const given of steps) {
          if (given.kind === 'commit' || given.kind === 'foreign') {
            const seqs = upTo(rig.committed + given.size, rig.committed + 1);
            rig.committed += given.size;
            if (given.kind === 'commit') offers.push(seqs);
            else notices.push(rig.committed);
          } else if (given.kind === 'offer') rig.feed.offer(events(...(take(offers, given.which) ?? [])));
          else if (given.kind === 'hear') {
            const notice = take(notices, given.which);
            if (notice !== undefined && !given.isLost) rig.feed.hear(notice);
          } else if (given.kind === 'read') take(rig.reads, given.which)?.settle(given.fails);
          else await rig.pass(given.ms);
          await breathe();
          expect(isInOrder(), `in order after ${given.kind}: ${rig.emitted}`).to.equal(true);
          expect(rig.reads.length, 'readings at once').to.be.at.most(1);
        }
        // What is late comes, the last notice too, and the database answers.
        for (const seqs of offers) rig.feed.offer(events(...seqs));
        rig.feed.hear(rig.committed);
        for (const read of rig.reads.splice(0)) read.settle(false);
        rig.isAnsweredAtOnce = true;
        for (let turn = 0; turn < 4; turn++) await rig.pass(600);
        expect(rig.emitted).to.deep.equal(upTo(rig.committed, start + 1));
        rig.feed.close();
      }),
      { numRuns: 300 },
    );
  });
});
