import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import type { InboundFact } from '../../../src/platforms/inbound-fact.ts';
import { telegramAdapter } from '../../../src/platforms/telegram/index.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const parse = (update: object): readonly InboundFact[] =>
  telegramAdapter.parse(json({ update_id: 1, ...update }), receivedAt);
const chat = { id: 7000000001, type: 'private', first_name: 'Ana' };
const text = (rest: object = {}) => ({
  message: { message_id: 12, date: 1790000001, chat, text: 'ola', ...rest },
});

describe('Telegram fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('telegram').map(({ name }) => Number(name.slice(0, 2)));
    expect(numbers).to.include.members([25, 26, 27, 28, 29, 40]);
  });
  testGoldenCases('telegram', telegramAdapter.parse);

  it('refuses what is no update', () => {
    for (const body of [{}, { message: text().message }, { update_id: 'x' }, { update_id: null }])
      expect(() => telegramAdapter.parse(json(body), receivedAt)).to.throw(UnreadableDelivery);
  });
  it('takes the largest picture, also when none says how large it is', () => {
    const mediaOf = (photo: object[]) => {
      const [fact] = parse(text({ text: undefined, photo }));
      return fact?.kind === 'message' ? fact.content.media?.[0]?.id : undefined;
    };
    expect(mediaOf([{ file_id: 'a' }, { file_id: 'b' }])).to.equal('b');
    expect(
      mediaOf([
        { file_id: 'a', width: 9, height: 9 },
        { file_id: 'b', width: 2, height: 2 },
      ]),
    ).to.equal('a');
  });
  it('keeps no size that is no number of bytes', () => {
    for (const size of [-1, 1.5, 1e308, 'many', null]) {
      const [fact] = parse(text({ text: undefined, document: { file_id: 'd', file_size: size } }));
      expect(fact).to.have.nested.property('content.media[0].id', 'd');
      expect(fact).not.to.have.nested.property('content.media[0].size');
    }
  });
  it('proves no number by a card of somebody else, or by one that is no number', () => {
    for (const contact of [
      { phone_number: '351910000003', first_name: 'Rui', user_id: 7000000002 },
      { phone_number: '351910000003', first_name: 'Ana' },
      { phone_number: '0800', first_name: 'Ana', user_id: 7000000001 },
    ])
      expect(parse(text({ text: undefined, contact }))[0]).not.to.have.nested.property('contact.phone');
  });
  it('has one key for an update and all its repetitions, and another for the next one', () => {
    const keyOf = (body: Buffer) =>
      telegramAdapter.deliveryKey({ method: 'POST', publicUrl: '', headers: {}, body, receivedAt });
    expect(keyOf(json({ update_id: 500001, ...text() }))).to.equal('telegram:500001');
    expect(keyOf(json({ update_id: 500002, ...text() }))).to.equal('telegram:500002');
    expect(keyOf(Buffer.from('{'))).to.match(/^telegram:sha256:[0-9a-f]{64}$/);
    expect(keyOf(Buffer.from('{'))).not.to.equal(keyOf(Buffer.from('[')));
  });
});

describe("Telegram's answer to a delivery", () => {
  const answer = (update: unknown) => telegramAdapter.answer?.(json(update));
  it('ends the wait of a tapped button', () => {
    const reply = answer({ update_id: 1, callback_query: { id: '4382000000000000001', data: 'x' } });
    expect(reply).to.include({ status: 200, contentType: 'application/json' });
    expect(JSON.parse(reply?.body ?? '')).to.deep.equal({
      method: 'answerCallbackQuery',
      callback_query_id: '4382000000000000001',
    });
  });
  it('is empty for everything else, and gives back no word of the sender', () => {
    for (const body of [
      { update_id: 1, ...text() },
      { update_id: 1, callback_query: { id: 'x","method":"sendMessage' } },
      { update_id: 1, callback_query: {} },
      { update_id: 1, callback_query: { id: ['4382'] } },
      { callback_query: { id: '4382' } },
      [],
      null,
    ])
      expect(answer(body)).to.equal(undefined);
    expect(telegramAdapter.answer?.(Buffer.from('{'))).to.equal(undefined);
  });
});
