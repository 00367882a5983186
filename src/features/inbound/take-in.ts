import { isConnectionFailure, isRetryable, nullColumn, violatedConstraint } from '../../db/session.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { applyBatch, channelsOf } from './apply-batch.ts';
import {
  type ArrivingDelivery,
  insertDeliveries,
  parkDelivery,
  type StoredDelivery,
  storeDeliveries,
} from './delivery-store.ts';
import { DRAIN_LOCK } from './drain.ts';
import {
  factsOfKind,
  gatherReadings,
  type ParsedDeliveries,
  type Reading,
  readAtOnce,
} from './fact-batch.ts';
import { lookUp } from './look-up.ts';
import type { PeopleMemory } from './people-memory.ts';
import { knownMessages, takeInKnown } from './take-in-known.ts';

/** More than this is stored only: its sender should not wait until it is applied. */
const MOST_BYTES = 256 * 1024;

/** A delivery that came in, read before its turn comes, while the database is busy with those before it. */
export interface ReadDelivery extends ArrivingDelivery {
  /** Undefined when it is too large to be applied as it comes, or is not read at once. */
  readonly reading: Reading | undefined;
}
export function readArriving(delivery: ArrivingDelivery): ReadDelivery {
  const isSmall = delivery.body.length <= MOST_BYTES;
  return {
    ...delivery,
    reading: isSmall ? readAtOnce(delivery, requireAdapter(delivery.platform)) : undefined,
  };
}

/**
 * Stores deliveries, durable when it resolves, and applies them in the same transaction when no drain is at work and
 * nothing older waits: one visit and one commit instead of two, and nothing is read back. Resolves with whether that is
 * all; otherwise a drain has to come. What cannot be applied is stored all the same.
 */
export async function takeIn(
  scope: TenantScope,
  deliveries: readonly ReadDelivery[],
  memory: PeopleMemory,
  mayApply: boolean,
): Promise<boolean> {
  const bytes = deliveries.reduce((sum, delivery) => sum + delivery.body.length, 0);
  const readings = deliveries.flatMap(({ channelId, reading }, id) =>
    reading ? [{ id, channelId, reading }] : [],
  );
  const isSmall = bytes <= MOST_BYTES && readings.length === deliveries.length;
  if (!mayApply || !isSmall || scope.tenant.status !== 'active') {
    await insertDeliveries(scope.db, deliveries);
    return false;
  }
  // Until they are stored their positions stand for their ids.
  const parsed = gatherReadings(readings);
  try {
    const known = knownMessages(scope.tenant.id, deliveries, parsed, memory);
    const isDone = known && (await takeInKnown(scope, deliveries, known).catch(refused(scope)));
    if (isDone !== undefined) return isDone;
    return await scope.transaction(tx => storeAndApply(tx, deliveries, parsed, scope.tenant.id, memory));
  } catch (error) {
    if (isConnectionFailure(error)) throw error;
    scope.log.warn({ error }, 'deliveries could not be applied as they came; a drain tries each fact alone');
    await insertDeliveries(scope.db, deliveries);
    return false;
  }
}

/**
 * What somebody else's commit may make of the statement: a message without its conversation (the counter refuses to become
 * null), a second open one, a deadlock.
 */
const isRace = (error: unknown) =>
  nullColumn(error) === 'outbox_counter.seq' ||
  violatedConstraint(error) === 'conversations_one_unresolved' ||
  isRetryable(error);
/** A statement that failed has done nothing, and the steps may get further; a connection that failed leaves it open. */
const refused = (scope: TenantScope) => (error: unknown) => {
  if (isConnectionFailure(error)) throw error;
  const level = isRace(error) ? 'debug' : 'error';
  scope.log[level]({ error }, 'the statement for known writers failed; the messages go by the steps');
  return undefined;
};

async function storeAndApply(
  tx: TenantTx,
  deliveries: readonly ArrivingDelivery[],
  parsed: ParsedDeliveries,
  tenantId: string,
  memory: PeopleMemory,
): Promise<boolean> {
  // They travel together, the lock first: what is looked up is not older than the lock.
  const [stored, known] = await Promise.all([
    storeDeliveries(
      tx,
      deliveries,
      DRAIN_LOCK,
      factsOfKind(parsed.facts, 'message').map(({ channelId, fact }) => ({
        channelId,
        externalId: fact.externalId,
      })),
    ),
    lookUp(tx, parsed.facts, deliveries),
  ]);
  memory.remember(tenantId, known.asked, known.found);
  if (stored.some(delivery => !delivery.isOurs)) return false;
  const fresh = matched(deliveries, stored);
  const facts = parsed.facts.flatMap(fact => {
    const delivery = fresh.get(fact.deliveryId);
    return delivery ? [{ ...fact, deliveryId: delivery.id }] : [];
  });
  const holds = await applyBatch(tx, facts, channelsOf([...fresh.values()]), known);
  for (const { deliveryId, error } of parsed.unreadable) {
    const delivery = fresh.get(deliveryId);
    if (delivery) await parkDelivery(tx, delivery.id, error);
  }
  // What this holds may speak of a message that another one stores just now; one that was there already may wait for a
  // drain that was never told of it.
  return !holds && fresh.size === deliveries.length && !stored.some(delivery => delivery.isAwaited);
}

/** The new ones by their position; of two with the same key the first. */
function matched(deliveries: readonly ArrivingDelivery[], stored: readonly StoredDelivery[]) {
  const byKey = new Map(stored.map(delivery => [delivery.deliveryKey, delivery]));
  const fresh = new Map<number, ArrivingDelivery & StoredDelivery>();
  deliveries.forEach((delivery, position) => {
    const row = byKey.get(delivery.deliveryKey);
    if (row) fresh.set(position, { ...delivery, ...row });
    byKey.delete(delivery.deliveryKey);
  });
  return fresh;
}
