import { createHash } from 'node:crypto';
import type { Platform } from '../../contract/primitives.ts';
import type { Database, Statement } from '../../db/planes.ts';
import type { Pulled } from '../../platforms/adapter.ts';
import { fetchedKey } from '../channels/index.ts';

/** What was fetched, or came over a line, under a key that is the channel's own. */
export function fetchedDelivery(
  channelId: number,
  { key, body }: Pulled['bodies'][number],
  receivedAt: Date,
): NewDelivery {
  return {
    channelId,
    deliveryKey: fetchedKey(channelId, key),
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    headers: {},
    receivedAt,
  };
}

/** A verified delivery, or the part of one that speaks for this tenant's channel. */
export interface NewDelivery {
  readonly channelId: number;
  readonly deliveryKey: string;
  readonly body: Buffer;
  readonly bodySha256: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: Date;
}
/** One that has just come in: its platform is known from the route, so that it can be read before anything is asked. */
export interface ArrivingDelivery extends NewDelivery {
  readonly platform: Platform;
}

/** Bodies travel as one value, which is binary; in an array each of them would be spelled out in hexadecimal. */
const BODY_AT = 'substring($3::bytea FROM d.body_from FOR d.body_length)';
export const DELIVERY_COLUMNS = {
  names: 'channel_id, delivery_key, body, body_sha256, headers, received_at',
  values: `d.channel_id, d.delivery_key, ${BODY_AT}, d.body_sha256, d.headers, d.received_at`,
};
/** What `valuesOfDeliveries` gives, $1 to $8, as rows `d`. */
export const DELIVERIES = `unnest($1::bigint[], $2::text[], $4::int[], $5::int[], $6::text[], $7::jsonb[], $8::timestamptz[])
      WITH ORDINALITY AS d (channel_id, delivery_key, body_from, body_length, body_sha256, headers, received_at, position)`;
export function valuesOfDeliveries(deliveries: readonly NewDelivery[]): unknown[] {
  let next = 1;
  const starts = deliveries.map(({ body }) => {
    const start = next;
    next += body.length;
    return start;
  });
  const [first] = deliveries;
  return [
    deliveries.map(delivery => delivery.channelId),
    deliveries.map(delivery => delivery.deliveryKey),
    first && deliveries.length === 1 ? first.body : Buffer.concat(deliveries.map(delivery => delivery.body)),
    starts,
    deliveries.map(delivery => delivery.body.length),
    deliveries.map(delivery => delivery.bodySha256),
    deliveries.map(delivery => JSON.stringify(delivery.headers)),
    deliveries.map(delivery => delivery.receivedAt),
  ];
}

const INSERT: Statement = {
  name: 'insert-deliveries',
  text: `INSERT INTO inbound_deliveries (${DELIVERY_COLUMNS.names})
    SELECT ${DELIVERY_COLUMNS.values}
    FROM ${DELIVERIES} ORDER BY d.position
    ON CONFLICT (delivery_key) DO NOTHING`,
};

/** Durable when it returns. A key that is there already is a retry of the sender and changes nothing. */
export async function insertDeliveries(db: Database, deliveries: readonly NewDelivery[]): Promise<void> {
  await db.query(INSERT, valuesOfDeliveries(deliveries));
}

export interface StoredDelivery {
  readonly id: number;
  readonly deliveryKey: string;
  readonly channelName: string;
  /** It is marked as done: this transaction holds the drain's lock, and nothing older waits. Otherwise it is pending. */
  readonly isOurs: boolean;
  /** A held fact speaks of one of the messages that come with these: it becomes due. */
  readonly isAwaited: boolean;
}
/** A held fact that waits for a message, not for its next try. */
export const AWAITS = `h.state = 'held' AND h.reason = 'target'`;
const STORE: Statement = {
  name: 'store-deliveries',
  text: `WITH turn AS MATERIALIZED (
      SELECT NOT EXISTS (SELECT FROM inbound_deliveries WHERE state = 'pending') AND pg_try_advisory_xact_lock($9) AS is_ours
    ), stored AS (
      INSERT INTO inbound_deliveries (${DELIVERY_COLUMNS.names}, state)
      SELECT ${DELIVERY_COLUMNS.values},
        CASE WHEN turn.is_ours THEN 'done' ELSE 'pending' END
      FROM turn, ${DELIVERIES}
      ORDER BY d.position
      ON CONFLICT (delivery_key) DO NOTHING RETURNING id, channel_id, delivery_key, state
    )
    SELECT s.id, s.delivery_key AS "deliveryKey", c.name AS "channelName", s.state = 'done' AS "isOurs",
      EXISTS (
        SELECT FROM unnest($10::bigint[], $11::text[]) AS m (channel_id, external_id)
        JOIN held_facts h ON h.target_external_id = m.external_id AND h.channel_id = m.channel_id
        WHERE ${AWAITS}) AS "isAwaited"
    FROM stored s JOIN channels c ON c.id = s.channel_id`,
};

/**
 * Stores what is new of these, which bring `messages`, as done when this transaction may apply it (see `isOurs`). It tries
 * the lock and never waits for it: whoever holds it drains, and finds what is pending.
 */
export async function storeDeliveries(
  db: Database,
  deliveries: readonly NewDelivery[],
  drainLock: string,
  messages: readonly { readonly channelId: number; readonly externalId: string }[],
): Promise<StoredDelivery[]> {
  return db.query<StoredDelivery>(STORE, [
    ...valuesOfDeliveries(deliveries),
    drainLock,
    messages.map(message => message.channelId),
    messages.map(message => message.externalId),
  ]);
}

export interface PendingDelivery {
  readonly id: number;
  readonly channelId: number;
  readonly platform: Platform;
  readonly channelName: string;
  readonly body: Buffer;
  readonly receivedAt: Date;
}
const PENDING = `SELECT d.id, d.channel_id AS "channelId", c.platform, c.name AS "channelName", d.body,
    d.received_at AS "receivedAt" FROM inbound_deliveries d JOIN channels c ON c.id = d.channel_id`;

const OLDEST_PENDING: Statement = {
  name: 'pending-deliveries',
  text: `WITH oldest AS (
      SELECT id, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS bytes_before
      FROM (SELECT id, body FROM inbound_deliveries WHERE state = 'pending' AND channel_id <> ALL ($3::bigint[])
        ORDER BY id LIMIT $1) AS pending)
    ${PENDING} JOIN oldest o ON o.id = d.id WHERE o.bytes_before < $2 ORDER BY d.id`,
};
const DONE: Statement = {
  name: 'deliveries-done',
  text: `UPDATE inbound_deliveries SET state = 'done', error = NULL WHERE id = ANY ($1::bigint[])`,
};

/** The oldest of all channels but these, at most `limit`, and none behind those that make up `bytes`. */
export async function pendingDeliveries(
  db: Database,
  limit: number,
  bytes: number,
  butChannels: readonly number[],
): Promise<PendingDelivery[]> {
  return db.query<PendingDelivery>(OLDEST_PENDING, [limit, bytes, butChannels]);
}
export async function deliveriesById(db: Database, ids: readonly number[]): Promise<PendingDelivery[]> {
  return db.query<PendingDelivery>(`${PENDING} WHERE d.id = ANY ($1::bigint[])`, [ids]);
}
export async function markDone(db: Database, ids: readonly number[]): Promise<void> {
  await db.query(DONE, [ids]);
}
export async function parkDelivery(db: Database, id: number, error: string): Promise<void> {
  await db.query(`UPDATE inbound_deliveries SET state = 'parked', error = $2 WHERE id = $1`, [
    id,
    error.slice(0, 2000),
  ]);
}
