import { lockKey } from '../../db/advisory-lock.ts';
import type { Statement } from '../../db/planes.ts';
import { isConnectionFailure } from '../../db/session.ts';
import { AppError } from '../../kit/errors.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { applyBatch, channelsOf, lookUp } from './apply-batch.ts';
import {
  deliveriesById,
  markDone,
  type PendingDelivery,
  parkDelivery,
  pendingDeliveries,
} from './delivery-store.ts';
import { gatherReadings, type Reading, readDelivery, type SourcedFact } from './fact-batch.ts';
import {
  dueHeldFacts,
  hasHeldFacts,
  holdFailed,
  nextRetryInMs,
  parkHeld,
  releaseHeld,
} from './held-fact-store.ts';

const BATCH = 200;
/** One delivery may bring a thousand messages: no batch should hold its locks for long. */
const BATCH_BYTES = 2 * 1024 * 1024;
/** Whoever applies facts holds it: one at a time in each tenant's database. */
export const DRAIN_LOCK = lockKey('concierge inbound drain');
const LOCK: Statement = { name: 'drain-lock', text: 'SELECT pg_advisory_xact_lock($1)' };

export interface DrainResult {
  /** Deliveries and held facts that were dealt with. */
  readonly applied: number;
  /** When a failed fact wants its next try. */
  readonly retryInMs: number | undefined;
}

/**
 * Takes the tenant's pending deliveries in order and in batches until none is left. One drain per tenant at a time: the
 * transaction's advisory lock is waited for, so that a delivery committed while another drain ends is not overlooked.
 * A batch that was not full is the last one: whoever stores more wakes us again. `mayContinue` lets a busy tenant give its
 * connection to others between two batches.
 */
export async function drainTenant(
  scope: TenantScope,
  mayContinue: () => boolean = () => true,
): Promise<DrainResult> {
  let applied = 0;
  const readings: Readings = new Map();
  for (;;) {
    const batch = await drainBatch(scope, readings);
    applied += batch.amount;
    if (batch.unread.length > 0) {
      await readAhead(batch.unread, readings);
      if (mayContinue() || batch.amount === 0) continue;
    }
    if (batch.isLast && !batch.hasHeld) return { applied, retryInMs: undefined };
    if (batch.amount === 0 || !mayContinue()) return { applied, retryInMs: await nextRetryInMs(scope.db) };
  }
}

/** Deliveries that take their time to be read, which is done outside of any transaction: locks must not wait for it. */
type Readings = Map<number, Reading>;
/** Others should get on with what has been read. */
const READ_AHEAD_MS = 5000;

const isUnread = ({ id, platform }: PendingDelivery, readings: Readings) =>
  requireAdapter(platform).readsSlowly === true && !readings.has(id);

async function readAhead(deliveries: readonly PendingDelivery[], readings: Readings): Promise<void> {
  const until = Date.now() + READ_AHEAD_MS;
  for (const delivery of deliveries) {
    readings.set(delivery.id, await readDelivery(delivery, requireAdapter(delivery.platform)));
    if (Date.now() > until) return;
  }
}

interface Batch {
  readonly amount: number;
  /** The first of those behind it that have to be read before they can be applied. */
  readonly unread: readonly PendingDelivery[];
  readonly isLast: boolean;
  /** Facts are held: they may have become due by this batch. */
  readonly hasHeld: boolean;
}

async function drainBatch(scope: TenantScope, readings: Readings): Promise<Batch> {
  try {
    return await scope.transaction(async tx => {
      const { deliveries: claimed, hasHeld } = await claim(tx);
      const bytes = claimed.reduce((sum, { body }) => sum + body.length, 0);
      const first = claimed.findIndex(delivery => isUnread(delivery, readings));
      const deliveries = first < 0 ? claimed : claimed.slice(0, first);
      const unread = claimed.slice(deliveries.length).filter(delivery => isUnread(delivery, readings));
      const isLast = unread.length === 0 && claimed.length < BATCH && bytes < BATCH_BYTES;
      if (claimed.length === 0)
        return { isLast, hasHeld, ...(hasHeld ? await applyHeld(tx, readings) : { amount: 0, unread }) };
      if (deliveries.length === 0) return { amount: 0, isLast, hasHeld, unread };
      const done = markDone(
        tx,
        deliveries.map(delivery => delivery.id),
      );
      // Awaited below: what fails before that must not be nobody's.
      done.catch(() => undefined);
      const { facts, unreadable } = await read(deliveries, readings);
      const [known] = await Promise.all([lookUp(tx, facts, deliveries), done]);
      const holds = await applyBatch(tx, facts, channelsOf(deliveries), known);
      for (const { deliveryId, error } of unreadable) await parkDelivery(tx, deliveryId, error);
      return { amount: deliveries.length, isLast, hasHeld: hasHeld || holds, unread };
    });
  } catch (error) {
    if (isConnectionFailure(error) || error instanceof AppError) throw error;
    scope.log.warn({ error }, 'a batch of deliveries failed; each fact is tried alone');
    return { amount: await drainSingly(scope), isLast: false, hasHeld: true, unread: [] };
  }
}

