import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares without telling by its time where two texts differ; texts of any length, hashed to one length first. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
