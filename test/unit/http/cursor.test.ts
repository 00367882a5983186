import { expect } from 'chai';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, page } from '../../../src/http/cursor.ts';
import { ValidationError } from '../../../src/kit/errors.ts';

const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('cursor', () => {
  it('comes back as it was', () => {
    const text = fc.string({ unit: 'binary' }).filter(value => !/\0|\p{Surrogate}/u.test(value));
    fc.assert(
      fc.property(text, fc.maxSafeInteger(), (name, id) => {
        const cursor = encodeCursor([name, id]);
        expect(cursor).to.match(/^[\w-]+$/);
        expect(decodeCursor(cursor, ['string', 'number'])).to.deep.equal([name, id]);
      }),
    );
    const now = new Date().toISOString();
    expect(decodeCursor(encodeCursor([now, 7]), ['time', 'number'])).to.deep.equal([now, 7]);
  });

  for (const [what, cursor, kinds] of [
    ['empty text', '', ['number']],
    ['no base64', '%%%', ['number']],
    ['no JSON', Buffer.from('{[').toString('base64url'), ['number']],
    ['no list', raw({ 0: 1 }), ['number']],
    ['null', raw(null), ['number']],
    ['a shorter key', raw(['a']), ['string', 'number']],
    ['a longer key', raw([1, 2]), ['number']],
    ['a text for a number', raw(['1']), ['number']],
    ['a number for a text', raw([1]), ['string']],
    ['a fraction', raw([1.5]), ['number']],
    ['a number beyond 2^53', Buffer.from('[9007199254740993]').toString('base64url'), ['number']],
    ['an infinite number', Buffer.from('[1e999]').toString('base64url'), ['number']],
    ['a time that is none', raw(['yesterday', 1]), ['time', 'number']],
    ['a list in the list', raw([[1]]), ['number']],
    ['a NUL', raw(['a\0', 1]), ['string', 'number']],
    ['half of a pair', raw(['\ud800', 1]), ['string', 'number']],
    ['a prototype', Buffer.from('{"__proto__":[1]}').toString('base64url'), ['number']],
  ] as const)
    it(`is refused when it is ${what}`, () => {
      expect(() => decodeCursor(cursor, kinds)).to.throw(ValidationError, /^cursor: /);
    });

  it('is refused, and nothing worse, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
        try {
          decodeCursor(text, ['number', 'number']);
        } catch (error) {
          expect(error).to.be.instanceOf(ValidationError);
        }
      }),
    );
  });

  it('of a page is there when there is one row more', () => {
    const cut = (rows: number[], limit: number) =>
      page(
        rows,
        limit,
        row => `row ${row}`,
        row => [row],
      );
    expect(cut([], 2)).to.deep.equal({ items: [], nextCursor: null });
    expect(cut([1, 2], 2)).to.deep.equal({ items: ['row 1', 'row 2'], nextCursor: null });
    expect(cut([1, 2, 3], 2)).to.deep.equal({ items: ['row 1', 'row 2'], nextCursor: encodeCursor([2]) });
  });
});
