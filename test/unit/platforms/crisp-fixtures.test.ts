import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { crispAdapter } from '../../../src/platforms/crisp/index.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const parse = (event: string, data: object) =>
  crispAdapter.parse(json({ website_id: 'w-1', event, data, timestamp: 1790000000123 }), receivedAt);

describe('Crisp fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('crisp').map(({ name }) => Number(name.slice(0, 2)));
    expect(numbers).to.include.members([30, 31, 40]);
  });
  testGoldenCases('crisp', crispAdapter.parse);

  it('refuses what is no hook', () => {
    for (const body of [{}, { website_id: 'w-1' }, { event: 'message:send' }, { website_id: '', event: 'x' }])
      expect(() => crispAdapter.parse(json(body), receivedAt)).to.throw(UnreadableDelivery);
  });
  it('speaks for the website that the hook names, whatever is inside it', () => {
    const body = json({
      website_id: 'w-1',
      event: 'message:send',
      data: { website_id: 'w-2', session_id: 's' },
    });
    expect(crispAdapter.split?.(body)).to.deep.equal([{ accountId: 'w-1', body }]);
    const [fact] = crispAdapter.parse(body, receivedAt);
    expect(fact?.accountId).to.equal('w-1');
  });
  it('knows a hook by its bytes, whatever comes with it', () => {
    const keyOf = (body: Buffer, headers = {}) =>
      crispAdapter.deliveryKey({ method: 'POST', publicUrl: '', headers, body, receivedAt });
    const body = json({ website_id: 'w-1', event: 'x', timestamp: 1 });
    expect(keyOf(body)).to.match(/^crisp:[0-9a-f]{64}$/);
    expect(keyOf(Buffer.from(body), { 'x-delivery-attempt-count': '2' })).to.equal(keyOf(body));
    expect(keyOf(json({ website_id: 'w-1', event: 'x', timestamp: 2 }))).not.to.equal(keyOf(body));
  });
  it('takes the same answer twice as one, and another one as another', () => {
    const idOf = (...selected: string[]) => {
      const choices = ['a', 'b'].map(value => ({ value, label: value, selected: selected.includes(value) }));
      const data = { session_id: 's', fingerprint: 1790000000001, content: { choices } };
      return parse('message:updated', data)[0]?.externalId;
    };
    expect(idOf('a')).to.equal(idOf('a'));
    expect(new Set([idOf('a'), idOf('b'), idOf('a', 'b')]).size).to.equal(3);
    expect(idOf()).to.equal(undefined);
  });
  it('keeps numbers apart that two sessions share', () => {
    const idIn = (session_id: string) =>
      parse('message:send', { session_id, fingerprint: 1790000000001, type: 'text', content: 'x' })[0]
        ?.externalId;
    expect(idIn('session_a')).not.to.equal(idIn('session_b'));
  });
});
