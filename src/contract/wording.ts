import { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a time',
};
const formats: Readonly<Record<string, string>> = {
  email: 'Give an e-mail address, such as ana@example.com.',
  url: 'Give an address, such as https://example.com/hook.',
  uuid: 'Give a UUID.',
  datetime: 'Give a time, such as 2026-10-01T12:00:00Z.',
  regex: 'This is not in the right form.',
};
const some = (amount: number | bigint, thing: string) =>
  `${amount} ${thing}${Number(amount) === 1 ? '' : 's'}`;

/** What is wrong with a value, for whoever gave it; `undefined` leaves it to the library. */
function wordsOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'This is required.';
      return kinds[issue.expected] && `Give ${kinds[issue.expected]}.`;
    case 'too_small':
      if (issue.origin === 'string')
        return issue.minimum === 1
          ? 'Give at least one character.'
          : `Give at least ${some(issue.minimum, 'character')}.`;
      return issue.origin === 'array' ? `Give at least ${issue.minimum}.` : `Give ${issue.minimum} or more.`;
    case 'too_big':
      if (issue.origin === 'string') return `Give at most ${some(issue.maximum, 'character')}.`;
      return issue.origin === 'array' ? `Give ${issue.maximum} at most.` : `Give ${issue.maximum} or less.`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `Give ${String(issue.values[0])}.`
        : `Choose one of ${issue.values.map(String).join(', ')}.`;
    case 'unrecognized_keys':
      return `There is no ${issue.keys.map(key => `"${key}"`).join(', no ')} here.`;
    case 'invalid_format':
      return formats[issue.format];
    default:
      return undefined;
  }
}

/** For every schema of the program: its faults are read by people who have not read the schema. */
z.config({ customError: wordsOf });
