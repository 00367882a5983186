import { expect } from 'chai';
import fc from 'fast-check';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { identifierOf, numberOf, objectsOf, parseJson, textOf } from '../../../src/platforms/json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('parseJson', () => {
  const refused: Record<string, Buffer> = {
    'nothing at all': Buffer.alloc(0),
    'no JSON': Buffer.from('hello'),
    'half of it': Buffer.from('{"a":'),
    'a NUL byte outside a string': Buffer.from('{}\0'),
    'invalid UTF-8': Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    'half of a UTF-8 character': Buffer.from([0x22, 0xe2, 0x82, 0x22]),
    'a surrogate as UTF-8': Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'UTF-16': Buffer.from('{"a":1}', 'utf16le'),
    'arrays 10,000 deep': Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)),
    'objects 10,000 deep': Buffer.from(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    'three megabytes of brackets': Buffer.from('['.repeat(3_000_000)),
    'depth 65': Buffer.from('['.repeat(65) + ']'.repeat(65)),
    '100,001 keys': Buffer.from(`{${Array.from({ length: 100_001 }, (_, index) => `"k${index}":1`).join()}}`),
  };
  for (const [name, body] of Object.entries(refused))
    it(`refuses ${name}`, () => {
      expect(() => parseJson(body)).to.throw(UnreadableDelivery);
    });

  it('accepts the limits themselves', () => {
    expect(parse('['.repeat(64) + ']'.repeat(64))).to.be.an('array');
    const text = `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join()}}`;
    expect(Object.keys(parse(text) as object)).to.have.length(100_000);
  });
  it('does not count brackets and colons inside strings', () => {
    const text = `${'[{:'.repeat(200_000)}\\"`;
    expect(parse(JSON.stringify({ text }))).to.deep.equal({ text });
  });
  it('drops __proto__ keys, also those that become one by losing a NUL', () => {
    const value = parse('{"__proto__":{"a":1},"b":{"__pro\\u0000to__":{"c":1},"d":2}}') as { b: object };
    expect(Object.keys(value)).to.deep.equal(['b']);
    expect(Object.keys(value.b)).to.deep.equal(['d']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect(({} as Record<string, unknown>).a).to.equal(undefined);
  });
  it('strips NUL and mends half surrogates, in keys too', () => {
    expect(
      parse('{"a\\u0000":"x\\u0000y","\\ud800":"\\udc00 \\ud83d\\ude00 \\ud83d\\u0000\\ude00"}'),
    ).to.deep.equal({
      a: 'xy',
      '\uFFFD': '\uFFFD \u{1F600} \u{1F600}',
    });
  });
  it('gives numbers that survive being written again', () => {
    const texts = ['1e999', '-1E+309', `${'9'.repeat(250)}e99`, '9'.repeat(400), `${'9'.repeat(400)}.5`];
    for (const text of texts) expect(parse(`{"a":${text}}`), text.slice(0, 20)).to.deep.equal({ a: null });
    for (const text of ['-0', '[-0]', '[ -0.0]', '{"a":-0}', '[1,-0e5]'])
      expect(JSON.stringify(parse(text)), text).to.equal(JSON.stringify(JSON.parse(text)));
    for (const text of ['-0', '-0.0', '-0e9']) expect(Object.is(parse(text), 0), text).to.equal(true);
    expect(parse('[1.5,-7,1e3]')).to.deep.equal([1.5, -7, 1000]);
  });
  it('gives back any JSON value, and the same for what it gave', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
        const once = parse(JSON.stringify(value));
        expect(parse(JSON.stringify(once))).to.deep.equal(once);
        expect(JSON.stringify(once)).not.to.match(/\\u0000/);
      }),
    );
  });
  it('throws nothing but UnreadableDelivery, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          parseJson(Buffer.from(bytes));
        } catch (error) {
          expect(error).to.be.instanceOf(UnreadableDelivery);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('reading fields', () => {
  it('takes what is there and passes over the rest', () => {
    expect(objectsOf([{ a: 1 }, null, [], 'x', { b: 2 }])).to.deep.equal([{ a: 1 }, { b: 2 }]);
    expect(objectsOf({ length: 1 })).to.deep.equal([]);
    expect([textOf('a'), textOf(' '), textOf(1), textOf(null)]).to.deep.equal([
      'a',
      undefined,
      undefined,
      undefined,
    ]);
    expect([numberOf('1.5'), numberOf(2), numberOf('x'), numberOf('')]).to.deep.equal([
      1.5,
      2,
      undefined,
      undefined,
    ]);
    expect([
      identifierOf(12),
      identifierOf(' a '),
      identifierOf(1.5),
      identifierOf('x'.repeat(513)),
    ]).to.deep.equal(['12', 'a', undefined, undefined]);
  });
});
