import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';

/** An id for what comes without one: the same for the same content. */
export function idFromContent(...content: readonly (JsonValue | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Meta gives a delivery no id, but repeats it with the same bytes. */
export function keyOfBytes(platform: string, body: Buffer): string {
  return `${platform}:${createHash('sha256').update(body).digest('hex')}`;
}
