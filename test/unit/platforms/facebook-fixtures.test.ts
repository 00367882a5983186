import { expect } from 'chai';
import { facebookAdapter } from '../../../src/platforms/facebook/index.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

describe('Facebook fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('facebook').map(({ name }) => Number(name.slice(0, 2)));
    expect(numbers).to.include.members([17, 18, 19, 20]);
  });
  testGoldenCases('facebook', facebookAdapter.parse);

  const parse = (...messaging: object[]) =>
    facebookAdapter.parse(
      Buffer.from(JSON.stringify({ object: 'page', entry: [{ id: '1', time: 1790000000123, messaging }] })),
      new Date(0),
    );
  it('names what comes without an id the same in every delivery, and otherwise than its neighbours', () => {
    const tap = (title: string, timestamp: number) => ({
      sender: { id: '2' },
      recipient: { id: '1' },
      timestamp,
      postback: { title },
    });
    const ids = parse(tap('A', 5), tap('A', 6), tap('B', 5), tap('A', 5)).map(fact => fact.externalId);
    expect(ids[3]).to.equal(ids[0]);
    expect(new Set(ids).size).to.equal(3);
  });
  it('tells a reaction that was given again from the first, and a retry from neither', () => {
    const reaction = (action: string, timestamp: number) => ({
      sender: { id: '2' },
      recipient: { id: '1' },
      timestamp,
      reaction: { mid: 'm', action, emoji: '👍' },
    });
    const given = [reaction('react', 5), reaction('unreact', 6), reaction('react', 7), reaction('react', 5)];
    const ids = parse(...given).map(fact => fact.externalId);
    expect(new Set(ids).size).to.equal(3);
    expect(ids[3]).to.equal(ids[0]);
  });
  it('does not take an essay for an emoji', () => {
    const [fact] = parse({
      sender: { id: '2' },
      recipient: { id: '1' },
      reaction: { mid: 'm', action: 'react', reaction: 'like', emoji: 'x'.repeat(1000) },
    });
    expect(fact).to.include({ kind: 'reaction', emoji: '👍' });
  });
});
