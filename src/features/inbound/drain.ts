import { lockKey } from '../../db/advisory-lock.ts';
import type { Database, Statement } from '../../db/planes.ts';
import { isConnectionFailure } from '../../db/session.ts';
import { AppError } from '../../kit/errors.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { applyBatch, channelsOf } from './apply-batch.ts';
import {
  deliveriesById,
  markDone,
  type PendingDelivery,
  parkDelivery,
  pendingDeliveries,
} from './delivery-store.ts';
import { gatherReadings, readDelivery, type SourcedFact } from './fact-batch.ts';
import {
  dueHeldFacts,
  hasHeldFacts,
  holdFailed,
  nextRetryInMs,
  parkHeld,
  releaseHeld,
} from './held-fact-store.ts';
import { lookUp } from './look-up.ts';
import { ReadingAhead } from './reading-ahead.ts';

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
 * Takes the tenant's pending deliveries in batches until none is left, those of each channel in their order. One drain per
 * tenant at a time: the transaction's advisory lock is waited for, so that a delivery committed while another drain ends is
 * not overlooked. A batch that was not full is the last one: whoever stores more wakes us again. `mayContinue` lets a busy
 * tenant give its connection to others between two batches.
 *
 * What takes its time to be read is read beside it; its channel is left out meanwhile, and the visit lasts until then.
 */
export async function drainTenant(
  scope: TenantScope,
  mayContinue: () => boolean = () => true,
): Promise<DrainResult> {
  const ahead = new ReadingAhead();
  try {
    let applied = 0;
    for (;;) {
      const batch = await drainBatch(scope, ahead);
      applied += batch.amount;
      ahead.begin(batch.unread, mayContinue);
      const isDone = batch.isLast && !batch.hasHeld;
      const hasMoved = batch.amount > 0 || batch.unread.length > 0;
      if (!isDone && hasMoved && mayContinue()) continue;
      if (await ahead.next()) continue;
      ahead.throwFailure();
      return { applied, retryInMs: isDone ? undefined : await nextRetryInMs(scope.db) };
    }
  } finally {
    ahead.end();
  }
}

interface Batch {
  readonly amount: number;
  /** Have to be read before they can be applied, and their channels are left out until then. */
  readonly unread: readonly PendingDelivery[];
  /** But for what has to be read. */
  readonly isLast: boolean;
  /** Facts are held: they may have become due by this batch. */
  readonly hasHeld: boolean;
}

async function drainBatch(scope: TenantScope, ahead: ReadingAhead): Promise<Batch> {
  try {
    return await scope.transaction(async tx => {
      const { deliveries: claimed, hasHeld } = await claim(tx, ahead);
      const bytes = claimed.reduce((sum, { body }) => sum + body.length, 0);
      const isLast = claimed.length < BATCH && bytes < BATCH_BYTES;
      if (claimed.length === 0)
        return { isLast, hasHeld, ...(hasHeld ? await applyHeld(tx, ahead) : { amount: 0, unread: [] }) };
      const { ready: deliveries, unread } = ahead.split(claimed);
      if (deliveries.length === 0) return { amount: 0, isLast, hasHeld, unread };
      const done = markDone(
        tx,
        deliveries.map(delivery => delivery.id),
      );
      // Awaited below: what fails before that must not be nobody's.
      done.catch(() => undefined);
      const { facts, unreadable } = await read(deliveries, ahead);
      const [known] = await Promise.all([lookUp(tx, facts, deliveries), done]);
      const holds = await applyBatch(tx, facts, channelsOf(deliveries), known);
      for (const { deliveryId, error } of unreadable) await parkDelivery(tx, deliveryId, error);
      return { amount: deliveries.length, isLast, hasHeld: hasHeld || holds, unread };
    });
  } catch (error) {
    if (isConnectionFailure(error) || error instanceof AppError) throw error;
    scope.log.warn({ error }, 'a batch of deliveries failed; each fact is tried alone');
    return { ...(await drainSingly(scope, ahead)), isLast: false, hasHeld: true };
  }
}

/** The lock travels with the reads, but is a statement of its own: they must not see less than the last holder wrote. */
async function claim(
  tx: TenantTx,
  ahead: ReadingAhead,
): Promise<{ deliveries: PendingDelivery[]; hasHeld: boolean }> {
  const [, deliveries, hasHeld] = await Promise.all([
    tx.query(LOCK, [DRAIN_LOCK]),
    pendingDeliveries(tx, BATCH, BATCH_BYTES, ahead.away),
    hasHeldFacts(tx),
  ]);
  return { deliveries, hasHeld };
}

type Tried = Pick<Batch, 'amount' | 'unread'>;

/** Those whose deliveries have been read; the others come with the drain's next round, or the next one's. */
async function dueHeld(db: Database, ahead: ReadingAhead) {
  const due = await dueHeldFacts(db, BATCH);
  if (due.length === 0) return { held: [], deliveries: [], unread: [] };
  const deliveries = await deliveriesById(db, [...new Set(due.map(fact => fact.deliveryId))]);
  const { unread } = ahead.split(deliveries);
  const ready = deliveries.filter(delivery => !ahead.isUnread(delivery));
  const readable = new Set(ready.map(delivery => delivery.id));
  return { held: due.filter(fact => readable.has(fact.deliveryId)), deliveries: ready, unread };
}

/** The amount is how many were tried. Failed ones get a transaction each: see drainSingly. */
async function applyHeld(tx: TenantTx, ahead: ReadingAhead): Promise<Tried> {
  const { held, deliveries, unread } = await dueHeld(tx, ahead);
  if (held.length === 0) return { amount: 0, unread };
  if (held.some(fact => fact.reason === 'failed')) throw new Error('failed facts are due');
  const wanted = new Map(held.map(fact => [`${fact.deliveryId}/${fact.factIndex}`, fact.reason === 'echo']));
  await releaseHeld(
    tx,
    held.map(fact => fact.id),
  );
  const facts = (await read(deliveries, ahead)).facts.flatMap(fact => {
    const hasWaited = wanted.get(`${fact.deliveryId}/${fact.factIndex}`);
    return hasWaited === undefined ? [] : [{ ...fact, hasWaited }];
  });
  if (facts.length < held.length) throw new Error('held facts are not in their deliveries any more');
  await applyBatch(tx, facts, channelsOf(deliveries), await lookUp(tx, facts, deliveries));
  return { amount: held.length, unread };
}

/** The slow way, after a batch failed: every fact in a transaction of its own, so that a poisonous one stops nobody. */
async function drainSingly(scope: TenantScope, ahead: ReadingAhead): Promise<Tried> {
  const claimed = await scope.transaction(async tx => ({
    ...ahead.split((await claim(tx, ahead)).deliveries),
    due: await dueHeld(tx, ahead),
  }));
  const { ready: deliveries, due } = claimed;
  const { held, deliveries: heldDeliveries } = due;
  const heldOf = new Map(held.map(fact => [`${fact.deliveryId}/${fact.factIndex}`, fact]));
  const fresh = await read(deliveries, ahead);
  const retried = (await read(heldDeliveries, ahead)).facts.flatMap(fact => {
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
  return { amount: deliveries.length + held.length, unread: [...claimed.unread, ...due.unread] };
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

async function read(deliveries: readonly PendingDelivery[], ahead: ReadingAhead) {
  return gatherReadings(
    await Promise.all(
      deliveries.map(async delivery => ({
        ...delivery,
        reading:
          ahead.readingOf(delivery) ?? (await readDelivery(delivery, requireAdapter(delivery.platform))),
      })),
    ),
  );
}
