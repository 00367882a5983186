const REDACTED = '[redacted]';
const MAXIMUM_DEPTH = 8;

/** Compared without case, `-` and `_`: `api_key`, `apiKey` and `API-KEY` are one name. */
const SECRET_NAME =
  /(password|passwd|passphrase|secret|token|credential|authorization|cookie|signature|apikey|masterkey|privatekey|datakey|accesskey|serverkey|identitykey|databaseurl|redisurl|connectionstring)/;
const SECRET_EXACTLY = new Set(['key', 'auth', 'pass', 'pwd', 'jwt', 'otp', 'sealed', 'xhubsignature256']);
/** Names that contain a secret's word and tell nothing: counts, kinds, times, identifiers. */
const HARMLESS_ENDING = /(id|ids|count|type|kind|at|expiresin|expiresat|prefix|length|name)$/;

export function looksSecret(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_.\s]/g, '');
  if (SECRET_EXACTLY.has(plain)) return true;
  return SECRET_NAME.test(plain) && !HARMLESS_ENDING.test(plain);
}

/**
 * A copy for the log in which every value under a name that looks like a secret is '[redacted]', at any
 * depth. Circles and what lies deeper than eight levels are cut off, because a log line must end.
 */
export function redact(value: unknown): unknown {
  return redactAt(value, 0, new Set());
}

function redactAt(value: unknown, depth: number, parents: ReadonlySet<object>): unknown {
  if (typeof value === 'string') return redactUrlPassword(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date || ArrayBuffer.isView(value)) return value instanceof Date ? value : '[bytes]';
  if (parents.has(value)) return '[circular]';
  if (depth >= MAXIMUM_DEPTH) return '[deep]';
  const within = new Set(parents).add(value);
  if (Array.isArray(value)) return value.map(item => redactAt(item, depth + 1, within));
  if (value instanceof Map) return redactAt(Object.fromEntries(value), depth, within);
  if (value instanceof Set) return redactAt([...value], depth, within);
  const copy: Record<string, unknown> = {};
  if (value instanceof Error) {
    copy.name = value.name;
    copy.message = redactUrlPassword(value.message);
    copy.stack = value.stack === undefined ? undefined : redactUrlPassword(value.stack);
    if (value.cause !== undefined) copy.cause = redactAt(value.cause, depth + 1, within);
  }
  for (const [name, item] of Object.entries(value)) {
    copy[name] = looksSecret(name) && !isEmpty(item) ? REDACTED : redactAt(item, depth + 1, within);
  }
  return copy;
}

/** An absent secret stays visible as absent: that is what one looks for in a log. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || typeof value === 'boolean';
}

/** Connection strings travel inside messages and options under harmless names. */
function redactUrlPassword(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${REDACTED}@`);
}
