import { expect } from 'chai';
import fc from 'fast-check';
import {
  addressBookOf,
  contactOf,
  equivalentAliases,
  equivalentWaIds,
  phoneOf,
  waIdOf,
} from '../../../src/platforms/whatsapp/whatsapp-identity.ts';

describe('WhatsApp identity', () => {
  const equivalents: readonly (readonly [string, readonly string[], string])[] = [
    ['5511987654321', ['551187654321'], 'Brazil with the 9'],
    ['551187654321', ['5511987654321'], 'Brazil without the 9'],
    ['5215512345678', ['525512345678'], 'Mexico with the 1'],
    ['525512345678', ['5215512345678'], 'Mexico without the 1'],
    ['541123456789', [], 'Argentina without the 9: may be a landline'],
    ['5491123456789', [], 'Argentina with the 9'],
    ['351910000002', [], 'Portugal'],
    ['55119876', [], 'too short for Brazil'],
    ['group@g.us', [], 'no number'],
  ];
  for (const [given, others, name] of equivalents)
    it(`knows the forms of ${given}: ${name}`, () => {
      expect(equivalentWaIds(given)).to.deep.equal([given, ...others]);
    });
  it('has equivalents for numbers only', () => {
    expect(equivalentAliases({ kind: 'bsuid', value: '5511987654321' })).to.have.length(1);
    expect(equivalentAliases({ kind: 'wa_id', value: '5511987654321' })).to.deep.equal([
      { kind: 'wa_id', value: '5511987654321' },
      { kind: 'wa_id', value: '551187654321' },
    ]);
  });
  it('is an equivalence: each form names all the others, and no two people meet', () => {
    const number = fc
      .tuple(fc.constantFrom('55', '52', '521', '54', '549', '351', '1'), fc.stringMatching(/^\d{6,11}$/))
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(number, given => {
        const forms = equivalentWaIds(given);
        expect(forms[0]).to.equal(given);
        for (const form of forms) expect([...equivalentWaIds(form)].sort()).to.deep.equal([...forms].sort());
      }),
      { numRuns: 1000 },
    );
  });

  const phones: readonly (readonly [string, string | undefined])[] = [
    ['351910000002', '+351910000002'],
    ['551187654321', '+5511987654321'],
    ['551132345678', '+551132345678'],
    ['5215512345678', '+525512345678'],
    ['5491123456789', '+5491123456789'],
    ['123', undefined],
    ['0123456789', undefined],
    ['1203630@g.us', undefined],
  ];
  for (const [waId, phone] of phones)
    it(`shows ${waId} as ${phone}`, () => {
      expect(phoneOf(waId)).to.equal(phone);
    });

  it('reads numbers with decoration', () => {
    expect(waIdOf('+351 910 000-002')).to.equal('351910000002');
    expect(waIdOf(351910000002)).to.equal('351910000002');
    expect(waIdOf('')).to.equal(undefined);
  });

  const rui = {
    profile: { name: ' Rui P ' },
    wa_id: '551187654321',
    user_id: 'BR.1',
    parent_user_id: 'BR.ENT.1',
  };
  const ana = { profile: { name: 'Ana L' }, user_id: 'PT.2' };
  it('finds the contact by number in any form, or by user id, and learns its other addresses', () => {
    const book = addressBookOf([rui, ana]);
    for (const sender of [{ waId: '5511987654321' }, { bsuid: 'BR.1' }]) {
      const contact = contactOf(sender, book);
      expect(contact?.name).to.equal('Rui P');
      expect(contact?.aliases.map(alias => alias.kind)).to.deep.equal(['bsuid', 'parent_bsuid', 'wa_id']);
    }
    expect(contactOf({ bsuid: 'PT.2' }, book)?.name).to.equal('Ana L');
  });
  it('gives nobody a name that belongs to somebody else', () => {
    expect(contactOf({ waId: '351910000002' }, addressBookOf([rui]))).to.deep.equal({
      aliases: [{ kind: 'wa_id', value: '351910000002' }],
      phone: '+351910000002',
    });
  });
  it('takes the only contact for a message that names nobody, but does not choose between two', () => {
    expect(contactOf({}, addressBookOf([ana]))?.name).to.equal('Ana L');
    expect(contactOf({}, addressBookOf([rui, ana]))).to.equal(undefined);
  });
});
