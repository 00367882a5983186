import { expect } from 'chai';
import { z } from 'zod';
import '../../../src/contract/wording.ts';

describe('what is said of a wrong value', () => {
  const cases: readonly (readonly [string, z.ZodType, unknown, string])[] = [
    ['nothing', z.string(), undefined, 'This is required.'],
    ['another kind', z.string(), 7, 'Give text.'],
    ['another kind of number', z.int(), 1.5, 'Give a whole number.'],
    ['no text', z.string().min(1), '', 'Give at least one character.'],
    ['too little text', z.string().min(3), 'x', 'Give at least 3 characters.'],
    ['too much text', z.string().max(1), 'xx', 'Give at most 1 character.'],
    ['too few', z.array(z.string()).min(2), ['x'], 'Give at least 2.'],
    ['too many', z.array(z.string()).max(1), ['x', 'y'], 'Give 1 at most.'],
    ['too small', z.number().min(2), 1, 'Give 2 or more.'],
    ['too large', z.number().max(2), 3, 'Give 2 or less.'],
    ['none of the choices', z.enum(['a', 'b']), 'c', 'Choose one of a, b.'],
    ['not the one choice', z.literal('a'), 'b', 'Give a.'],
    ['no e-mail address', z.email(), 'x', 'Give an e-mail address, such as ana@example.com.'],
    ['no address', z.url(), 'x', 'Give an address, such as https://example.com/hook.'],
    ['another form', z.string().regex(/^a$/), 'b', 'This is not in the right form.'],
    ['more than was asked for', z.strictObject({}), { a: 1, b: 2 }, 'There is no "a", no "b" here.'],
    ['what has words of its own', z.string().regex(/a/, 'Write an a.'), 'b', 'Write an a.'],
  ];
  for (const [what, schema, value, words] of cases)
    it(`fits ${what}`, () => {
      expect(schema.safeParse(value).error?.issues.map(({ message }) => message)).to.deep.equal([words]);
    });
});
