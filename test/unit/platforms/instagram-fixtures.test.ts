import { expect } from 'chai';
import { instagramAdapter } from '../../../src/platforms/instagram/index.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

describe('Instagram fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('instagram').map(({ name }) => Number(name.slice(0, 2)));
    expect(numbers).to.include.members([21, 22, 23, 24]);
  });
  testGoldenCases('instagram', instagramAdapter.parse);

  it('reads the same event in `messaging` and in `changes`', () => {
    const value = {
      sender: { id: '2' },
      recipient: { id: '1' },
      timestamp: 1790000000123,
      message: { mid: 'm', text: 'hi' },
    };
    const read = (entry: object) =>
      instagramAdapter.parse(
        Buffer.from(JSON.stringify({ object: 'instagram', entry: [{ id: '1', ...entry }] })),
        new Date(0),
      );
    expect(read({ changes: [{ field: 'messages', value }] })).to.deep.equal(read({ messaging: [value] }));
  });
});
