import type { BodyFormat } from './body-mutations.ts';
import { brokenBytes } from './body-mutations.ts';

/** For platforms that post forms (application/x-www-form-urlencoded): the same trials as those of JSON bodies. */
export const formBodies: BodyFormat = {
  hostileBodies,
  withUnknownFields,
  mutatedBody: mutatedForm,
  otherBodies,
};

function hostileBodies(body: Buffer): Readonly<Record<string, Buffer>> {
  const many = (field: (index: number) => string) =>
    Array.from({ length: 200_000 }, (_, index) => field(index));
  const and = (text: string) => Buffer.concat([body, Buffer.from(text)]);
  return {
    'an empty body': Buffer.alloc(0),
    null: Buffer.from('null'),
    'a list': Buffer.from('[]'),
    'a JSON object': Buffer.from('{"AccountSid":"AC1","MessageSid":"SM1"}'),
    'a form of something else': Buffer.from('a=1&b=2'),
    'names without values': Buffer.from([...fieldsOf(body)].map(([name]) => name).join('&')),
    'values without names': Buffer.from([...fieldsOf(body)].map(([, value]) => `=${value}`).join('&')),
    'a form with other signs between its fields': Buffer.from(body.toString().replaceAll('&', ';')),
    'a form that is encoded twice': Buffer.from(encodeURIComponent(body.toString())),
    'invalid UTF-8': Buffer.concat([body, Buffer.from('&zz='), Buffer.from([0xff])]),
    'UTF-16': Buffer.from(body.toString(), 'utf16le'),
    '200,000 fields': and(`&${many(index => `k${index}=0`).join('&')}`),
    'one field 200,000 times': and(`&${many(() => 'zz=0').join('&')}`),
    'three megabytes of nothing': Buffer.alloc(3 * 1024 * 1024, ' '),
    'three megabytes of separators': Buffer.alloc(3 * 1024 * 1024, '&'),
    'three megabytes of broken escapes': Buffer.alloc(3 * 1024 * 1024, '%'),
  };
}

function withUnknownFields(body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from('AaNew=1&'),
    body,
    Buffer.from('&zz_new%5Bdeep%5D=x&__proto__=1&constructor=2'),
  ]);
}

/** Reordered fields say the same; these do not. */
function otherBodies(body: Buffer): readonly Buffer[] {
  const [[name = '', value = ''] = [], ...others] = fieldsOf(body);
  return [
    Buffer.concat([body, Buffer.from('\n')]),
    Buffer.concat([body, Buffer.from('&zz=')]),
    formOf([[name, `${value}0`], ...others]),
    formOf([[name, ''], ...others]),
    formOf([[name, value], [name, '0'], ...others]),
    formOf(others),
    Buffer.alloc(0),
  ];
}

/** Name and value as they are written, escapes and all. */
type Field = readonly [string, string];
function fieldsOf(body: Buffer): readonly Field[] {
  return body
    .toString()
    .split('&')
    .map(field => {
      const at = field.indexOf('=');
      return at === -1 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
    });
}
function formOf(fields: readonly Field[]): Buffer {
  return Buffer.from(fields.map(([name, value]) => `${name}=${value}`).join('&'));
}

const junk: readonly string[] = [
  '',
  '+',
  '0',
  '-1',
  '1e308',
  '1e999',
  '0x10',
  '99999999999999999999',
  'null',
  'x',
  'received',
  'delivered',
  'failed',
  'STOP',
  '__proto__',
  'constructor',
  'toString',
  '%00',
  'a%00b',
  '%',
  '%zz',
  '%f',
  '%ff%fe',
  '%ED%A0%80',
  '%F0%9F%98%80',
  '☃',
  '%E2%98%83=%E2%98%83',
  'whatsapp%3A',
  'whatsapp%3A%2B',
  '%2B',
  '%2B351910000002%2C%2B351910000003',
  'javascript%3Aalert(1)',
  '%7B%22a%22%3A1%7D',
  'long+'.repeat(2000),
];
const oddNames: readonly string[] = [
  '',
  '%00',
  '__proto__',
  'MediaUrl00',
  'MediaUrl-1',
  'From%5B%5D',
  'from',
  '%46rom',
];

/** A form changed by a list of random numbers: fields changed, removed, doubled, renamed, moved, or taken from others. */
function mutatedForm(body: Buffer, choices: readonly number[], others: readonly Buffer[]): Buffer {
  const [kind = 0, ...rest] = choices;
  if (kind % 5 === 0) return brokenBytes(body, rest);
  let fields = fieldsOf(body);
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const [where = 0, what = 0] = rest.slice(index, index + 2);
    fields = changed(fields, where, what, others);
  }
  return formOf(fields);
}

function changed(
  fields: readonly Field[],
  where: number,
  what: number,
  others: readonly Buffer[],
): readonly Field[] {
  const at = where % Math.max(fields.length, 1);
  const [name, value] = fields[at] ?? ['', ''];
  const choice = Math.floor(what / 6);
  const junkValue = junk[choice % junk.length] ?? '';
  const other = others[choice % others.length];
  const foreign = other && fieldsOf(other);
  const by = (...replacements: readonly Field[]) => fields.toSpliced(at, 1, ...replacements);
  switch (what % 6) {
    case 0:
      return by();
    case 1:
      return by([name, junkValue], [name, value]);
    case 2:
      return by([oddNames[choice % oddNames.length] ?? '', value]);
    case 3:
      return [...by(), [name, value]];
    case 4:
      return by([name, value], foreign?.[where % foreign.length] ?? ['', '']);
    default:
      return by([name, junkValue]);
  }
}
