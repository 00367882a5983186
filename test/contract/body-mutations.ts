/** Bodies that no platform would send: for the conformance suite. */

/** How the bodies of a platform are written, and so how they are spoiled. */
export interface BodyFormat {
  /** What must be refused as unreadable by every adapter; `body` is a good one. */
  hostileBodies(body: Buffer): Readonly<Record<string, Buffer>>;
  /** The body with fields that nobody knows yet. */
  withUnknownFields(body: Buffer): Buffer;
  /** A body changed by a list of random numbers; parts may come from `others`. */
  mutatedBody(body: Buffer, choices: readonly number[], others: readonly Buffer[]): Buffer;
  /** Bodies that a proof of `body` says nothing of. */
  otherBodies(body: Buffer): readonly Buffer[];
}

export const jsonBodies: BodyFormat = { hostileBodies, withUnknownFields, mutatedBody, otherBodies };

type Json = unknown;

function hostileBodies(body: Buffer): Readonly<Record<string, Buffer>> {
  const text = body.toString('utf8');
  const inside = (value: string) => Buffer.from(`${text.slice(0, -1)},"zz":${value}}`);
  return {
    'an empty body': Buffer.alloc(0),
    null: Buffer.from('null'),
    'a list': Buffer.from('[]'),
    'a text': Buffer.from('"x"'),
    'an empty object': Buffer.from('{}'),
    'a form': Buffer.from('a=1&b=2'),
    'half of a good one': body.subarray(0, Math.floor(body.length / 2)),
    'two good ones': Buffer.concat([body, body]),
    'invalid UTF-8': Buffer.concat([
      body.subarray(0, -1),
      Buffer.from(',"zz":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]),
    'UTF-16': Buffer.from(text, 'utf16le'),
    'lists 10,000 deep': inside('['.repeat(10_000) + ']'.repeat(10_000)),
    'objects 10,000 deep': inside(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    '200,000 keys': inside(`{${Array.from({ length: 200_000 }, (_, index) => `"k${index}":0`).join()}}`),
    'three megabytes of nothing': Buffer.alloc(3 * 1024 * 1024, ' '),
    'three megabytes of brackets': Buffer.alloc(3 * 1024 * 1024, '['),
  };
}

/** Serialised anew, one byte more, empty. */
function otherBodies(body: Buffer): readonly Buffer[] {
  const pretty = Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1));
  return [pretty, Buffer.concat([body, Buffer.from('\n')]), Buffer.alloc(0)];
}

/** A new field in each of the objects. */
function withUnknownFields(body: Buffer): Buffer {
  const grow = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(grow);
    if (typeof value !== 'object' || value === null) return value;
    const grown = Object.entries(value).map(([key, entry]) => [key, grow(entry)]);
    return Object.fromEntries([...grown, ['zz_new', { deep: [1, null, 'x'] }]]);
  };
  return Buffer.from(JSON.stringify(grow(JSON.parse(body.toString('utf8')))));
}

const junk: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1e308',
  '1e999',
  '9007199254740993',
  '""',
  '" "',
  '"x"',
  '"constructor"',
  '"toString"',
  '"__proto__"',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"99999999999999999999"',
  '"-5"',
  '"sent"',
  '"history"',
  '"unsupported"',
  '"system"',
  '"reaction"',
  '[]',
  '{}',
  '[null,1,"x",[],{}]',
  '{"__proto__":{"a":1},"constructor":{"prototype":1},"length":3}',
  '{"id":{"id":1},"type":[],"code":"x","errors":{}}',
  JSON.stringify('long '.repeat(2000)),
  '['.repeat(70) + ']'.repeat(70),
];

/** Values swapped for junk or for parts of other bodies, or bytes broken. */
function mutatedBody(body: Buffer, choices: readonly number[], others: readonly Buffer[]): Buffer {
  const [kind = 0, ...rest] = choices;
  if (kind % 5 === 0) return brokenBytes(body, rest);
  let value: Json = JSON.parse(body.toString('utf8'));
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const [where = 0, what = 0] = rest.slice(index, index + 2);
    value = replaceOne(value, where, replacement(what, others));
  }
  return Buffer.from(unmark(JSON.stringify(value)));
}

export function brokenBytes(body: Buffer, choices: readonly number[]): Buffer {
  const bytes = [...body];
  for (const choice of choices.slice(0, 6)) {
    const at = choice % Math.max(bytes.length, 1);
    if (choice % 3 === 0) bytes.splice(at, 1);
    else if (choice % 3 === 1) bytes[at] = choice % 256;
    else bytes.splice(at, 0, (choice >> 3) % 256);
  }
  return Buffer.from(bytes);
}

// Junk is text of JSON, not a value: what JSON.stringify would mend has to survive. It is marked until it is written.
const mark = '\u241f';
function unmark(text: string): string {
  return text.replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_, index) => junk[Number(index)] ?? 'null');
}
function replacement(choice: number, others: readonly Buffer[]): Json {
  if (choice % 4 !== 0) return `${mark}${choice % junk.length}`;
  const other = others[choice % others.length];
  const found = other && locations(JSON.parse(other.toString('utf8')));
  return found?.[(choice >> 2) % found.length]?.value ?? null;
}

interface Location {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}
function locations(value: Json, path: readonly (string | number)[] = []): readonly Location[] {
  const here = { path, value };
  if (path.length > 20 || typeof value !== 'object' || value === null) return [here];
  const children: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((entry, index) => [index, entry] as const)
    : Object.entries(value);
  return [here, ...children.flatMap(([key, entry]) => locations(entry, [...path, key]))];
}

function replaceOne(value: Json, choice: number, by: Json): Json {
  const all = locations(value);
  const path = all[choice % all.length]?.path ?? [];
  const write = (current: Json, depth: number): Json => {
    const key = path[depth];
    if (key === undefined) return by;
    if (Array.isArray(current))
      return current.map((entry, index) => (index === key ? write(entry, depth + 1) : entry));
    const object = current as Record<string, Json>;
    return Object.fromEntries(
      Object.entries(object).map(([name, entry]) => [name, name === key ? write(entry, depth + 1) : entry]),
    );
  };
  return write(value, 0);
}
