import { expect } from 'chai';
import type { PendingDelivery } from '../../../src/features/inbound/delivery-store.ts';
import { ReadingAhead } from '../../../src/features/inbound/reading-ahead.ts';
import { Unavailable } from '../../../src/platforms/adapter.ts';
import { adapters } from '../../../src/platforms/registry.ts';
import { rejection } from '../../support/stub-server.ts';

describe('ReadingAhead', () => {
  const mail = adapters.email as { parse: unknown };
  const realParse = mail.parse;
  const gates = new Map<string, () => void>();
  beforeEach(() => {
    mail.parse = async (body: Buffer) => {
      const text = body.toString();
      if (text === 'broken') throw new Error('no mail');
      if (text.startsWith('slow')) await new Promise<void>(open => gates.set(text, open));
      return [];
    };
  });
  afterEach(() => {
    mail.parse = realParse;
  });
  const delivery = (id: number, channelId: number, text: string): PendingDelivery => ({
    id,
    channelId,
    platform: channelId === 1 ? 'whatsapp' : 'email',
    channelName: '',
    body: Buffer.from(text),
    receivedAt: new Date(),
  });
  const idsOf = (deliveries: readonly PendingDelivery[]) => deliveries.map(({ id }) => id);
  const always = () => true;

  it('leaves out what stands behind an unread one of its channel, and nothing else', () => {
    const all = [delivery(1, 2, 'a'), delivery(2, 1, 'b'), delivery(3, 3, 'c'), delivery(4, 2, 'd')];
    const { ready, unread } = new ReadingAhead().split(all);
    expect([idsOf(ready), idsOf(unread)]).to.deep.equal([[2], [1, 3, 4]]);
  });
  it('has a channel away while it reads, and says once that there is something, also when it was read before', async () => {
    const ahead = new ReadingAhead();
    const [first, second, other] = [delivery(1, 2, 'slow 1'), delivery(2, 2, 'a'), delivery(3, 3, 'b')];
    ahead.begin([first, second, other], always);
    expect(ahead.away).to.deep.equal([2, 3]);
    expect(await ahead.next()).to.equal(true);
    expect(ahead.away).to.deep.equal([2]);
    expect(ahead.split([first, second]).unread, 'its reader is at it').to.deep.equal([]);
    gates.get('slow 1')?.();
    // The drain was looking at others just then.
    await new Promise<void>(resolve => setImmediate(resolve));
    expect(ahead.away).to.deep.equal([]);
    expect(await ahead.next()).to.equal(true);
    expect(idsOf(ahead.split([first, second, other]).ready)).to.deep.equal([1, 2, 3]);
    expect(await ahead.next()).to.equal(false);
  });
  it('gives each channel one turn when the visit should end, and has no second one', async () => {
    const ahead = new ReadingAhead();
    ahead.begin([delivery(1, 2, 'a')], () => false);
    expect(await ahead.next()).to.equal(true);
    ahead.begin([delivery(2, 2, 'b')], () => false);
    expect(await ahead.next()).to.equal(false);
    expect(ahead.away).to.deep.equal([2]);
    expect(ahead.readingOf(delivery(2, 2, 'b'))).to.equal(undefined);
  });
  it('tells what is wrong with one that cannot be read', async () => {
    const ahead = new ReadingAhead();
    ahead.begin([delivery(1, 2, 'broken')], always);
    await ahead.next();
    expect(ahead.readingOf(delivery(1, 2, 'broken')))
      .to.have.property('error')
      .that.matches(/no mail/);
    ahead.throwFailure();
  });
  it('lets others go on when reading has to wait, and fails at the end', async () => {
    mail.parse = async () => {
      throw new Unavailable('channel', 'no_thread', 'Not now.');
    };
    const ahead = new ReadingAhead();
    ahead.begin([delivery(1, 2, 'a')], always);
    await ahead.next();
    expect(ahead.away).to.deep.equal([2]);
    expect(await ahead.next()).to.equal(false);
    expect(await rejection((async () => ahead.throwFailure())())).to.include({ code: 'no_thread' });
  });
});
