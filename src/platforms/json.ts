import { UnreadableDelivery } from './adapter.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const maximumDepth = 64;
const maximumKeys = 100_000;
const maximumIdentifierLength = 512;

/** The door splits a body and the pipeline parses it: both read the same value, which nobody changes. */
const read = new WeakMap<Buffer, JsonValue>();

/**
 * Reads a body that a stranger wrote into a plain value that Postgres can keep: no NUL, no lone surrogates,
 * no `__proto__` keys, only finite numbers. Throws UnreadableDelivery and nothing else, however hostile the bytes.
 */
export function parseJson(body: Buffer): JsonValue {
  const value = read.get(body) ?? readJson(body);
  read.set(body, value);
  return value;
}

function readJson(body: Buffer): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new UnreadableDelivery('The body is not valid UTF-8.');
  }
  return parseJsonText(text);
}

/** As `parseJson`, for JSON that comes as a string inside another body. */
export function parseJsonText(text: string): JsonValue {
  refuseExcess(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableDelivery('The body is not valid JSON.');
  }
  return mayNeedCleaning.test(text) ? clean(value) : (value as JsonValue);
}

/**
 * What `clean` has work for can only come of these: escapes, for UTF-8 itself holds no NUL in a string and no half of a
 * pair; the key; a negative zero; an exponent that leads to infinity.
 */
const mayNeedCleaning = /\\u|__proto__|(?:^|[:,[\s])-0|\de[+-]?\d{3}|\d{200}/i;

/** `parseJsonText` for callers that can do without the value. */
export function tryParseJsonText(text: string): JsonValue | undefined {
  try {
    return parseJsonText(text);
  } catch {
    return undefined;
  }
}

const code = {
  quote: 0x22,
  colon: 0x3a,
  bracket: 0x5b,
  backslash: 0x5c,
  endOfBracket: 0x5d,
  brace: 0x7b,
  endOfBrace: 0x7d,
} as const;

/** Counts nesting and keys before anything is built, so that `clean` may recurse: its depth is bounded here. */
function refuseExcess(text: string): void {
  let depth = 0;
  let keys = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (isInString) {
      if (character === code.backslash) index++;
      else if (character === code.quote) isInString = false;
    } else if (character === code.quote) isInString = true;
    else if (character === code.brace || character === code.bracket) {
      if (++depth > maximumDepth) throw new UnreadableDelivery(`The body nests deeper than ${maximumDepth}.`);
    } else if (character === code.endOfBrace || character === code.endOfBracket) depth--;
    else if (character === code.colon && ++keys > maximumKeys)
      throw new UnreadableDelivery(`The body has more than ${maximumKeys} keys.`);
  }
}

function clean(value: unknown): JsonValue {
  if (typeof value === 'string') return cleanText(value);
  // Adding zero turns -0 into 0: a part that is serialised anew must parse to the same value.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return null;
  const object: Record<string, JsonValue> = {};
  for (const [rawKey, entry] of Object.entries(value)) {
    const key = cleanText(rawKey);
    if (key !== '__proto__') object[key] = clean(entry);
  }
  return object;
}

/** Without NUL, which Postgres refuses; a half of a surrogate pair becomes U+FFFD. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** The object, or an empty one: a field that is missing or of another type reads as having no fields. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; anything else in it, or instead of it, is passed over. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The text, unless it is missing, of another type, or blank. */
export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** An id: a string short enough for an index, or a whole number that some senders use instead. */
export function identifierOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  const text = textOf(value)?.trim();
  return text !== undefined && text.length <= maximumIdentifierLength ? text : undefined;
}

/** A number, also when it is written as a string. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const text = textOf(value);
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}
