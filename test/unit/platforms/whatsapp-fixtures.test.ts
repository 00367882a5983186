import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';

interface Fixture {
  readonly about: string;
  readonly receivedAt: string;
  readonly deliveries: readonly {
    readonly body?: unknown;
    readonly bodyText?: string;
    readonly expected: unknown;
  }[];
}

const folder = new URL('../../fixtures/whatsapp/', import.meta.url);
function readFixtures(): readonly (Fixture & { readonly name: string })[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => ({ name, ...(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Fixture) }));
}

describe('WhatsApp fixtures', () => {
  const fixtures = readFixtures();
  it('has the golden cases', () => {
    const numbers = fixtures.map(fixture => Number(fixture.name.slice(0, 2)));
    expect(numbers).to.include.members([...Array.from({ length: 16 }, (_, index) => index + 1), 40]);
  });
  it('reads a body of three megabytes, and splits it', () => {
    const messages = Array.from({ length: 1000 }, (_, index) => ({
      from: `3519100${String(index).padStart(5, '0')}`,
      id: `wamid.${index}`,
      timestamp: '1790000001',
      type: 'text',
      text: { body: 'x'.repeat(3000) },
    }));
    const contacts = messages.map(message => ({ wa_id: message.from, profile: { name: message.id } }));
    const value = { metadata: { phone_number_id: '770022' }, contacts, messages };
    const body = Buffer.from(
      JSON.stringify({ entry: [{ id: '1', changes: [{ field: 'messages', value }] }] }),
    );
    expect(body.length).to.be.greaterThan(3_000_000);
    const facts = whatsappAdapter.parse(body, new Date());
    expect(facts).to.have.length(1000);
    expect(facts[999]).to.have.nested.property('contact.name', 'wamid.999');
    expect(whatsappAdapter.split?.(body)).to.have.length(1);
  });
  for (const fixture of fixtures)
    it(`${fixture.name}: ${fixture.about}`, () => {
      for (const delivery of fixture.deliveries) {
        const body = Buffer.from(delivery.bodyText ?? JSON.stringify(delivery.body));
        const facts = whatsappAdapter.parse(body, new Date(fixture.receivedAt));
        expect(JSON.parse(JSON.stringify(facts))).to.deep.equal(delivery.expected);
      }
    });
});
