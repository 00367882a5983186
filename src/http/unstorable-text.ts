import type { ErrorDetail } from '../kit/errors.ts';

/** Postgres keeps no NUL in text, and JSON columns no half of a surrogate pair. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const MAXIMUM_PATH = 200;
const message = 'This text holds characters that are none (NUL, or half of a surrogate pair).';

/**
 * The first text in `value`, a name or a value at any depth, that no database can keep. The walk has a list of its own
 * instead of calls within calls: the depth is the sender's choice.
 */
export function findUnstorableText(value: unknown): ErrorDetail | undefined {
  const waiting = [{ path: '', value }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path } = next;
    if (typeof next.value === 'string' && UNSTORABLE.test(next.value)) return { path, message };
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [name, inner] of Object.entries(next.value)) {
      if (UNSTORABLE.test(name)) return { path, message };
      waiting.push({
        path: path.length > MAXIMUM_PATH ? path : path ? `${path}.${name}` : name,
        value: inner,
      });
    }
  }
  return undefined;
}
