import { expect } from 'chai';
import fc from 'fast-check';
import { backoffCeilingMs, backoffMs } from '../../../src/kit/backoff.ts';

const options = { baseMs: 200, maximumMs: 30_000 };

describe('backoff', () => {
  it('doubles its ceiling up to the maximum', () => {
    const ceilings = [0, 1, 2, 3, 8, 9, 5000].map(attempt => backoffCeilingMs(attempt, options));
    expect(ceilings).to.deep.equal([200, 200, 400, 800, 25_600, 30_000, 30_000]);
  });

  it('waits anywhere below the ceiling', () => {
    expect(backoffMs(3, options, () => 0)).to.equal(0);
    expect(backoffMs(3, options, () => 0.5)).to.equal(400);
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const wait = backoffMs(attempt, options, () => random);
          return Number.isInteger(wait) && wait >= 0 && wait < backoffCeilingMs(attempt, options);
        },
      ),
    );
  });
});
