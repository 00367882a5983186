import { ValidationError } from '../kit/errors.ts';
import { findUnstorableText } from './unstorable-text.ts';

/** An opaque cursor: the sort key of the last row of a page. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}
/** Throws ValidationError when it is not one of ours; `kinds` are the key's types in order. */
export function decodeCursor(
  cursor: string,
  kinds: readonly ('string' | 'number' | 'time')[],
): (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits =
      Array.isArray(key) &&
      key.length === kinds.length &&
      !findUnstorableText(key) &&
      key.every((part, index) =>
        kinds[index] === 'number'
          ? Number.isSafeInteger(part)
          : typeof part === 'string' && (kinds[index] === 'string' || isTime(part)),
      );
    if (fits) return key as (string | number)[];
  } catch {
    // Falls through to the one answer for every unreadable cursor.
  }
  throw new ValidationError('cursor: use nextCursor of the page before as it is.', [
    { path: 'cursor', message: 'This is not a cursor.' },
  ]);
}

/** As `encodeCursor` was given it: four digits of a year, so that every database knows the time. */
function isTime(text: string): boolean {
  return /^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;
}

/** Cuts the extra row that tells whether there is a next page. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  key: (row: Row) => readonly (string | number)[],
): { items: Item[]; nextCursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  };
}
