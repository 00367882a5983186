import { expect } from 'chai';
import { CommitNotices } from '../../../src/realtime/commit-notices.ts';
import { until } from '../../support/until.ts';

describe('notices of commits to other processes', () => {
  type Batch = readonly (readonly [string, number])[];
  function open(options: { processes: number; strangerMs: number }) {
    const sent: Batch[] = [];
    const state = { processes: options.processes, failure: undefined as Error | undefined, failures: 0 };
    const notices = new CommitNotices({
      send: batch => {
        if (state.failure) throw state.failure;
        sent.push(batch);
      },
      processCount: async () => state.processes,
      onFailure: () => {
        state.failures++;
      },
      strangerMs: options.strangerMs,
    });
    return { sent, state, notices };
  }

  it('are sent at once, the highest number of each tenant', async () => {
    const { sent, notices } = open({ processes: 2, strangerMs: 0 });
    for (const seq of [3, 5, 4]) notices.add('one', seq);
    notices.add('other', 1);
    await until('both are told', () => sent.flat().length >= 2);
    expect(new Map(sent.flat())).to.deep.equal(
      new Map([
        ['one', 5],
        ['other', 1],
      ]),
    );
    notices.close();
  });

  it('stay here while there is nobody, and are told to whoever comes', async () => {
    const { sent, state, notices } = open({ processes: 1, strangerMs: 0 });
    notices.add('one', 7);
    notices.add('one', 8);
    notices.add('other', 2);
    await new Promise(setImmediate);
    expect(sent).to.deep.equal([]);
    state.processes = 2;
    await until('the newcomer is told', () => sent.length > 0);
    expect(sent).to.deep.equal([
      [
        ['one', 8],
        ['other', 2],
      ],
    ]);
    notices.close();
  });

  it('are sent while others may not be known yet', async () => {
    const { sent, notices } = open({ processes: 1, strangerMs: 60_000 });
    notices.add('one', 1);
    await until('it is told', () => sent.length === 1);
    notices.close();
  });

  it('go on after a failure', async () => {
    const { sent, state, notices } = open({ processes: 2, strangerMs: 0 });
    state.failure = new Error('the adapter is away');
    notices.add('one', 1);
    await until('it has failed', () => state.failures === 1);
    state.failure = undefined;
    notices.add('one', 2);
    await until('it is told', () => sent.length === 1);
    expect(sent).to.deep.equal([[['one', 2]]]);
    notices.close();
  });
});
