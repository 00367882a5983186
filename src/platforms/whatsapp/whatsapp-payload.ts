import { UnreadableDelivery } from '../adapter.ts';
import { identifierOf, isObject, type JsonObject, objectOf, objectsOf, parseJson } from '../json.ts';

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
