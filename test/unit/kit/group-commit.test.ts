import { expect } from 'chai';
import { GroupCommit } from '../../../src/kit/group-commit.ts';
import { failureOf } from '../../support/failure-of.ts';

describe('GroupCommit', () => {
  /** Items are their own sizes; each write ends when it is told to. */
  function newGroups(mostItems = 3, mostBytes = 10) {
    const writes: { readonly items: readonly number[]; end: (error?: Error) => void }[] = [];
    const commit = new GroupCommit<number, string>({
      write: items =>
        new Promise((resolve, reject) => {
          writes.push({ items, end: error => (error ? reject(error) : resolve(items.join())) });
        }),
      bytesOf: item => item,
      mostItems,
      mostBytes,
    });
    return { commit, writes, groups: () => writes.map(write => write.items) };
  }
  /** What was resolved has been heard. */
  const settled = () => new Promise(resolve => setImmediate(resolve));

  it('writes the first at once, and together what came meanwhile, in its order', async () => {
    const { commit, writes, groups } = newGroups();
    const results = [1, 2, 3].map(item => commit.add(item));
    expect(groups()).to.deep.equal([[1]]);
    writes[0]?.end();
    await settled();
    expect(groups()).to.deep.equal([[1], [2, 3]]);
    expect(commit.isIdle).to.equal(false);
    writes[1]?.end();
    expect(await Promise.all(results)).to.deep.equal(['1', '2,3', '2,3']);
    expect(commit.isIdle).to.equal(true);
  });

  for (const [what, items, expected] of [
    ['no more than may be', [1, 1, 1, 1, 1], [[1], [1, 1, 1], [1]]],
    ['no more bytes than may be', [1, 6, 4, 1, 9], [[1], [6, 4], [1, 9]]],
    ['what is too large alone by itself', [1, 50, 1, 60], [[1], [50], [1], [60]]],
  ] as const)
    it(`puts into a group ${what}`, async () => {
      const { commit, writes, groups } = newGroups();
      const results = items.map(item => commit.add(item));
      for (let index = 0; index < expected.length; index++) {
        writes[index]?.end();
        await settled();
      }
      await Promise.all(results);
      expect(groups()).to.deep.equal(expected);
    });

  it('a write that fails fails its own group, and the next one is written', async () => {
    const { commit, writes } = newGroups();
    const [first, second] = [commit.add(1), commit.add(2)];
    const failure = failureOf(first);
    writes[0]?.end(new Error('The disk is full.'));
    expect(await failure).to.include({ message: 'The disk is full.' });
    await settled();
    writes[1]?.end();
    expect(await second).to.equal('2');
  });
});
