import { createHash } from 'node:crypto';
import { UnreadableDelivery } from '../adapter.ts';
import {
  identifierOf,
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  objectsOf,
  parseJson,
} from '../json.ts';

/** One element of `entry[].changes[]`, with what its entry says of it. */
export interface Change {
  /** `metadata.phone_number_id`; for changes without it the business account's id, which is `entry.id`. */
  readonly accountId: string;
  readonly field: string;
  readonly entry: JsonObject;
  readonly change: JsonObject;
  readonly value: JsonObject;
}

/** Every change of an envelope, in order. Throws UnreadableDelivery for what is no envelope at all. */
export function readChanges(body: Buffer): readonly Change[] {
  const envelope = parseJson(body);
  if (!isObject(envelope) || !Array.isArray(envelope.entry))
    throw new UnreadableDelivery('The body is not a WhatsApp envelope: it has no list "entry".');
  return objectsOf(envelope.entry).flatMap(entry =>
    objectsOf(entry.changes).map(change => {
      const value = objectOf(change.value);
      const phoneNumberId = identifierOf(objectOf(value.metadata).phone_number_id);
      return {
        accountId: phoneNumberId ?? identifierOf(entry.id) ?? '',
        field: identifierOf(change.field) ?? '',
        entry,
        change,
        value,
      };
    }),
  );
}

const earliestSeconds = 0;
/** The year 2100: a later time is no time, and Postgres or a sort order would suffer from it. */
const latestSeconds = 4_102_444_800;

/** Seconds since 1970, as a string or a number; milliseconds are recognised. `undefined` when it is no sane time. */
export function timeOf(value: JsonValue | undefined): Date | undefined {
  const given = numberOf(value);
  if (given === undefined) return undefined;
  const seconds = given > latestSeconds ? given / 1000 : given;
  return seconds > earliestSeconds && seconds < latestSeconds
    ? new Date(Math.floor(seconds * 1000))
    : undefined;
}

/** An id for what comes without one: the same for the same content. */
export function idFromContent(...content: readonly (JsonValue | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