/** The lock travels with the reads, but is a statement of its own: they must not see less than the last holder wrote. */
async function claim(tx: TenantTx): Promise<{ deliveries: PendingDelivery[]; hasHeld: boolean }> {
  const [, deliveries, hasHeld] = await Promise.all([
    tx.query(LOCK, [DRAIN_LOCK]),
    pendingDeliveries(tx, BATCH, BATCH_BYTES),
    hasHeldFacts(tx),
  ]);
  return { deliveries, hasHeld };
}

/** The amount is how many were tried: none while one has to be read. Failed ones get a transaction each: see drainSingly. */
async function applyHeld(tx: TenantTx, readings: Readings): Promise<Pick<Batch, 'amount' | 'unread'>> {
  const held = await dueHeldFacts(tx, BATCH);
  if (held.length === 0) return { amount: 0, unread: [] };
  if (held.some(fact => fact.reason === 'failed')) throw new Error('failed facts are due');
  const deliveries = await deliveriesById(tx, [...new Set(held.map(fact => fact.deliveryId))]);
  const unread = deliveries.filter(delivery => isUnread(delivery, readings));
  if (unread.length > 0) return { amount: 0, unread };
  const wanted = new Map(held.map(fact => [`${fact.deliveryId}/${fact.factIndex}`, fact.reason === 'echo']));
  await releaseHeld(
    tx,
    held.map(fact => fact.id),
  );
  const facts = (await read(deliveries, readings)).facts.flatMap(fact => {
    const hasWaited = wanted.get(`${fact.deliveryId}/${fact.factIndex}`);
    return hasWaited === undefined ? [] : [{ ...fact, hasWaited }];
  });
  if (facts.length < held.length) throw new Error('held facts are not in their deliveries any more');
  await applyBatch(tx, facts, channelsOf(deliveries), await lookUp(tx, facts, deliveries));
  return { amount: held.length, unread };
}

/** The slow way, after a batch failed: every fact in a transaction of its own, so that a poisonous one stops nobody. */
async function drainSingly(scope: TenantScope): Promise<number> {
  const { deliveries, held } = await scope.transaction(async tx => ({
    deliveries: (await claim(tx)).deliveries,
    held: await dueHeldFacts(tx, BATCH),
  }));
  const heldDeliveries = await deliveriesById(scope.db, [...new Set(held.map(fact => fact.deliveryId))]);
  const heldOf = new Map(held.map(fact => [`${fact.deliveryId}/${fact.factIndex}`, fact]));
  const fresh = await read(deliveries);
  const retried = (await read(heldDeliveries)).facts.flatMap(fact => {
    const before = heldOf.get(`${fact.deliveryId}/${fact.factIndex}`);
    return before ? [{ ...fact, heldId: before.id, hasWaited: before.reason === 'echo' }] : [];
  });
  const found = new Set(retried.map(fact => fact.heldId));
  const vanished = held.filter(fact => !found.has(fact.id));
  await parkHeld(
    scope.db,
    vanished.map(fact => fact.id),
    'It is not in its delivery any more: this release reads the delivery otherwise.',
  );
  for (const fact of [...fresh.facts, ...retried])
    await applySingly(scope, fact, [...deliveries, ...heldDeliveries]);
  await scope.transaction(async tx => {
    await markDone(
      tx,
      deliveries.map(delivery => delivery.id),
    );
    for (const { deliveryId, error } of fresh.unreadable) await parkDelivery(tx, deliveryId, error);
  });
  return deliveries.length + held.length;
}

async function applySingly(
  scope: TenantScope,
  fact: SourcedFact,
  deliveries: readonly PendingDelivery[],
): Promise<void> {
  try {
    await scope.transaction(async tx => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [DRAIN_LOCK]);
      if (fact.heldId !== undefined) await releaseHeld(tx, [fact.heldId]);
      await applyBatch(tx, [fact], channelsOf(deliveries), await lookUp(tx, [fact], deliveries));
    });
  } catch (error) {
    if (isConnectionFailure(error)) throw error;
    const state = await scope.transaction(tx => holdFailed(tx, fact, (error as Error).message));
    scope.log.error(
      { error, delivery: fact.deliveryId, fact: fact.factIndex, state },
      'a fact could not be applied',
    );
  }
}

async function read(deliveries: readonly PendingDelivery[], readings?: Readings) {
  return gatherReadings(
    await Promise.all(
      deliveries.map(async delivery => ({
        ...delivery,
        reading:
          readings?.get(delivery.id) ?? (await readDelivery(delivery, requireAdapter(delivery.platform))),
      })),
    ),
  );
}
