import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { parseWhatsApp } from '../../../src/platforms/whatsapp/parse-whatsapp.ts';
import { splitWhatsApp } from '../../../src/platforms/whatsapp/split-whatsapp.ts';

const change = (phone: string | undefined, id: string) => ({
  field: phone === undefined ? 'account_update' : 'messages',
  value:
    phone === undefined
      ? { event: id }
      : {
          metadata: { phone_number_id: phone },
          messages: [{ from: '351910000002', id, timestamp: '1790000001', type: 'text', text: { body: id } }],
        },
});
const envelope = (...entry: object[]) =>
  Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }));

describe('splitWhatsApp', () => {
  const body = envelope(
    { id: '880011', time: 5, changes: [change('A', 'a1'), change('B', 'b1'), change(undefined, 'NEWS')] },
    { id: '880022', time: 6, changes: [change('A', 'a2'), change('A', 'a3'), change(undefined, 'OTHER')] },
  );
  const parts = splitWhatsApp(body);

  it('gives each account its own elements and nothing else', () => {
    expect(parts.map(part => part.accountId)).to.deep.equal(['A', 'B', '880011', '880022']);
    const read = parts.map(part => JSON.parse(part.body.toString()) as { entry: { changes: unknown[] }[] });
    expect(read[0]).to.deep.equal({
      object: 'whatsapp_business_account',
      entry: [
        { id: '880011', time: 5, changes: [change('A', 'a1')] },
        { id: '880022', time: 6, changes: [change('A', 'a2'), change('A', 'a3')] },
      ],
    });
    expect(JSON.stringify(read[1]))
      .to.contain('b1')
      .and.not.to.match(/"a\d"|NEWS|OTHER/);
    expect(read[2]?.entry).to.have.length(1);
  });
  it('loses and invents no fact', () => {
    const at = new Date();
    const whole = parseWhatsApp(body, at);
    for (const part of parts) {
      const own = whole.filter(fact => fact.accountId === part.accountId);
      expect(own).to.not.have.length(0);
      expect(parseWhatsApp(part.body, at)).to.deep.equal(own);
    }
    expect(parts.flatMap(part => parseWhatsApp(part.body, at))).to.have.length(whole.length);
  });
  it('gives one part for one account, none for nothing, and refuses what is no envelope', () => {
    expect(
      splitWhatsApp(envelope({ id: '1', changes: [change('A', 'a1'), change('A', 'a2')] })),
    ).to.have.length(1);
    expect(splitWhatsApp(envelope())).to.deep.equal([]);
    for (const text of ['{}', '[]', 'null', '{"entry":{}}', ''])
      expect(() => splitWhatsApp(Buffer.from(text)), text).to.throw(UnreadableDelivery);
  });
  it('takes numbers for ids, and keeps what names no account together', () => {
    const odd = envelope(
      {
        id: 7,
        changes: [change('A', 'a1'), { field: 'x', value: { metadata: { phone_number_id: 8 }, y: 1 } }],
      },
      { changes: [change(undefined, 'N')] },
    );
    expect(splitWhatsApp(odd).map(part => part.accountId)).to.deep.equal(['A', '8', '']);
  });
});
