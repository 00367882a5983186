import { type DeliveryPart, UnreadableDelivery } from '../adapter.ts';
import {
  identifierOf,
  isObject,
  type JsonObject,
  type JsonValue,
  objectOf,
  objectsOf,
  parseJson,
} from '../json.ts';

/** One thing that happened to a page or an account, whichever of the envelope's three forms it came in. */
export interface MessagingEvent {
  /** `entry.id`: the page, or the Instagram account. */
  readonly accountId: string;
  readonly entry: JsonObject;
  readonly event: JsonObject;
  /** Another app has the thread at the moment. */
  readonly isStandby: boolean;
  /** The field of a `changes` element; '' in the other forms. */
  readonly field: string;
}

/**
 * Every event of an envelope, in order: `messaging[]`, `standby[]`, and `changes[]`, where the value is the event.
 * Throws UnreadableDelivery for what is no envelope at all.
 */
export function readEvents(body: Buffer): readonly MessagingEvent[] {
  return readEnvelope(body).entries.flatMap(entry => {
    const common = { accountId: accountIdOf(entry), entry, field: '' };
    return [
      ...objectsOf(entry.messaging).map(event => ({ ...common, event, isStandby: false })),
      ...objectsOf(entry.standby).map(event => ({ ...common, event, isStandby: true })),
      ...objectsOf(entry.changes).map(change => {
        const field = identifierOf(change.field) ?? '';
        return { ...common, event: objectOf(change.value), isStandby: field === 'standby', field };
      }),
    ];
  });
}

/** One POST may speak for many accounts, even of several tenants: each part is a whole envelope with one's own entries. */
export function splitMessaging(body: Buffer): readonly DeliveryPart[] {
  const { object, entries } = readEnvelope(body);
  const accounts = new Map<string, JsonObject[]>();
  for (const entry of entries) {
    const accountId = accountIdOf(entry);
    const own = accounts.get(accountId) ?? [];
    accounts.set(accountId, own);
    own.push(entry);
  }
  // Nearly all of them: kept as it came, and read once.
  const [only] = accounts.keys();
  if (only !== undefined && accounts.size === 1) return [{ accountId: only, body }];
  return [...accounts].map(([accountId, entry]) => ({
    accountId,
    body: Buffer.from(JSON.stringify({ object, entry })),
  }));
}

interface Envelope {
  readonly object: JsonValue | undefined;
  readonly entries: readonly JsonObject[];
}
function readEnvelope(body: Buffer): Envelope {
  const envelope = parseJson(body);
  if (!isObject(envelope) || !Array.isArray(envelope.entry))
    throw new UnreadableDelivery('The body is not an envelope of Meta: it has no list "entry".');
  return { object: envelope.object, entries: objectsOf(envelope.entry) };
}

function accountIdOf(entry: JsonObject): string {
  return identifierOf(entry.id) ?? '';
}
