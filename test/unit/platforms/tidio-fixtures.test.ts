import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { tidioAdapter } from '../../../src/platforms/tidio/index.ts';
import { instantOf } from '../../../src/platforms/tidio/tidio-payload.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const keyOf = (body: Buffer) =>
  tidioAdapter.deliveryKey({ method: 'POST', publicUrl: '', headers: {}, body, receivedAt });

describe('Tidio fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('tidio').map(({ name }) => Number(name.slice(0, 2)));
    expect(numbers).to.include.members([32, 33, 40]);
  });
  testGoldenCases('tidio', tidioAdapter.parse);

  it('refuses what is no webhook', () => {
    for (const body of [
      {},
      { project_public_key: 'pk1' },
      { topic: 'ticket.replied' },
      { topic: ' ', project_public_key: 'pk1' },
    ])
      expect(() => tidioAdapter.parse(json(body), receivedAt)).to.throw(UnreadableDelivery);
  });
  it('speaks for the project that the webhook names', () => {
    const body = json({ project_public_key: 'pk1', topic: 'contact.created', content: {} });
    expect(tidioAdapter.split?.(body)).to.deep.equal([{ accountId: 'pk1', body }]);
  });
  it('knows a webhook by its id, also when it comes again with another time', () => {
    const of = (webhook_id: unknown, created_at = 1) =>
      keyOf(json({ project_public_key: 'pk1', topic: 'x', webhook_id, created_at }));
    expect(of('6f0e', 1)).to.equal('tidio:6f0e');
    expect(of('6f0e', 2)).to.equal('tidio:6f0e');
    for (const id of [null, 'a/b', 'x'.repeat(300), {}])
      expect(of(id)).to.match(/^tidio:sha256:[0-9a-f]{64}$/);
    expect(keyOf(Buffer.from('{'))).to.match(/^tidio:sha256:[0-9a-f]{64}$/);
    const [first, again] = goldenCases('tidio').find(({ name }) => name.startsWith('33'))?.deliveries ?? [];
    expect(keyOf(first!.body)).to.equal(keyOf(again!.body));
  });
  it('names one contact the same, whatever happened to them', () => {
    const whatOf = (topic: string, content: object) => {
      const [fact] = tidioAdapter.parse(json({ project_public_key: 'pk1', topic, content }), receivedAt);
      return fact?.kind === 'pull' ? fact.what : undefined;
    };
    expect(whatOf('contact.updated', { id: 'c-1' })).to.equal('contact:c-1');
    expect(whatOf('conversation.operator_replied', { contact_id: 'c-1' })).to.equal('contact:c-1');
  });
  it('reads times in both forms, in UTC where no zone is named, and no others', () => {
    const at = '2026-11-01T10:00:00.000Z';
    for (const value of [
      '2026-11-01T10:00:00+00:00',
      '2026-11-01T10:00:00',
      '2026-11-01T11:00:00+0100',
      1793527200,
      '1793527200',
    ])
      expect(instantOf(value)?.toISOString(), String(value)).to.equal(at);
    for (const value of [
      'yesterday',
      '2026-11-01',
      '2026-13-41T10:00:00Z',
      '9999-01-01T00:00:00Z',
      -1,
      null,
      {},
    ])
      expect(instantOf(value)).to.equal(undefined);
  });
});
