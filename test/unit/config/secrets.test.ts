import { expect } from 'chai';
import fc from 'fast-check';
import { generateKey, keyIdOf, parseMasterKey, SealBroken } from '../../../src/config/key-ring.ts';
import { generateDataKey, MasterKeys, openDataKey } from '../../../src/config/secrets.ts';
import { SetupError } from '../../../src/kit/errors.ts';

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);

describe('secrets', () => {
  it('opens what it sealed, in its place only', () => {
    const keys = new MasterKeys(first);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (plaintext, context, other) => {
        const sealed = keys.seal(plaintext, context);
        expect(keys.open(sealed, context)).to.equal(plaintext);
        if (other !== context) expect(() => keys.open(sealed, other)).to.throw(SealBroken);
      }),
    );
  });

  it('keeps bytes as they are and never seals twice alike', () => {
    const keys = new MasterKeys(first);
    const bytes = Buffer.from([0, 255, 128, 10]);
    expect(keys.openBytes(keys.seal(bytes, 'a'), 'a')).to.deep.equal(bytes);
    expect(keys.seal('same', 'a')).not.to.equal(keys.seal('same', 'a'));
  });

  it('refuses anything that was touched', () => {
    const keys = new MasterKeys(first);
    const sealed = keys.seal('secret', 'a');
    for (let index = 0; index < sealed.length; index += 1) {
      const touched = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
      // The last character holds unused bits of base64: it may decode to the same bytes.
      if (Buffer.from(touched, 'base64url').equals(Buffer.from(sealed, 'base64url'))) continue;
      if (index === sealed.length - 1) continue;
      expect(() => keys.open(touched, 'a'), `character ${index}`).to.throw(SealBroken);
    }
    for (const broken of ['', 'v1', 'v1.x.y', `${sealed}.x`, sealed.slice(0, -8), 'plain text']) {
      expect(() => keys.open(broken, 'a')).to.throw(SealBroken);
    }
  });

  it('names the key in the envelope and opens with the previous one while it rotates', () => {
    const before = new MasterKeys(first);
    const sealed = before.seal('secret', 'a');
    expect(sealed).to.match(new RegExp(`^v1\\.${keyIdOf(first)}\\.`));
    expect(keyIdOf(first)).to.match(/^[0-9a-f]{8}$/);
    expect(() => new MasterKeys(second).open(sealed, 'a')).to.throw(SealBroken, keyIdOf(first));

    const during = new MasterKeys(second, first);
    expect(during.open(sealed, 'a')).to.equal('secret');
    expect(during.isSealedWithCurrentKey(sealed)).to.equal(false);
    const resealed = during.reseal(sealed, 'a');
    expect(during.isSealedWithCurrentKey(resealed)).to.equal(true);
    expect(new MasterKeys(second).open(resealed, 'a')).to.equal('secret');
  });

  it('derives a key of its own for each purpose, and during a rotation the former one too', () => {
    const keys = new MasterKeys(second, first);
    expect(keys.deriveKey('access-token')).to.have.length(32);
    expect(keys.deriveKey('access-token')).to.deep.equal(new MasterKeys(second).deriveKey('access-token'));
    expect(keys.deriveKey('access-token')).not.to.deep.equal(keys.deriveKey('visitor-token'));
    expect(keys.deriveKeys('access-token')).to.deep.equal([
      keys.deriveKey('access-token'),
      new MasterKeys(first).deriveKey('access-token'),
    ]);
    // A purpose that is called like the sealing key must not give the sealing key.
    expect(keys.deriveKey('seal')).not.to.deep.equal(keys.deriveKey('access-token'));
  });

  it('gives each tenant a data key that opens in its row only', () => {
    const keys = new MasterKeys(first);
    const { dataKey, sealed } = generateDataKey(keys, 'tenants/1');
    const secret = dataKey.seal('EAAG', 'channels/7');
    expect(openDataKey(keys, sealed, 'tenants/1').open(secret, 'channels/7')).to.equal('EAAG');
    expect(() => openDataKey(keys, sealed, 'tenants/2')).to.throw(SealBroken);
    expect(() => keys.open(secret, 'channels/7')).to.throw(SealBroken);
    const rotated = new MasterKeys(second, first).reseal(sealed, 'tenants/1');
    expect(openDataKey(new MasterKeys(second), rotated, 'tenants/1').open(secret, 'channels/7')).to.equal(
      'EAAG',
    );
  });

  it('notices a wrong master key by the check value', () => {
    const check = new MasterKeys(first).makeCheckValue();
    new MasterKeys(first).verifyCheckValue(check);
    new MasterKeys(second, first).verifyCheckValue(check);
    expect(() => new MasterKeys(second).verifyCheckValue(check)).to.throw(
      SetupError,
      /Put the former MASTER_KEY/,
    );
  });

  it('reads keys of 32 bytes only', () => {
    const key = generateKey();
    expect(parseMasterKey(key.toString('base64'))).to.deep.equal(key);
    expect(parseMasterKey(key.toString('base64url'))).to.deep.equal(key);
    for (const text of ['', 'short', `${key.toString('base64')}A`, key.toString('hex'), 'x'.repeat(44)]) {
      expect(parseMasterKey(text), text).to.equal(undefined);
    }
    expect(() => new MasterKeys(Buffer.alloc(16))).to.throw(RangeError);
  });
});
