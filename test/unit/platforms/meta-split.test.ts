import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { facebookAdapter } from '../../../src/platforms/facebook/index.ts';
import { splitMessaging } from '../../../src/platforms/meta/messaging-events.ts';

const message = (page: string, mid: string) => ({
  sender: { id: '7' },
  recipient: { id: page },
  timestamp: 1790000000123,
  message: { mid, text: mid },
});
const envelope = (...entry: unknown[]) => Buffer.from(JSON.stringify({ object: 'page', entry }));
const entry = (id: unknown, ...mids: string[]) => ({
  id,
  time: 5,
  messaging: mids.map(mid => message(String(id), mid)),
});

describe('splitMessaging', () => {
  const body = envelope(
    entry('A', 'a1', 'a2'),
    entry('B', 'b1'),
    { id: 'A', time: 6, standby: [message('A', 'a3')], changes: [{ field: 'feed', value: { item: 'x' } }] },
    null,
  );
  const parts = splitMessaging(body);

  it('gives each account its own entries, in order, and nothing else', () => {
    expect(parts.map(part => part.accountId)).to.deep.equal(['A', 'B']);
    const [first, second] = parts.map(part => JSON.parse(part.body.toString()) as { entry: unknown[] });
    expect(first).to.have.property('object', 'page');
    expect(first?.entry).to.have.length(2);
    expect(JSON.stringify(second)).to.contain('b1').and.not.to.match(/"a\d"/);
  });
  it('loses and invents no fact', () => {
    const at = new Date();
    const whole = facebookAdapter.parse(body, at);
    expect(whole).to.have.length(5);
    for (const part of parts)
      expect(facebookAdapter.parse(part.body, at)).to.deep.equal(
        whole.filter(fact => fact.accountId === part.accountId),
      );
  });
  it('keeps the body of one account as it came', () => {
    const single = envelope(entry('A', 'a1'), entry('A', 'a2'));
    expect(splitMessaging(single)).to.deep.equal([{ accountId: 'A', body: single }]);
  });
  it('gives none for nothing, takes numbers for ids, and keeps together what names no account', () => {
    expect(splitMessaging(envelope())).to.deep.equal([]);
    const odd = envelope(entry(7, 'a'), { messaging: [] }, entry({ id: 1 }, 'b'));
    expect(splitMessaging(odd).map(part => part.accountId)).to.deep.equal(['7', '']);
  });
  it('refuses what is no envelope', () => {
    for (const text of ['{}', '[]', 'null', '{"entry":{}}', ''])
      expect(() => splitMessaging(Buffer.from(text)), text).to.throw(UnreadableDelivery);
  });
});
