import { expect } from 'chai';
import { SingleFlight } from '../../../src/kit/single-flight.ts';

describe('SingleFlight', () => {
  it('runs once for callers of the same key and apart for others', async () => {
    const flight = new SingleFlight<string, string>();
    const calls: string[] = [];
    const work = (key: string) => () => {
      calls.push(key);
      return Promise.resolve(`${key}${calls.length}`);
    };
    const results = await Promise.all(['a', 'a', 'b', 'a'].map(key => flight.run(key, work(key))));
    expect(results).to.deep.equal(['a1', 'a1', 'b2', 'a1']);
    expect(calls).to.deep.equal(['a', 'b']);
  });

  it('keeps neither results nor failures', async () => {
    const flight = new SingleFlight<string, number>();
    const failures = await Promise.allSettled(
      [1, 2].map(() => flight.run('a', () => Promise.reject(new Error('no')))),
    );
    expect(failures.map(failure => failure.status)).to.deep.equal(['rejected', 'rejected']);
    expect(flight.isRunning('a')).to.equal(false);
    expect(await flight.run('a', () => Promise.resolve(1))).to.equal(1);
    expect(await flight.run('a', () => Promise.resolve(2))).to.equal(2);
  });

  it('lets a caller that saw the failure start anew at once', async () => {
    const flight = new SingleFlight<string, string>();
    const retry = flight
      .run('a', () => Promise.reject(new Error('no')))
      .catch(() => flight.run('a', () => Promise.resolve('second')));
    expect(await retry).to.equal('second');
  });

  it('survives work that throws before it returns a promise', async () => {
    const flight = new SingleFlight<string, number>();
    const thrown = await flight
      .run('a', () => {
        throw new Error('at once');
      })
      .catch((error: Error) => error.message);
    expect(thrown).to.equal('at once');
    expect(await flight.run('a', () => Promise.resolve(7))).to.equal(7);
  });
});
