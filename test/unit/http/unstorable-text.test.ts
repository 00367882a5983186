import { expect } from 'chai';
import { findUnstorableText } from '../../../src/http/unstorable-text.ts';

describe('unstorable text', () => {
  for (const [what, value, path] of [
    ['a NUL', 'a\0b', ''],
    ['a high half', 'a\ud83d', ''],
    ['a low half', '\ude00b', ''],
    ['two halves the wrong way round', '\ude00\ud83d', ''],
    ['one in a field', { name: 'a\0' }, 'name'],
    ['one far in', { list: [{ name: 'fine' }, { name: '\ud800' }] }, 'list.1.name'],
    ['one in a name', { settings: { 'a\0': 1 } }, 'settings'],
  ] as const)
    it(`is ${what}`, () => {
      expect(findUnstorableText(value)?.path).to.equal(path);
    });

  for (const [what, value] of [
    ['nothing', undefined],
    ['null', null],
    ['numbers', [1, Number.NaN]],
    ['emoji', '👩‍👩‍👧 😀'],
    ['other control characters', '\u0001\u001f\u007f\u0085'],
    ['direction marks', '\u202e\u2066 abc \u2069'],
    ['the replacement character', '\ufffd\uffff'],
    ['the last character there is', '\u{10ffff}'],
  ] as const)
    it(`is not ${what}`, () => {
      expect(findUnstorableText(value)).to.equal(undefined);
      expect(findUnstorableText({ within: [value] })).to.equal(undefined);
    });

  it('is found at any depth without calls within calls', () => {
    let deep: unknown = 'a\0';
    for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 ? [deep] : { inner: deep };
    expect(findUnstorableText(deep)?.path).to.have.lengthOf.below(300);
  });
});
