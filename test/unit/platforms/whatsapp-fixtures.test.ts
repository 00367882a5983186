import { expect } from 'chai';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { testGoldenCases } from '../../support/test-golden-cases.ts';

describe('WhatsApp fixtures', () => {
  it('has the golden cases', () => {
    const numbers = goldenCases('whatsapp').map(({ name }) => Number(name.slice(0, 2)));
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
  testGoldenCases('whatsapp', whatsappAdapter.parse);
});
